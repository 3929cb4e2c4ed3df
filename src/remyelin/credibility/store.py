"""Finished runs on disk, so that a scoreboard that was interrupted goes on where it stopped.

A run is kept under a hash of the study's text, parameters, code, seed, settings and measures:
anything that could change a figure changes its name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remyelin.core.cache import Cache, cache_root

KIND = "scoreboard"
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
    """Finished runs among the kept artefacts of a person.

    Parameters
    ----------
    root
        Folder of all kept artefacts; None keeps nothing.
    """

    def __init__(self, root: Path | None) -> None:
        self._cache = Cache(root, KIND)

    @classmethod
    def default(cls) -> Store:
        """Give the store of this person."""
        return cls(cache_root())

    def read(self, key: str) -> Finished | None:
        """Give a run that was kept; None where there is none or its file is damaged."""
        content = self._cache.read(f"{key}.json")
        try:
            data = json.loads(content or b"{}")
            return _finished(data) if data.get("format") == _FORMAT else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, key: str, run: Finished) -> None:
        """Keep a run; where the folder cannot be written nothing is kept, and nobody is stopped."""
        self._cache.write(f"{key}.json", json.dumps(_values(run), allow_nan=False).encode())


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
