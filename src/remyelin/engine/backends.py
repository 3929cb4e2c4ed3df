"""The choice of an engine: compiled or on NumPy, with one contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population
from remyelin.errors import UnknownNameError
from remyelin.model.edss import Rating
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable


class Backend(StrEnum):
    """What carries and rates the patients."""

    FUSED = "fused"
    """The model compiled into one loop, in double precision."""
    NUMPY = "numpy"
    """The readable reference; slower, needs no compiler."""
    CUDA = "cuda"
    """The compiled loop on an NVIDIA graphics processor."""


DEFAULT_BACKEND = Backend.FUSED


def named(name: str) -> Backend:
    """Give the backend of a name.

    Raises
    ------
    UnknownNameError
        There is none.
    """
    known = [backend.value for backend in Backend]
    if name not in known:
        raise UnknownNameError("backend", name, known)
    return Backend(name)


class Carrier(Protocol):
    """Carries patients through days."""

    def advance(
        self, population: Population, start: int, stop: int, schedule: Schedule | None = None
    ) -> tuple[Population, Happenings]:
        """Carry patients from one day of the run to another; say what happened."""


class Rater(Protocol):
    """Rates patients on the day on which they stand."""

    def rate(self, population: Population) -> Rating:
        """Rate functional systems, ambulation and EDSS."""


def carrier(table: ParameterTable, backend: Backend, *, threads: int = 1) -> Carrier:
    """Give the engine of a backend.

    Parameters
    ----------
    table
        Parameters.
    backend
        Which engine.
    threads
        Threads that share the work of the fused engine; no result depends on it.

    Raises
    ------
    SimulationError
        The fused engine cannot be compiled here, or there is no graphics processor for it.
    """
    if backend is Backend.NUMPY:
        from remyelin.engine.advance import Engine

        return Engine(table)
    from remyelin.engine.fused.advance import FusedEngine
    from remyelin.engine.fused.settings import FusedSettings

    device = "cuda" if backend is Backend.CUDA else "cpu"
    return FusedEngine(table, settings=FusedSettings(threads=threads, device=device))


def rater(table: ParameterTable, backend: Backend, *, noise: bool = True) -> Rater:
    """Give the assessor of a backend.

    Parameters
    ----------
    table
        Parameters.
    backend
        Which engine.
    noise
        False rates without the noise of a rater, on NumPy with either backend.

    Raises
    ------
    SimulationError
        The fused assessor cannot be compiled here.
    """
    if backend is Backend.NUMPY or not noise:
        from remyelin.engine.assessment import Assessor

        return Assessor(table, noise=noise)
    from remyelin.engine.fused.rate import FusedAssessor

    return FusedAssessor(table)
