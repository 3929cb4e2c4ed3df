"""Running of a group: its studies and cohorts one after another, each on all workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from remyelin.core.digest import digest_of
from remyelin.credibility import groups
from remyelin.credibility.observations import Observation, expanded, targets_of
from remyelin.credibility.reading import measured
from remyelin.credibility.schema import Group, Target
from remyelin.credibility.store import Finished, Store
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterDraws
from remyelin.study import catalogue
from remyelin.study.outcome import OutcomeKey
from remyelin.study.schema import Study
from remyelin.trials import run_trial
from remyelin.trials.planned import reasons
from remyelin.trials.prediction import Progress, ProgressListener, RunSettings, checked

_KEY_LENGTH = 32


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a group is run.

    Attributes
    ----------
    seed
        Seed of all random numbers.
    replicates
        Repetitions of every study and cohort; None for those of the group file.
    workers
        Processes; no result depends on it.
    resume
        Whether finished runs that were kept are used again.
    draws
        Draws of the parameters, evenly spaced ones of which the replicates take; None: a point.
    """

    seed: int = 1
    replicates: int | None = None
    workers: int = 1
    resume: bool = True
    draws: ParameterDraws | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A study or cohort that is simulated, and the special targets that are read from it."""

    study: Study
    targets: tuple[Target, ...]


def entries(runs: Sequence[str]) -> tuple[Entry, ...]:
    """Give the studies and cohorts of some runs of the scoreboard.

    Raises
    ------
    UnknownNameError
        There is no such study or cohort.
    """
    targets: dict[str, dict[str, Target]] = {run: {} for run in runs}
    for name in groups.names():
        for target in targets_of(groups.load(name)):
            if target.run in targets:
                targets[target.run][target.target] = target
    own = groups.cohort_names()
    return tuple(
        Entry(
            study=groups.cohort(run) if run in own else catalogue.load(run),
            targets=tuple(found.values()),
        )
        for run, found in targets.items()
    )


@dataclass(frozen=True, kw_only=True)
class Job:
    """One run of a group.

    Attributes
    ----------
    study
        Study or cohort.
    settings
        Size, seed and workers of the run.
    targets
        Special targets that are read from it.
    hindered
        Why it cannot be run; empty where it can.
    inputs
        What its figures depend on beside study and settings.
    draws
        Draws of the parameters, at most one for each replicate; None: those of ``inputs``.
    """

    study: Study
    settings: RunSettings
    targets: tuple[Target, ...]
    hindered: tuple[str, ...]
    inputs: Inputs
    draws: ParameterDraws | None = None

    @property
    def key(self) -> str:
        """Name of its result in the store."""
        chosen = self.settings
        return digest_of(
            catalogue.dump(self.study),
            self.inputs.digest(),
            f"{chosen.patients} {chosen.replicates} {chosen.seed} {chosen.backend.value}",
            "" if self.draws is None else self.draws.digest(),
            *(f"{t.target} {t.arm} {t.measure.model_dump_json()}" for t in self.targets),
            length=_KEY_LENGTH,
        )


@dataclass(frozen=True, kw_only=True)
class GroupRun:
    """A group with all that was run of it.

    Attributes
    ----------
    group, settings, inputs
        What was asked for, and what its figures depend on beside it.
    jobs, finished
        Its runs in order, and the results of those that could be run, by name.
    targets
        Special targets with what was published on each.
    reused
        Names of runs that were taken from the store.
    not_run
        Why a study was not run, by name: nothing in the catalogue carries it yet, or its baseline
        cannot be met.
    """

    group: Group
    settings: Settings
    inputs: Inputs
    jobs: tuple[Job, ...]
    finished: Mapping[str, Finished]
    targets: tuple[tuple[Target, Observation], ...]
    reused: tuple[str, ...]
    not_run: Mapping[str, str]


def endpoint_name(key: OutcomeKey) -> str:
    """Give the name by which a figure of a study is kept."""
    time = "whole" if key.time_months is None else f"{key.time_months:g}"
    return "|".join((key.arm, key.outcome, key.definition_id, time, key.measure.value))


def jobs_of(
    group: Group, settings: Settings, targets: Sequence[Target], inputs: Inputs
) -> Iterator[Job]:
    """Give the runs of a group, its own cohorts first.

    Raises
    ------
    UnknownNameError
        A study or cohort is unknown.
    UsageError
        A number of the settings is outside its limits.
    """
    for entry in group.cohorts:
        study = groups.cohort(entry.cohort)
        yield _job(study, settings, targets, inputs, (entry.patients, entry.replicates))
    for item in group.studies:
        study = catalogue.load(item.study)
        yield _job(study, settings, targets, inputs, (study.design.n, group.replicates))


def _job(
    study: Study,
    settings: Settings,
    targets: Sequence[Target],
    inputs: Inputs,
    size: tuple[int, int],
) -> Job:
    patients, replicates = size
    planned = study.study_id in catalogue.planned_names()
    chosen = RunSettings(
        study_id=study.study_id,
        patients=patients,
        replicates=settings.replicates or replicates,
        seed=settings.seed,
        workers=settings.workers,
    )
    draws = settings.draws
    return Job(
        study=study,
        settings=checked(chosen),
        draws=None if draws is None else draws.thinned(min(chosen.replicates, len(draws))),
        targets=tuple(t for t in targets if t.run == study.study_id),
        hindered=reasons(study) if planned else (),
        inputs=inputs,
    )


Tell = Callable[[str, int, int], ProgressListener | None]
"""Told which run begins, its place and how many there are; gives who is told of its steps."""


def run_group(
    group: Group, settings: Settings, store: Store, tell: Tell | None = None, *, inputs: Inputs
) -> GroupRun:
    """Run a group; every finished run is kept at once.

    Parameters
    ----------
    group, settings
        What is asked for.
    store
        Where finished runs are kept and looked for.
    tell
        Told how far the group has come.
    inputs
        Parameters, definitions and protocols.
    """
    targets = expanded(group)
    jobs = tuple(jobs_of(group, settings, [target for target, _ in targets], inputs))
    finished: dict[str, Finished] = {}
    reused: list[str] = []
    not_run: dict[str, str] = {}
    for place, job in enumerate(jobs):
        name = job.study.study_id
        listen = tell(name, place, len(jobs)) if tell else None
        if job.hindered:
            not_run[name] = "; ".join(job.hindered)
            continue
        kept = store.read(job.key) if settings.resume else None
        if kept is not None:
            reused.append(name)
        else:
            try:
                kept = run_job(job, listen)
            except CohortError as error:
                not_run[name] = str(error)
                continue
            store.write(job.key, kept)
        finished[name] = kept
    return GroupRun(
        group=group,
        settings=settings,
        inputs=inputs,
        jobs=jobs,
        finished=finished,
        targets=targets,
        reused=tuple(reused),
        not_run=not_run,
    )


def run_job(job: Job, listen: ProgressListener | None = None) -> Finished:
    """Run one study or cohort and read all that is asked of it."""
    result = run_trial(job.study, job.settings, listen, inputs=job.inputs, draws=job.draws)
    if listen:
        listen(Progress(1, 1, "Reading measures"))
    return Finished(
        run=job.study.study_id,
        patients=job.settings.patients,
        replicates=job.settings.replicates,
        seed=job.settings.seed,
        endpoints={endpoint_name(p.key): p.values for p in result.predictions},
        measures=measured(
            ((t.target, t.arm, t.measure) for t in job.targets),
            result.tables,
            job.inputs.definitions,
        ),
        wall_seconds=result.wall_seconds,
    )
