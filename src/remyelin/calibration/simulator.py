"""The target simulator: one set of parameters to every figure that a fit compares.

The trials are those of the scoreboard, conducted as every run conducts them. What makes it fast:
studies that enrol from the same candidates share one pass from onset, the population on which
weights are fitted is smaller, and so are the studies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remyelin.cohorts import reference
from remyelin.cohorts.joint import enrol_together
from remyelin.cohorts.reference import HORIZON_YEARS, Reference, Variant
from remyelin.credibility.reading import measured
from remyelin.credibility.running import Entry, endpoint_name
from remyelin.credibility.store import Finished
from remyelin.endpoints import History
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.study.schema import Study
from remyelin.therapies.mechanisms import FIRST, under
from remyelin.trials.conduct import Tables, follow
from remyelin.trials.plan import Plan
from remyelin.trials.predict import predictions
from remyelin.trials.prediction import RunSettings


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the simulation of one set of parameters is.

    Attributes
    ----------
    fewest, most
        Patients of a study: its own number, within these limits.
    candidates
        Candidates on which the weights of studies are fitted.
    """

    fewest: int = 160
    most: int = 480
    candidates: int = 1024

    def patients(self, study: Study) -> int:
        """Give the patients of a study."""
        return max(self.fewest, min(self.most, study.design.n))


def simulate(
    asked: Sequence[Entry],
    inputs: Inputs,
    *,
    seed: int,
    replicate: int = 0,
    size: Size | None = None,
) -> dict[str, Finished]:
    """Run studies and cohorts under one set of parameters.

    Parameters
    ----------
    asked
        What is run.
    inputs
        Parameters, definitions and protocols.
    seed, replicate
        Address of all random numbers; the same for every set of parameters, so that figures move
        smoothly with them.
    size
        How large; None: the usual size.

    Returns
    -------
    dict
        What was read, by name of the run. A study whose cohort cannot be enrolled under these
        parameters is left out.
    """
    size = size or Size()
    inputs = inputs.with_parameters(under(FIRST, inputs.parameters))
    found: dict[str, Finished] = {}
    for variant, members in _by_variant(asked).items():
        people = _people(variant, members, inputs, size)
        plans = [_plan(one, inputs, size, seed, people) for one in members]
        ready = [(one, plan) for one, plan in zip(members, plans, strict=True) if plan is not None]
        for one, done in _conducted(ready, replicate):
            found[one.study.study_id] = done
    return found


def _by_variant(asked: Sequence[Entry]) -> Mapping[Variant, list[Entry]]:
    found: dict[Variant, list[Entry]] = {}
    for one in asked:
        found.setdefault(Variant.of(one.study.population), []).append(one)
    return found


def _people(variant: Variant, members: Sequence[Entry], inputs: Inputs, size: Size) -> Reference:
    years = max(one.study.population.max_duration_years for one in members)
    horizon = min(HORIZON_YEARS[variant.course], max(years, 1.0))
    return reference.fresh(variant, inputs, candidates=size.candidates, horizon_years=horizon)


def _plan(one: Entry, inputs: Inputs, size: Size, seed: int, people: Reference) -> Plan | None:
    settings = RunSettings(
        study_id=one.study.study_id, patients=size.patients(one.study), replicates=1, seed=seed
    )
    try:
        return Plan.of(one.study, settings, inputs, people=people, exact=False)
    except CohortError:
        return None


def _conducted(ready: Sequence[tuple[Entry, Plan]], replicate: int) -> list[tuple[Entry, Finished]]:
    recruiters = [plan.recruiter() for _, plan in ready]
    counts = [plan.settings.patients for _, plan in ready]
    if not ready:
        return []
    cohorts = enrol_together(recruiters, [replicate], counts)
    return [
        (one, _read(one, plan, follow(plan, cohort, lambda _share: None)))
        for (one, plan), cohort in zip(ready, cohorts, strict=True)
    ]


def _read(one: Entry, plan: Plan, tables: Tables) -> Finished:
    definitions = plan.inputs.definitions
    history = History.of(tables)
    made = predictions(one.study, history, definitions)
    asked = ((t.target, t.arm, t.measure) for t in one.targets)
    return Finished(
        run=one.study.study_id,
        patients=plan.settings.patients,
        replicates=1,
        seed=plan.settings.seed,
        endpoints={endpoint_name(p.key): p.values for p in made},
        measures=measured(asked, tables, definitions),
        wall_seconds=0.0,
    )
