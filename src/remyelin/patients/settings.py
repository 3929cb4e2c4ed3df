"""Settings of a course, checked together with the description of the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from remyelin.engine.backends import DEFAULT_BACKEND, Backend
from remyelin.errors import UsageError
from remyelin.files import shown
from remyelin.patients.description import therapy_problem
from remyelin.therapies import catalogue

UNTREATED: Final = "none"
"""Name of the option under which nothing is given."""

MOST_OPTIONS: Final = 4
"""Options that one picture holds."""

LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "years": (1, 60),
    "draws": (1, 64),
    "seed": (0, 2**63 - 1),
}
"""Smallest and largest value of each whole number."""


@dataclass(frozen=True)
class Settings:
    """How a course is made.

    Attributes
    ----------
    years
        Years that are simulated.
    options
        Names of protocols, or of drugs with one standard protocol, `UNTREATED` for none; the same
        patient is followed under each.
    seed
        Seed of all random numbers.
    draws
        Virtual patients like the described one; the first is the one that is shown.
    backend
        Engine.
    """

    years: int = 20
    options: tuple[str, ...] = (UNTREATED,)
    seed: int = 1
    draws: int = 1
    backend: Backend = DEFAULT_BACKEND

    def __post_init__(self) -> None:
        """Take the protocol that a name of a drug stands for, where it is plain."""
        options = tuple(_protocol(name) for name in self.options)
        object.__setattr__(self, "options", options)

    def problems(self) -> list[str]:
        """Everything that is wrong with the settings, one sentence each."""
        found = []
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not low <= value <= high:
                found.append(
                    f"{name}: {shown(value)} given, allowed: a whole number from {low} to {high}"
                )
        options: tuple[object, ...] = self.options
        if wrong := [n for n in options if not isinstance(n, str)]:
            return [*found, f"therapy: {shown(wrong[0])} given, allowed: the name of a protocol"]
        if not 1 <= len(self.options) <= MOST_OPTIONS:
            found.append(f"therapy: {len(self.options)} given, allowed: 1 to {MOST_OPTIONS}")
        told = (therapy_problem(name) for name in self.options if name != UNTREATED)
        found += [f"therapy: {text}" for text in told if text]
        twice = sorted({name for name in self.options if self.options.count(name) > 1})
        found += [f"therapy: {shown(name)} is given twice" for name in twice]
        return found


def _protocol(name: str) -> str:
    if name == UNTREATED or not isinstance(name, str):
        return name
    try:
        return catalogue.resolved(name)
    except UsageError:
        return name
