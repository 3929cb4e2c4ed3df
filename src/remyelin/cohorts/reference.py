"""Reference populations: quarterly looks at virtual patients from recognised onset on.

Weights of a study are fitted on the population from which it enrols, so that they depend on no
run. Untreated populations are stored with the package; make them anew after a change of model or
parameters with ``python -m remyelin.cohorts.reference``. A population with prior treatment, of
another country or under other parameters is made when it is first asked for, and kept in the
user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
from remyelin.core.digest import digest_of
from remyelin.engine.backends import DEFAULT_BACKEND, Backend, carrier, rater
from remyelin.engine.streams import Streams
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterTable
from remyelin.study.past import PriorTreatment
from remyelin.study.population import Era, Population
from remyelin.study.vocabulary import Covariate, Region
from remyelin.units import DAYS_PER_YEAR

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
        """Whether this population comes with the package, under the parameters of the package."""
        return self.prior is None and self.region is STORED_REGION

    @property
    def name(self) -> str:
        """Name of its stored file."""
        return _NAME.format(course=self.course.value, era=self.era.value)


_MOST_IN_MEMORY: Final = 4
"""Populations that a process holds, the last ones used; each takes some 70 MB."""

_recent: OrderedDict[tuple[Variant, str], Reference] = OrderedDict()


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


def of(
    variant: Variant,
    inputs: Inputs,
    report: Callable[[float], None] | None = None,
    *,
    threads: int = 1,
) -> Reference:
    """Give a reference population: the stored one, a kept one, or one made now.

    Parameters
    ----------
    variant
        Which population.
    inputs
        Parameters of its patients, and protocols of their prior treatment; the stored one is given
        only for the parameters it was made with.
    report
        Told the share of the work done where one is made.
    threads
        Threads that the engine may use; nobody depends on it.

    Raises
    ------
    UnknownNameError
        Prior treatment names a protocol that the catalogue lacks.
    InputError
        Prior treatment names a protocol that does not act.
    """
    key = (variant, inputs.digest())
    found = _recent.pop(key, None) or find(variant, inputs, report, threads=threads)
    _recent[key] = found
    while len(_recent) > _MOST_IN_MEMORY:
        _recent.popitem(last=False)
    return found


def find(
    variant: Variant,
    inputs: Inputs,
    report: Callable[[float], None] | None = None,
    *,
    threads: int = 1,
) -> Reference:
    """Do as `of`, without looking at what this process has found before."""
    table = inputs.parameters
    frame = stored(variant, table)
    if frame is None:
        frame = Cache.of(KIND).kept(
            kept_name(variant, inputs),
            lambda: make(variant, inputs, candidates=CANDIDATES, report=report, threads=threads),
            pack=packing.to_bytes,
            unpack=lambda content: packing.from_bytes(content, CANDIDATES),
        )
    return _unpacked(frame, variant, table, CANDIDATES, HORIZON_YEARS[variant.course])


def fresh(
    variant: Variant,
    inputs: Inputs,
    *,
    candidates: int,
    horizon_years: float,
    backend: Backend = DEFAULT_BACKEND,
) -> Reference:
    """Make a population of another size, which is not kept.

    Its first patients are those of the kept one.

    Parameters
    ----------
    variant, inputs
        As for `of`.
    candidates
        Number of patients.
    horizon_years
        Last look, in years since recognised onset.
    backend
        What carries them.
    """
    frame = make(
        variant, inputs, candidates=candidates, horizon_years=horizon_years, backend=backend
    )
    return _unpacked(frame, variant, inputs.parameters, candidates, horizon_years)


def _unpacked(
    frame: pd.DataFrame, variant: Variant, table: ParameterTable, candidates: int, horizon: float
) -> Reference:
    silent = silent_days(table, variant.course)
    covariates, alive = packing.unpacked(frame, candidates, silent)
    candidate = np.repeat(np.arange(candidates), len(frame) // candidates)
    everybody = Reference(candidate, candidates, covariates, horizon, table.digest())
    return everybody if alive.all() else everybody.where(alive)


def kept_name(variant: Variant, inputs: Inputs) -> str:
    """Name the file of a population that is kept; it changes with all that it depends on."""
    prior = variant.prior.model_dump_json() if variant.prior else ""
    about = f"{variant.course.value} {variant.era.value} {variant.region.value} {prior}"
    size = f"{CANDIDATES} {HORIZON_YEARS[variant.course]!r} {SEED}"
    return f"{digest_of(about, size, inputs.digest(), length=_NAME_LENGTH)}.parquet"


def stored(variant: Variant, table: ParameterTable) -> pd.DataFrame | None:
    """Read the population that comes with the package; None where it is another or damaged."""
    if not variant.is_stored:
        return None
    folder = files("remyelin.cohorts").joinpath("data")
    try:
        about = json.loads(folder.joinpath(f"{variant.name}.json").read_text(encoding="utf-8"))
        content = folder.joinpath(f"{variant.name}.parquet").read_bytes()
    except (OSError, ValueError):
        return None
    wanted = about_stored(variant, table, content)
    return packing.from_bytes(content, CANDIDATES) if about == wanted else None


def about_stored(variant: Variant, table: ParameterTable, content: bytes) -> dict[str, object]:
    """Say what stands beside a stored population: how it was made, and the hash of its file."""
    return {
        "command": _COMMAND,
        "course": variant.course.value,
        "era": variant.era.value,
        "region": variant.region.value,
        "candidates": CANDIDATES,
        "horizon_years": HORIZON_YEARS[variant.course],
        "seed": SEED,
        "parameters": table.digest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def stored_variants() -> Iterator[Variant]:
    """Go through the populations that come with the package."""
    for course in Course:
        for era in Era:
            yield Variant(course, era)


def looks_at(
    variant: Variant,
    inputs: Inputs,
    candidates: int,
    horizon_years: float,
    backend: Backend = DEFAULT_BACKEND,
    *,
    threads: int = 1,
) -> Iterator[Look]:
    """Simulate the first patients of a reference population and look at them every quarter."""
    table = inputs.parameters
    streams = Streams.of(
        SEED, np.zeros(candidates, dtype=np.int64), np.arange(candidates, dtype=np.int64)
    )
    silent = silent_days(table, variant.course)
    past = Past.of(variant.prior, streams, silent, inputs.protocols)
    population = start(
        table, streams, course=variant.course, era=variant.era, region=variant.region
    )
    engine = carrier(table, backend, threads=threads)
    screening = Screening(engine, rater(table, backend), table, past, silent)
    return screening.looks(population, horizon_years)


def make(
    variant: Variant,
    inputs: Inputs,
    *,
    candidates: int = CANDIDATES,
    horizon_years: float | None = None,
    backend: Backend = DEFAULT_BACKEND,
    report: Callable[[float], None] | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Simulate a reference population and pack it."""
    horizon = HORIZON_YEARS[variant.course] if horizon_years is None else horizon_years
    last = silent_days(inputs.parameters, variant.course) + horizon * DAYS_PER_YEAR

    def told(looks: Iterator[Look]) -> Iterator[Look]:
        for look in looks:
            if report:
                report(min(1.0, look.day / last))
            yield look

    looks = looks_at(variant, inputs, candidates, horizon, backend, threads=threads)
    return packing.packed(told(looks))


def main() -> None:
    """Write the stored reference populations into the package's data folder."""
    folder = Path(__file__).parent / "data"
    folder.mkdir(exist_ok=True)
    inputs = Inputs.packaged()
    for variant in stored_variants():
        frame = make(variant, inputs, candidates=CANDIDATES)
        content = packing.to_bytes(frame, level=_COMPRESSION_LEVEL)
        (folder / f"{variant.name}.parquet").write_bytes(content)
        text = json.dumps(about_stored(variant, inputs.parameters, content), indent=2) + "\n"
        (folder / f"{variant.name}.json").write_text(text, encoding="utf-8")
        print(f"{variant.name}: {len(frame)} looks")


if __name__ == "__main__":
    main()
