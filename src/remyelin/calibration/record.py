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
from remyelin.calibration.gates import coverage, gates, scores
from remyelin.comparison.posterior import EFFECTS_FILE
from remyelin.core.atomic import write_text
from remyelin.core.digest import provenance, text_digest
from remyelin.errors import ParameterError
from remyelin.parameters import ParameterTable
from remyelin.parameters.draws import ParameterDraws
from remyelin.parameters.posterior import POSTERIOR_FILE
from remyelin.synthesis.effects import Effects

REPORT_FILE: Final = "report.json"
"""What is told of the calibration on the tune figures."""

COMMAND: Final = "make calibrate"


def packaged_report() -> Mapping[str, Any]:
    """Give what is told of the calibration that comes with the package."""
    file = resources.files("remyelin.calibration") / "data" / REPORT_FILE
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def texts(done: Calibration, table: ParameterTable) -> dict[str, str]:
    """Give the files of a calibration by their place in the package.

    Draws that break a rule between parameters are left out of both tables.
    """
    draws = draws_of(done.coordinates, done.posterior, table)
    keep = np.array([k for k in range(len(draws)) if _allowed(draws, k)], dtype=np.intp)
    kept = ParameterDraws(table, draws.keys, draws.values[keep], draws.origin)
    effects = Effects(done.effects.columns, done.effects.values[keep])
    about = {"draws": len(kept), "digest": kept.digest()}
    report = _report(done, table, kept, refused=len(draws) - len(kept))
    return {
        f"parameters/{POSTERIOR_FILE}": kept.text(),
        f"comparison/{EFFECTS_FILE}": effects.text(about),
        f"calibration/data/{REPORT_FILE}": json.dumps(report, indent=1) + "\n",
    }


def _allowed(draws: ParameterDraws, draw: int) -> bool:
    try:
        draws.table(draw)
    except ParameterError:
        return False
    return True


def write(done: Calibration, table: ParameterTable, package: Path) -> None:
    """Write the files of a calibration into a copy of the package.

    Parameters
    ----------
    done, table
        The calibration, and the parameters it speaks of.
    package
        Folder of the package, ``src/remyelin`` of a checkout.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    for file, text in texts(done, table).items():
        place = package / file
        place.parent.mkdir(parents=True, exist_ok=True)
        write_text(place, text)


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
