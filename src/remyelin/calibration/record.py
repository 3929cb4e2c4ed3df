"""What is kept of a calibration: draws, effects and a report, as data of the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration.calibrate import Calibration, draws_of, targets_digest, unmet
from remyelin.calibration.gates import Gate, coverage, gates, scores
from remyelin.core.atomic import write_text
from remyelin.core.digest import provenance, text_digest
from remyelin.errors import ParameterError
from remyelin.parameters import ParameterTable
from remyelin.parameters.draws import ParameterDraws
from remyelin.synthesis.effects import Effects

NAME: Final = "posterior-tune"
"""Name of the posterior on the tune figures."""

COMMAND: Final = "make calibrate"


def packaged_draws(table: ParameterTable, name: str = NAME) -> ParameterDraws:
    """Give the draws that come with the package.

    Raises
    ------
    InputError
        They were made for another parameter table.
    """
    return ParameterDraws.parse(_text(f"{name}.csv"), table, name=name)


def packaged_effects(name: str = NAME) -> Effects:
    """Give the draws of effects that come with the package, one for each draw of parameters."""
    return Effects.parse(_text(f"{name}-effects.csv"), name=f"{name} effects")


def packaged_report(name: str = NAME) -> Mapping[str, Any]:
    """Give what is told of the calibration that comes with the package."""
    found: Mapping[str, Any] = json.loads(_text(f"{name}.json"))
    return found


def _text(file: str) -> str:
    return (resources.files("remyelin.calibration") / "data" / file).read_text(encoding="utf-8")


def texts(done: Calibration, table: ParameterTable, name: str = NAME) -> dict[str, str]:
    """Give the files of a calibration by name.

    Draws that break a rule between parameters are left out of both tables.
    """
    draws = draws_of(done.coordinates, done.posterior, table)
    keep = np.array([k for k in range(len(draws)) if _allowed(draws, k)], dtype=np.intp)
    kept = ParameterDraws(table, draws.keys, draws.values[keep], draws.origin)
    effects = Effects(done.effects.columns, done.effects.values[keep])
    about = {"draws": len(kept), "digest": kept.digest()}
    report = _report(done, table, kept, refused=len(draws) - len(kept))
    return {
        f"{name}.csv": kept.text(),
        f"{name}-effects.csv": effects.text(about),
        f"{name}.json": json.dumps(report, indent=1) + "\n",
    }


def _allowed(draws: ParameterDraws, draw: int) -> bool:
    try:
        draws.table(draw)
    except ParameterError:
        return False
    return True


def write(done: Calibration, table: ParameterTable, folder: Path, name: str = NAME) -> None:
    """Write the files of a calibration into a folder."""
    for file, text in texts(done, table, name).items():
        write_text(folder / file, text)


def _report(
    done: Calibration, table: ParameterTable, kept: ParameterDraws, *, refused: int
) -> dict[str, object]:
    found = provenance()
    return {
        "command": COMMAND,
        "settings": asdict(done.settings),
        "digests": {
            "table": table.digest(),
            "code": found.digest(),
            "targets": targets_digest(done.fit.targets),
            "roles": _roles_digest(),
            "draws": kept.digest(),
        },
        "coordinates": _moved(done),
        "draws": len(kept),
        "draws_refused": refused,
        "targets": len(done.fit.targets),
        "left_out": [list(pair) for pair in done.fit.left_out],
        "sampler": {
            "r_hat": done.posterior.r_hat,
            "effective": done.posterior.effective,
            "accepted": done.posterior.accepted,
        },
        "emulators": {
            "out_of_sample_runs": done.wave.runs,
            "error_ratio": done.wave.error_ratio,
            "bias_ratio": done.wave.bias_ratio,
            "r2": [round(float(one.r2), 3) for one in done.fit.emulators.each],
        },
        "gates": [asdict(gate) for gate in gates(done)],
        "coverage": coverage(done.foretold),
        "scores": scores(done.foretold),
        "unmet": [[target.figure.key, round(distance, 2)] for target, distance in unmet(done)],
        "foretold": [_told(one) for one in done.foretold],
    }


def _roles_digest() -> str:
    file = resources.files("remyelin.credibility") / "data" / "roles.csv"
    return text_digest(file.read_text(encoding="utf-8"))


def _moved(done: Calibration) -> list[dict[str, object]]:
    x: NDArray[np.float64] = done.posterior.x
    return [
        {
            "coordinate": one.name,
            "mean": round(float(column.mean()), 3),
            "sd": round(float(column.std()), 3),
        }
        for one, column in zip(done.coordinates, x.T, strict=True)
    ]


def _told(one: Any) -> dict[str, object]:
    figure, scale = one.target.figure, one.target.figure.scale
    low, high = one.interval(0.9)
    return {
        "key": figure.key,
        "overlap": figure.overlap,
        "kind": one.target.kind,
        "vote": figure.vote,
        "observed": figure.value,
        "median": scale.back(float(np.median(one.draws))),
        "low": scale.back(low),
        "high": scale.back(high),
        "in_90": one.covers(0.9),
        "in_50": one.covers(0.5),
        "score": round(one.score(), 4),
        "pit": round(one.pit, 3),
    }


__all__ = [
    "COMMAND",
    "NAME",
    "Gate",
    "packaged_draws",
    "packaged_effects",
    "packaged_report",
    "texts",
    "write",
]
