"""The stored reference population: quarterly looks at untreated virtual patients from onset.

Weights of every study are fitted on it once and for all, so that they depend on no run. Make it
anew after a change of model or parameters with ``python -m remyelin.cohorts.reference``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.screening import Covariates, looks
from remyelin.engine.advance import Engine
from remyelin.engine.assessment import Assessor
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.errors import CohortError
from remyelin.parameters import ParameterTable
from remyelin.study.population import Era
from remyelin.study.vocabulary import Covariate
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

CANDIDATES: Final = 4096
HORIZON_YEARS: Final = 25.0
SEED: Final = 20_190_115
"""Seed of the reference population; it is not used for runs."""

_NAME: Final = "reference_{era}"
_HALF_POINTS: Final = 2


@dataclass(frozen=True)
class Reference:
    """Looks at the reference population.

    Attributes
    ----------
    candidate
        Which patient each look belongs to, shape (looks,).
    candidates
        Number of patients.
    covariates
        What each look found.
    horizon_years
        Last look, in years since onset.
    digest
        Hash of the parameters with which it was made.
    """

    candidate: NDArray[np.int64]
    candidates: int
    covariates: Covariates
    horizon_years: float
    digest: str

    def within(self, max_duration_years: float) -> Reference:
        """Give the looks up to a time since onset.

        Raises
        ------
        CohortError
            The reference population was not followed for so long.
        """
        if max_duration_years > self.horizon_years:
            raise CohortError(
                f"population.max_duration_years is {max_duration_years:g}; the reference "
                f"population is followed for {self.horizon_years:g} years. "
                "Give at most that in the study file."
            )
        keep = self.covariates[Covariate.DURATION] <= max_duration_years
        return self.where(keep)

    def where(self, keep: NDArray[np.bool_]) -> Reference:
        """Give some of the looks; the number of patients stays."""
        chosen = {name: values[keep] for name, values in self.covariates.items()}
        return replace(self, candidate=self.candidate[keep], covariates=chosen)


def era_factor(table: ParameterTable, era: Era) -> float:
    """Give the factor on vulnerability of a calendar period."""
    return table[f"era_factor_{era.value}"].internal


@cache
def load(era: Era) -> Reference:
    """Read the stored reference population of a calendar period.

    Raises
    ------
    CohortError
        None is stored for this period.
    """
    import pandas as pd

    folder = files("remyelin.cohorts").joinpath("data")
    name = _NAME.format(era=era.value)
    path = folder.joinpath(f"{name}.parquet")
    if not path.is_file():
        raise CohortError(
            f"no reference population is stored for era {era.value!r}; "
            f"stored: {', '.join(e.value for e in Era if _stored(e))}. "
            "Change population.era in the study file."
        )
    about = json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    with path.open("rb") as stream:
        frame = pd.read_parquet(stream)
    return Reference(
        frame["candidate"].to_numpy(np.int64),
        int(about["candidates"]),
        _unpacked(frame),
        float(about["horizon_years"]),
        str(about["parameters"]),
    )


def _stored(era: Era) -> bool:
    folder = files("remyelin.cohorts").joinpath("data")
    return folder.joinpath(f"{_NAME.format(era=era.value)}.parquet").is_file()


def _unpacked(frame: pd.DataFrame) -> Covariates:
    duration = frame["day"].to_numpy(np.float64) / DAYS_PER_YEAR
    return {
        Covariate.AGE: frame["onset_age"].to_numpy(np.float64) + duration,
        Covariate.FEMALE: frame["female"].to_numpy(np.float64),
        Covariate.EDSS: frame["edss_half_points"].to_numpy(np.float64) / _HALF_POINTS,
        Covariate.DURATION: duration,
        Covariate.RELAPSES_12M: frame["relapses_last_12_months"].to_numpy(np.float64),
        Covariate.RELAPSES_24M: frame["relapses_last_24_months"].to_numpy(np.float64),
        Covariate.DAYS_SINCE_RELAPSE: frame["days_since_relapse"].to_numpy(np.float64),
        Covariate.GD_LESIONS: frame["gd_lesions"].to_numpy(np.float64),
    }


def _packed(day: int, onset_age: NDArray[np.float64], found: Covariates) -> Mapping[str, object]:
    return {
        "candidate": np.arange(len(onset_age), dtype=np.int32),
        "day": np.full(len(onset_age), day, dtype=np.int16),
        "onset_age": onset_age.astype(np.float32),
        "female": found[Covariate.FEMALE] > 0.0,
        "edss_half_points": (found[Covariate.EDSS] * _HALF_POINTS).astype(np.int8),
        "relapses_last_12_months": found[Covariate.RELAPSES_12M].astype(np.int8),
        "relapses_last_24_months": found[Covariate.RELAPSES_24M].astype(np.int8),
        "days_since_relapse": found[Covariate.DAYS_SINCE_RELAPSE].astype(np.uint16),
        "gd_lesions": found[Covariate.GD_LESIONS].astype(np.int8),
    }


def make(era: Era, table: ParameterTable, *, candidates: int = CANDIDATES) -> pd.DataFrame:
    """Simulate the reference population of a calendar period, sorted by patient and day."""
    import pandas as pd

    engine, assessor = Engine(table), Assessor(table)
    people = np.arange(candidates, dtype=np.int64)
    streams = Streams.of(SEED, np.zeros(candidates, dtype=np.int64), people)
    population = at_onset(table, streams, era_factor=era_factor(table, era))
    onset_age = population.traits.person.onset_age
    frames = [
        pd.DataFrame(_packed(look.day, onset_age, look.covariates))[
            look.population.state.safety.alive > 0.0
        ]
        for look in looks(engine, assessor, population, HORIZON_YEARS)
    ]
    return pd.concat(frames).sort_values(["candidate", "day"], ignore_index=True)


def main() -> None:
    """Write the reference populations into the package's data folder."""
    folder = Path(__file__).parent / "data"
    folder.mkdir(exist_ok=True)
    table = ParameterTable.load()
    for era in Era:
        name = _NAME.format(era=era.value)
        frame = make(era, table)
        frame.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        about = {
            "command": "python -m remyelin.cohorts.reference",
            "era": era.value,
            "candidates": CANDIDATES,
            "horizon_years": HORIZON_YEARS,
            "seed": SEED,
            "parameters": table.digest(),
        }
        text = json.dumps(about, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {len(frame)} looks")


if __name__ == "__main__":
    main()
