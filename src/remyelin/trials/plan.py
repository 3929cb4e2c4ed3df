"""A trial made ready: the study with its protocols, fixed weights and visit days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from remyelin.cohorts import reference
from remyelin.cohorts.enrolment import Recruiter
from remyelin.cohorts.targets import targets_of
from remyelin.cohorts.weighting import Weighting, fit
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterTable
from remyelin.study.arm import Arm
from remyelin.study.schema import Study
from remyelin.therapies.protocol import Protocol
from remyelin.trials.prediction import Progress, ProgressListener, RunSettings
from remyelin.trials.treatments import treatments
from remyelin.units import months_to_days

UNTREATED: Final = "none"
"""Protocol name of a patient to whom nothing is given."""

_SLACK_MONTHS: Final = 1e-6
_PERCENT: Final = 100
_MAKING: Final = "Making the reference population"


@dataclass(frozen=True)
class Visit:
    """A planned visit: its day from baseline, and whether MRI is done."""

    number: int
    day: int
    mri: bool


@dataclass(frozen=True)
class Plan:
    """All that a replicate of a trial needs.

    Attributes
    ----------
    study, settings, inputs
        Study, settings of the run, and what its figures depend on beside them.
    weighting
        Fixed weights of the cohort.
    visits
        Planned visits, baseline first.
    protocols
        Protocols of the arms and of switches, by name.
    threads
        Threads that the engine may use; no result depends on it.
    """

    study: Study
    settings: RunSettings
    inputs: Inputs
    weighting: Weighting
    visits: tuple[Visit, ...]
    protocols: dict[str, Protocol]
    threads: int = 1

    @classmethod
    def of(
        cls,
        study: Study,
        settings: RunSettings,
        inputs: Inputs,
        progress: ProgressListener | None = None,
        *,
        people: reference.Reference | None = None,
        exact: bool = True,
    ) -> Plan:
        """Make a trial ready.

        Parameters
        ----------
        study, settings, inputs
            What is run, how, and with which parameters, protocols and definitions.
        progress
            Told how far a reference population is that has to be made first.
        people
            Population on which the weights are fitted; None: the one that `reference.of` gives.
        exact
            Whether a baseline that cannot be met is an error; else it is met as nearly as can be.

        Raises
        ------
        UnknownNameError
            An arm names a protocol that neither the catalogue nor the study has.
        InputError
            A protocol of the study is malformed or against a rule.
        CohortError
            The baseline table cannot be met.
        """
        protocols = treatments(study, inputs)
        population = study.population

        def report(share: float) -> None:
            if progress:
                progress(Progress(round(_PERCENT * share), _PERCENT, _MAKING))

        if people is None:
            variant = reference.Variant.of(population)
            people = reference.of(variant, inputs, report, threads=settings.workers)
        wanted = targets_of(population, inputs.populations)
        weighting = fit(population, wanted, people, exact=exact)
        return cls(study, settings, inputs, weighting, planned_visits(study), protocols)

    @property
    def table(self) -> ParameterTable:
        """Parameters of the run."""
        return self.inputs.parameters

    def recruiter(self) -> Recruiter:
        """Give what screens candidates for this trial."""
        return Recruiter(
            self.inputs,
            self.study.population,
            self.weighting,
            self.settings.seed,
            self.settings.backend,
            self.threads,
        )

    def imputed(self) -> str:
        """Name the baseline covariates whose target was imputed."""
        names = (t.covariate.value for t in self.weighting.targets if t.imputed)
        return ", ".join(names)


def planned_visits(study: Study) -> tuple[Visit, ...]:
    """Give the planned visits of a study, the last one at the end of its follow-up.

    MRI falls on the visit nearest to its month.
    """
    every = study.design.visits.edss_every_months
    mri_every = study.design.visits.mri_every_months
    last = study.design.follow_up.months
    count = int((last + _SLACK_MONTHS) / every)
    months = [k * every for k in range(count + 1)]
    if last - months[-1] > _SLACK_MONTHS:
        months.append(last)
    scans: set[int] = set()
    if mri_every is not None:
        planned = [k * mri_every for k in range(int((last + _SLACK_MONTHS) / mri_every) + 1)]
        scans = {min(range(len(months)), key=lambda k: abs(months[k] - scan)) for scan in planned}
    return tuple(Visit(k, round(months_to_days(m)), k in scans) for k, m in enumerate(months))


def options_of(arm: Arm) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Give the protocols of an arm and the share of patients that gets each."""
    if not arm.treatment:
        return (UNTREATED,), (1.0,)
    total = sum(option.weight for option in arm.treatment)
    return (
        tuple(option.protocol_id for option in arm.treatment),
        tuple(option.weight / total for option in arm.treatment),
    )
