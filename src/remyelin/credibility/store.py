"""Finished runs on disk, so that a scoreboard that was interrupted goes on where it stopped.

A run is kept under a hash of the study's text, parameters, code, seed, settings and measures:
anything that could change a figure changes its name. Files are written aside and renamed.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remyelin.engine.fused.store import folder as kernel_folder

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What is kept of a run.

    Attributes
    ----------
    run
        Name of the study or cohort.
    patients, replicates, seed
        Settings.
    endpoints
        One value per replicate of every figure that the study file asks for, by `endpoint_name`.
    measures
        Values and units per replicate of every special target, by its name.
    wall_seconds
        Duration of the run.
    """

    run: str
    patients: int
    replicates: int
    seed: int
    endpoints: Mapping[str, tuple[float, ...]]
    measures: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]
    wall_seconds: float


class Store:
    """A folder of finished runs.

    Parameters
    ----------
    folder
        Where they lie; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def default(cls) -> Store:
        """Give the store of this person, beside the compiled kernels."""
        kernels = kernel_folder()
        return cls(None if kernels is None else kernels.parent / "scoreboard")

    def read(self, key: str) -> Finished | None:
        """Give a run that was kept; None where there is none or its file is damaged."""
        if self._folder is None:
            return None
        try:
            data = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            return _finished(data) if data.get("format") == _FORMAT else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, key: str, run: Finished) -> None:
        """Keep a run; where the folder cannot be written nothing is kept, and nobody is stopped."""
        if self._folder is None:
            return
        aside = self._folder / f".{secrets.token_hex(6)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(_values(run), allow_nan=False), encoding="utf-8")
            aside.replace(self._folder / f"{key}.json")
        except OSError:
            with suppress(OSError):
                aside.unlink(missing_ok=True)


_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _number(value: object) -> float:
    return _WORDS[value] if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _plain(values: tuple[float, ...]) -> list[float | str]:
    return [value if math.isfinite(value) else str(float(value)) for value in values]


def _values(run: Finished) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "run": run.run,
        "patients": run.patients,
        "replicates": run.replicates,
        "seed": run.seed,
        "endpoints": {name: _plain(values) for name, values in run.endpoints.items()},
        "measures": {
            name: [_plain(values), _plain(units)] for name, (values, units) in run.measures.items()
        },
        "wall_seconds": run.wall_seconds,
    }


def _finished(data: Mapping[str, Any]) -> Finished:
    return Finished(
        run=str(data["run"]),
        patients=int(data["patients"]),
        replicates=int(data["replicates"]),
        seed=int(data["seed"]),
        endpoints={
            name: tuple(_number(v) for v in values) for name, values in data["endpoints"].items()
        },
        measures={
            name: (tuple(_number(v) for v in values), tuple(_number(v) for v in units))
            for name, (values, units) in data["measures"].items()
        },
        wall_seconds=float(data["wall_seconds"]),
    )
