"""A run as plain values: what goes into the run record and into ``--json``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING

from remyelin.reports.scores import tally
from remyelin.reports.wording import DISCLAIMER, cautions

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedFigure, ComparedRun
    from remyelin.study.outcome import Outcome


def plain(value: object) -> object:
    """Value as JSON can hold it: enumerations as text, what is not finite as null."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (Sequence, set, frozenset)):
        return [plain(inner) for inner in value]
    if hasattr(value, "item"):
        return plain(value.item())
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"a run record cannot hold {type(value).__name__}")


def as_json(value: object) -> str:
    """Indented JSON text that any reader accepts (no NaN, ASCII only)."""
    return json.dumps(plain(value), indent=2, allow_nan=False)


def outcome_values(outcome: Outcome) -> dict[str, object]:
    """Published figure as plain values."""
    values = asdict(outcome)
    values["key"] = outcome.key._asdict()
    return values


def prediction_values(prediction: ComparedFigure) -> dict[str, object]:
    """Prediction with its published figure as plain values."""
    observed = prediction.observed
    return {
        **prediction.key._asdict(),
        "definition": prediction.definition.label,
        "median": prediction.median,
        "low": prediction.low,
        "high": prediction.high,
        "mean": prediction.mean,
        "sd": prediction.sd,
        "n_replicates": prediction.n_replicates,
        "n_not_estimable": prediction.n_not_estimable,
        "observed": None if observed is None else outcome_values(observed),
        "verdict": prediction.verdict,
        "z": prediction.z,
        "interval_score": prediction.interval_score,
    }


def run_values(result: ComparedRun, *, folder: PurePath | None = None) -> dict[str, object]:
    """Whole run as plain values, without the longitudinal tables.

    Parameters
    ----------
    result
        Run to describe.
    folder
        Where the run folder was written.
    """
    return {
        "notice": DISCLAIMER,
        "study": {"study_id": result.study.study_id, "title": result.study.title},
        "settings": asdict(result.settings),
        **_score(result),
        "outcomes": [prediction_values(prediction) for prediction in result.predictions],
        "not_predicted": [outcome_values(outcome) for outcome in result.unmatched],
        "record": dict(result.record),
        "wall_seconds": result.wall_seconds,
        "folder": None if folder is None else str(folder),
    }


def _score(result: ComparedRun) -> dict[str, object]:
    return {
        "role": None if result.role is None else result.role.value,
        "score": tally(result.predictions).sentence,
        "cautions": cautions(result),
    }


def record_values(result: ComparedRun, command: Sequence[str]) -> dict[str, object]:
    """Run record as written to ``record.json``."""
    return {
        "notice": DISCLAIMER,
        "command": list(command),
        "settings": asdict(result.settings),
        **_score(result),
        "wall_seconds": result.wall_seconds,
        **result.record,
    }
