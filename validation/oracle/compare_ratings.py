"""Every way in which the package rates the EDSS beside the oracle, rating by rating.

Virtual patients are made who have every combination of grades that the model knows: the assessor
on NumPy, the compiled one in both precisions and the table of ``remyelin edss`` rate them. Run
``python -m validation.oracle.compare_ratings`` in the root of the repository; the result is written
to ``validation/oracle/ratings.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints.columns import SYSTEM_COLUMNS
from remyelin.endpoints.ratings import edss_of
from remyelin.engine.assessment import Assessor
from remyelin.engine.fused.rate import FusedAssessor
from remyelin.engine.fused.settings import FusedSettings
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.edss import ITEMS, SIMULATED_RULE, THRESHOLDS
from remyelin.model.function import LatentParameters, latent_disability
from remyelin.model.traits import ItemOffsets
from remyelin.parameters import ParameterTable, bind
from validation.oracle import ratings

RESULT = Path(__file__).with_name("ratings.json")
COMMAND = "python -m validation.oracle.compare_ratings"
PIECE = 50_000

GRADES = (
    "visual",
    "brainstem",
    "pyramidal",
    "cerebellar",
    "sensory",
    "bowel_bladder",
    "mental",
    "ambulation",
)
_COMPARTMENT = {"mental": "cerebral", "visual": "brainstem", "brainstem": "brainstem"}
_COMPARTMENT |= {"cerebellar": "brainstem"}
_SHAPE = tuple(THRESHOLDS[item] + 1 for item in GRADES)
COMBINATIONS = int(np.prod(_SHAPE))

Grades = NDArray[np.int64]
Steps = NDArray[np.float64]


def combinations(index: NDArray[np.int64]) -> Grades:
    """Grades as rated, in the order of `GRADES`, of numbered combinations; shape (8, n)."""
    return np.array(np.unravel_index(index, _SHAPE))


@cache
def _table() -> ParameterTable:
    """Parameters with raters without noise and thresholds as they stand in the table."""
    plain = {"ambulation_stretch_low": 1.0, "ambulation_stretch_high": 1.0}
    return ParameterTable.load().with_values(
        {"rater_noise": 0.0, "item_offset_share": 1.0, **plain}
    )


@cache
def _somebody() -> Population:
    streams = Streams.of(1, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    return at_onset(_table(), streams, era_factor=1.0)


def _levels(item: str) -> Steps:
    """A latent value for each grade of an item, half-way between its thresholds."""
    table = _table()
    bounds = [table[f"item_threshold_{item}_{k}"].value for k in range(1, THRESHOLDS[item] + 1)]
    edges = np.array([bounds[0] - 2.0, *bounds, bounds[-1] + 2.0])
    return (edges[:-1] + edges[1:]) / 2.0


def people(grades: Grades) -> Population:
    """Virtual patients who are rated with these grades, each by offsets of their own."""
    table, one = _table(), _somebody()
    latent = latent_disability(
        NUMPY,
        bind(LatentParameters, table),
        deficit=one.state.deficit,
        fluctuation=one.state.fluctuation,
        tissue=one.state.tissue,
        disease=one.traits.disease,
    )
    offsets = {}
    for item, grade in zip(GRADES, grades, strict=True):
        spread = table["logistic_to_normal"].value / table[f"item_slope_{item}"].value
        felt = getattr(latent, _COMPARTMENT.get(item, "spinal"))
        offsets[item] = (_levels(item)[grade] - felt) / spread
    everybody = one.take(np.zeros(grades.shape[1], dtype=np.intp))
    chosen = ItemOffsets(**{item: offsets[item] for item in ITEMS})
    return replace(everybody, traits=everybody.traits._replace(offsets=chosen))


def _simulated(assessor: Any) -> Callable[[Grades], Steps]:
    def rate(grades: Grades) -> Steps:
        rating = assessor.rate(people(grades))
        assert np.array_equal(rating.ambulation, grades[-1]), "the patients are others"
        return np.asarray(rating.edss)

    return rate


def _by_command(grades: Grades) -> Steps:
    real = grades.astype(np.float64)
    systems = {column.name: real[k] for k, column in enumerate(SYSTEM_COLUMNS)}
    return edss_of(systems, real[-1], rule=SIMULATED_RULE)


def ways() -> dict[str, Callable[[Grades], Steps]]:
    """Each way to rate: from grades of shape (8, n) to steps of shape (n,)."""
    table = _table()
    return {
        "numpy": _simulated(Assessor(table)),
        "compiled, float64": _simulated(FusedAssessor(table)),
        "compiled, float32": _simulated(
            FusedAssessor(table, settings=FusedSettings(precision="float32"))
        ),
        "remyelin edss": _by_command,
    }


def due(grades: Grades, rule: str) -> Steps:
    """What the oracle gives, one rating after the other."""
    return np.array(
        [ratings.edss(systems, walking, rule) for *systems, walking in grades.T.tolist()]
    )


def differences(grades: Grades, rule: str = SIMULATED_RULE) -> dict[str, int]:
    """Ratings that each way gives otherwise than the oracle."""
    wanted = due(grades, rule)
    return {name: int((rate(grades) != wanted).sum()) for name, rate in ways().items()}


def _pieces() -> Iterator[Grades]:
    for first in range(0, COMBINATIONS, PIECE):
        yield combinations(np.arange(first, min(first + PIECE, COMBINATIONS)))


def main() -> None:
    """Compare all combinations, print and write the result."""
    found = dict.fromkeys(ways(), 0)
    for grades in _pieces():
        for name, count in differences(grades).items():
            found[name] += count
    print(f"{COMBINATIONS:,} combinations by the rule {SIMULATED_RULE}: {found}")
    result = {
        "command": COMMAND,
        "rule": SIMULATED_RULE,
        "combinations": COMBINATIONS,
        "differences": found,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
