"""Reference populations: quarterly looks at virtual patients from recognised onset on.

Weights of a study are fitted on the population from which it enrols, so that they depend on no
run. Untreated populations are stored with the package; make them anew after a change of model or
parameters with ``python -m remyelin.cohorts.reference``. A population with prior treatment, or of
another country, is made when it is first asked for, and kept in the user's cache folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts import packing
from remyelin.cohorts.course import Course, course_of, silent_days, start
from remyelin.cohorts.past import Past
from remyelin.cohorts.screening import Covariates, Look, Screening
from remyelin.core.cache import Cache
from remyelin.core.digest import digest_of, provenance
from remyelin.engine.backends import DEFAULT_BACKEND, Backend, carrier, rater
from remyelin.engine.streams import Streams
from remyelin.errors import CohortError
from remyelin.parameters import ParameterTable
from remyelin.study.past import PriorTreatment
from remyelin.study.population import Era, Population
from remyelin.study.vocabulary import Covariate, Region

if TYPE_CHECKING:
    import pandas as pd

CANDIDATES: Final = 4096
HORIZON_YEARS: Final = {Course.RELAPSING: 40.0, Course.PRIMARY: 25.0}
"""Last look, in years since recognised onset."""

SEED: Final = 20_190_115
"""Seed of the reference population; it is not used for runs."""

STORED_REGION: Final = Region.US

KIND: Final = "cohorts"
"""Name of the kept populations among the kept artefacts."""

_NAME_LENGTH: Final = 32
_NAME: Final = "reference_{course}_{era}"
_COMMAND: Final = "python -m remyelin.cohorts.reference"
_COMPRESSION_LEVEL: Final = 19


@dataclass(frozen=True)
class Variant:
    """What sets one reference population apart from another.

    Attributes
    ----------
    course, era, region
        Course of the disease, calendar period, country.
    prior
        What candidates are given before enrolment; None: nothing.
    """

    course: Course
    era: Era
    region: Region = STORED_REGION
    prior: PriorTreatment | None = None

    @classmethod
    def of(cls, population: Population) -> Variant:
        """Give the population from which a study enrols."""
        course = course_of(population.phenotype)
        return cls(course, population.era, population.region, population.prior_treatment)

    @property
    def is_stored(self) -> bool:
        """Whether this population comes with the package."""
        return self.prior is None and self.region is STORED_REGION

    @property
    def name(self) -> str:
        """Name of its stored file."""
        return _NAME.format(course=self.course.value, era=self.era.value)


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
        Last look, in years since recognised onset.
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


@cache
def of(variant: Variant) -> Reference:
    """Give a reference population: the stored one, a kept one, or one made now.

    Raises
    ------
    CohortError
        The population should be stored and is not.
    UnknownNameError
        Prior treatment names a protocol that the catalogue lacks.
    """
    if variant.is_stored:
        return _stored(variant)
    table = ParameterTable.load()
    frame = Cache.of(KIND).kept(
        kept_name(variant, table),
        lambda: make(variant, table, candidates=CANDIDATES),
        pack=packing.to_bytes,
        unpack=lambda content: packing.from_bytes(content, CANDIDATES),
    )
    return _reference(frame, variant, CANDIDATES, HORIZON_YEARS[variant.course], table.digest())


def kept_name(variant: Variant, table: ParameterTable) -> str:
    """Name the file of a population that is kept; it changes with all that it depends on."""
    size = f"{CANDIDATES} {HORIZON_YEARS[variant.course]!r} {SEED}"
    parts = (_spelled(variant), table.digest(), size, provenance().digest())
    return f"{digest_of(*parts, length=_NAME_LENGTH)}.parquet"


def _spelled(variant: Variant) -> str:
    from remyelin.therapies import catalogue

    prior = variant.prior
    if prior is None:
        return json.dumps([variant.course, variant.era, variant.region])
    names = [option.protocol_id for option in prior.protocols]
    weights = [option.weight for option in prior.protocols]
    protocols = [catalogue.load(name).model_dump_json() for name in names]
    law = [prior.share.value, prior.start_years.value]
    return json.dumps([variant.course, variant.era, variant.region, weights, law, protocols])


def _stored(variant: Variant) -> Reference:
    import pandas as pd

    folder = files("remyelin.cohorts").joinpath("data")
    path = folder.joinpath(f"{variant.name}.parquet")
    if not path.is_file():
        raise CohortError(
            f"no reference population {variant.name!r} is stored; "
            f"stored: {', '.join(v.name for v in stored_variants() if _is_there(v)) or 'none'}. "
            f"Make them anew with `{_COMMAND}`, or change population.era in the study file."
        )
    about = json.loads(folder.joinpath(f"{variant.name}.json").read_text(encoding="utf-8"))
    with path.open("rb") as stream:
        frame = pd.read_parquet(stream)
    horizon, digest = float(about["horizon_years"]), str(about["parameters"])
    return _reference(frame, variant, int(about["candidates"]), horizon, digest)


def _is_there(variant: Variant) -> bool:
    folder = files("remyelin.cohorts").joinpath("data")
    return folder.joinpath(f"{variant.name}.parquet").is_file()


def stored_variants() -> Iterator[Variant]:
    """Go through the populations that come with the package."""
    for course in Course:
        for era in Era:
            yield Variant(course, era)


def _reference(
    frame: pd.DataFrame, variant: Variant, candidates: int, horizon: float, digest: str
) -> Reference:
    silent = silent_days(ParameterTable.load(), variant.course)
    covariates, alive = packing.unpacked(frame, candidates, silent)
    candidate = np.repeat(np.arange(candidates), len(frame) // candidates)
    everybody = Reference(candidate, candidates, covariates, horizon, digest)
    return everybody if alive.all() else everybody.where(alive)


def looks_at(
    variant: Variant,
    table: ParameterTable,
    candidates: int,
    horizon_years: float,
    backend: Backend = DEFAULT_BACKEND,
) -> Iterator[Look]:
    """Simulate the first patients of a reference population and look at them every quarter."""
    streams = Streams.of(
        SEED, np.zeros(candidates, dtype=np.int64), np.arange(candidates, dtype=np.int64)
    )
    silent = silent_days(table, variant.course)
    past = Past.of(variant.prior, streams, silent)
    population = start(
        table, streams, course=variant.course, era=variant.era, region=variant.region
    )
    screening = Screening(carrier(table, backend), rater(table, backend), table, past, silent)
    return screening.looks(population, horizon_years)


def make(
    variant: Variant,
    table: ParameterTable,
    *,
    candidates: int = CANDIDATES,
    horizon_years: float | None = None,
    backend: Backend = DEFAULT_BACKEND,
) -> pd.DataFrame:
    """Simulate a reference population and pack it."""
    horizon = HORIZON_YEARS[variant.course] if horizon_years is None else horizon_years
    return packing.packed(looks_at(variant, table, candidates, horizon, backend))


def main() -> None:
    """Write the stored reference populations into the package's data folder."""
    folder = Path(__file__).parent / "data"
    folder.mkdir(exist_ok=True)
    table = ParameterTable.load()
    for variant in stored_variants():
        frame = make(variant, table, candidates=CANDIDATES)
        frame.to_parquet(
            folder / f"{variant.name}.parquet",
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            index=False,
        )
        about = {
            "command": _COMMAND,
            "course": variant.course.value,
            "era": variant.era.value,
            "region": variant.region.value,
            "candidates": CANDIDATES,
            "horizon_years": HORIZON_YEARS[variant.course],
            "seed": SEED,
            "parameters": table.digest(),
        }
        text = json.dumps(about, indent=2) + "\n"
        (folder / f"{variant.name}.json").write_text(text, encoding="utf-8")
        print(f"{variant.name}: {len(frame)} looks")


if __name__ == "__main__":
    main()
