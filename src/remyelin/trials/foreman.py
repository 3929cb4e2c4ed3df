"""The foreman: enrols and follows the patients of the shards that are missing, in any order."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from typing import Any, Final

from remyelin.cohorts.enrolment import Cohort
from remyelin.core.digest import differing_parts, provenance
from remyelin.errors import SimulationError
from remyelin.statistics.gather import gather
from remyelin.study.tables import TABLES
from remyelin.trials.conduct import Tables, conduct, follow
from remyelin.trials.crew import Crew
from remyelin.trials.plan import Plan
from remyelin.trials.plans import draw_of
from remyelin.trials.prediction import Keep, Progress, ProgressListener
from remyelin.trials.shards import Shard, stretches
from remyelin.trials.storage import parquet_bytes
from remyelin.trials.summarise import frame_of
from remyelin.trials.vault import Output, Vault

_WAVE: Final = 8_192
"""Candidates of one piece of work."""

_SPARE_SD: Final = 3.0
_ENROLLING: Final = 0.7
"""Share of the work that is done when a patient is enrolled."""

_TICK_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Job:
    """What a worker has to know of the run under one draw of the parameters.

    Attributes
    ----------
    plan
        The trial made ready.
    provenance
        Parts of the package that leads, with the hash or version of each.
    """

    plan: Plan
    provenance: Mapping[str, str]

    def check(self) -> None:
        """Refuse to work with another version of the package.

        Raises
        ------
        SimulationError
            The worker has one.
        """
        if parts := differing_parts(self.provenance, provenance().parts):
            raise SimulationError(
                "a worker has another version of remyelin than the process that leads; what "
                f"differs: {', '.join(parts)}\n"
                "Install the same version everywhere, then go on with --resume."
            )


def screen(job: Job, replicate: int, low: int, high: int) -> Cohort:
    """Screen some candidates of a replicate and give those who enter."""
    job.check()
    return job.plan.recruiter().screen(replicate, low, high)


def follow_slice(job: Job, shard: Shard, cohort: Cohort) -> Output:
    """Follow the patients of a slice of a replicate."""
    job.check()
    tables = follow(job.plan, cohort, lambda _share: None, before=shard.first)
    return replace(_output(job, tables), last_candidate=int(cohort.number[-1]))


def conduct_whole(job: Job, shard: Shard) -> Output:
    """Enrol and follow the patients of whole replicates."""
    job.check()
    return _output(job, conduct(job.plan, shard.replicates, lambda _share, _what: None))


def _output(job: Job, tables: Tables) -> Output:
    frame = frame_of(job.plan.study, job.plan.inputs.definitions)
    kept: dict[str, bytes] = {}
    if job.plan.settings.tables is Keep.SPLIT:
        kept = {table.name: parquet_bytes(tables[table.name], table) for table in TABLES}
    return Output(gather(tables, frame.items, frame.definitions, frame.arm_ids), kept)


@dataclass
class _Enrolment:
    """Candidates of one replicate on their way into successive shards."""

    plan: Plan
    shards: deque[Shard]
    candidate: int
    asked: deque[int] = field(default_factory=deque)
    sizes: dict[int, int] = field(default_factory=dict)
    arrived: dict[int, Cohort] = field(default_factory=dict)
    found: list[Cohort] = field(default_factory=list)

    @property
    def replicate(self) -> int:
        return self.shards[0].replicates[0]

    @property
    def waiting(self) -> int:
        """Patients found who are in no shard yet."""
        return sum(map(len, self.found)) + sum(map(len, self.arrived.values()))

    def wave(self, most: int) -> tuple[int, int] | None:
        """Give the next candidates to be screened; None while enough are on their way.

        Parameters
        ----------
        most
            Patients that may wait at the same time.
        """
        if not self.shards:
            return None
        share = self.plan.weighting.expected_yield
        coming = self.waiting + share * sum(self.sizes[low] for low in self.asked)
        places = sum(shard.count for shard in self.shards) - coming
        first = self.shards[0].count
        if places <= 0 or (coming >= most and coming > first):
            return None
        size = min(_WAVE, ceil((places + _SPARE_SD * sqrt(places)) / share))
        low = self.candidate
        self.plan.recruiter().check_yield(low, ceil(places), self.plan.settings.patients)
        self.asked.append(low)
        self.sizes[low] = size
        self.candidate += size
        return low, low + size

    def arrive(self, low: int, cohort: Cohort) -> None:
        """Take in those who entered among the candidates from a number on."""
        self.arrived[low] = cohort
        while self.asked and self.asked[0] in self.arrived:
            first = self.asked.popleft()
            self.found.append(self.arrived.pop(first))

    def ready(self) -> tuple[Shard, Cohort] | None:
        """Give the next shard if all its patients are found."""
        if not self.shards or sum(map(len, self.found)) < self.shards[0].count:
            return None
        shard = self.shards.popleft()
        everybody = Cohort.joined(self.found)
        self.found = [everybody.part(shard.count, len(everybody))]
        return shard, everybody.part(0, shard.count)


@dataclass(frozen=True)
class _Task:
    work: Any
    arguments: tuple[Any, ...]
    shard: Shard | None = None
    enrolment: _Enrolment | None = None
    low: int = 0


class Foreman:
    """Leads a crew through the shards that are missing.

    Parameters
    ----------
    jobs, vault, crew
        What is to be done under each draw of the parameters, where it is kept, and who does it.
    listen
        Told how far the run has come; the unit is a patient.
    """

    def __init__(
        self, jobs: Sequence[Job], vault: Vault, crew: Crew, listen: ProgressListener | None
    ) -> None:
        self._jobs, self._vault, self._crew, self._listen = jobs, vault, crew, listen
        settings = jobs[0].plan.settings
        self._total = settings.patients * settings.replicates
        self._followed = 0
        self._enrolments: list[_Enrolment] = []
        self._whole: deque[Shard] = deque()
        self._again: deque[_Task] = deque()

    def lead(self, shards: Sequence[Shard]) -> int:
        """Do what is missing; give the number of shards that were there already.

        Raises
        ------
        SimulationError
            Workers were lost too often, or a worker could not do its work.
        OutputError
            A shard could not be written.
        CohortError
            Candidates hardly ever enter.
        """
        receipts = {shard.number: self._vault.finished(shard) for shard in shards}
        missing = [shard for shard in shards if receipts[shard.number] is None]
        self._followed = sum(s.patients for s in shards if receipts[s.number] is not None)
        self._whole.extend(shard for shard in missing if not shard.is_slice)
        for stretch in stretches([shard for shard in missing if shard.is_slice]):
            before = receipts.get(stretch[0].number - 1) if stretch[0].first else None
            last = -1 if before is None else before["last_candidate"]
            start = int(str(last)) + 1
            plan = self._job_of(stretch[0].replicates[0]).plan
            self._enrolments.append(_Enrolment(plan, deque(stretch), start))
        self._tell()
        self._work()
        return len(shards) - len(missing)

    def _job_of(self, replicate: int) -> Job:
        return self._jobs[draw_of(replicate, len(self._jobs))]

    def _work(self) -> None:
        going: dict[Future[Any], _Task] = {}
        while True:
            while len(going) <= self._crew.width and (task := self._next()) is not None:
                going[self._crew.submit(task.work, *task.arguments)] = task
                if self._crew.width == 1:
                    break
            if not going:
                return
            done, _ = wait(going, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
            if not done:
                self._crew.check()
            for future in done:
                if future in going:  # not when a loss has put all work back
                    self._take(future, going.pop(future), going)
            self._tell()

    def _next(self) -> _Task | None:
        if self._again:
            return self._again.popleft()
        for enrolment in self._enrolments:
            if (ready := enrolment.ready()) is not None:
                shard, cohort = ready
                job = self._job_of(shard.replicates[0])
                return _Task(follow_slice, (job, shard, cohort), shard=shard)
        if self._whole:
            shard = self._whole.popleft()
            job = self._job_of(shard.replicates[0])
            return _Task(conduct_whole, (job, shard), shard=shard)
        most = self._crew.width * _WAVE
        for enrolment in self._enrolments:
            if (wave := enrolment.wave(most)) is not None:
                job = self._job_of(enrolment.replicate)
                arguments = (job, enrolment.replicate, *wave)
                return _Task(screen, arguments, enrolment=enrolment, low=wave[0])
        return None

    def _take(self, future: Future[Any], task: _Task, going: dict[Future[Any], _Task]) -> None:
        try:
            made = future.result()
        except BaseException as error:
            if not self._crew.recover(error):
                raise
            self._again.append(task)
            self._again.extend(going.values())
            going.clear()
            return
        if task.shard is not None:
            self._vault.keep(task.shard, made)
            self._followed += task.shard.patients
        elif task.enrolment is not None:
            task.enrolment.arrive(task.low, made)

    def _tell(self) -> None:
        if self._listen:
            enrolled = sum(enrolment.waiting for enrolment in self._enrolments)
            done = min(self._total, self._followed + int(_ENROLLING * enrolled))
            self._listen(Progress(done, self._total, "Simulating patients"))
