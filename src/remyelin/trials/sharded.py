"""A run in shards: any number of patients in little memory, to be stopped and gone on with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from remyelin.core.digest import provenance
from remyelin.errors import UsageError
from remyelin.files import shown
from remyelin.parameters import Origin
from remyelin.statistics.tally import Item, Tally
from remyelin.trials.crew import Alone, Crew, DaskCrew, Processes
from remyelin.trials.foreman import Foreman, Job
from remyelin.trials.layout import DRAWS_NAME
from remyelin.trials.plans import Plans
from remyelin.trials.prediction import Keep, Progress, ProgressListener, RunSettings
from remyelin.trials.shards import SHARD_PATIENTS, Shard, shards_of
from remyelin.trials.summarise import Summary, frame_of, summarise_run
from remyelin.trials.vault import Vault, identity_of


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a large run is done; no result depends on it.

    Attributes
    ----------
    folder
        Run folder in which finished shards are kept; None keeps them until the run ends.
    resume
        Go on with the run in the folder.
    force
        Replace an older run in the folder.
    cluster
        Dask cluster: ``local:N`` or the address of a scheduler; None works on this machine.
    shard_patients
        Patients of a shard.
    """

    folder: Path | None = None
    resume: bool = False
    force: bool = False
    cluster: str | None = None
    shard_patients: int = SHARD_PATIENTS

    def check(self, settings: RunSettings) -> None:
        """Refuse what does not go together.

        Raises
        ------
        UsageError
            The message says what to give instead.
        """
        for name in ("resume", "force"):
            if not isinstance(getattr(self, name), bool):
                raise UsageError(
                    f"{name} is {shown(getattr(self, name))}; allowed is True or False"
                )
        if not (self.cluster is None or isinstance(self.cluster, str)):
            raise UsageError(
                f"cluster is {shown(self.cluster)}; allowed is local:N or an address as text"
            )
        if settings.tables is Keep.WHOLE and (self.resume or self.cluster is not None):
            option = "--resume" if self.resume else "--cluster"
            raise UsageError(
                f"{option} does not go with whole tables, which are held in memory\n"
                "Add --tables split (a file for each shard) or --tables none (figures only)."
            )
        if self.folder is None and (self.resume or settings.tables is Keep.SPLIT):
            raise UsageError(
                "a run folder is needed to resume a run or to keep tables in shards\n"
                "Name it with --out (folder= in Python)."
            )
        if self.resume and self.force:
            raise UsageError(
                "--resume goes on with a run, --force replaces it\nGive one of them, not both."
            )
        if self.shard_patients < 1:
            raise UsageError(f"shard_patients is {self.shard_patients}; at least 1 is needed")


def run_shards(
    plans: Plans, scale: Scale, listen: ProgressListener | None
) -> tuple[Summary, dict[str, object]]:
    """Do what is missing of a run in shards, and work out its figures.

    Parameters
    ----------
    plans, scale
        The run made ready, and how it is to be done.
    listen
        Told how far the run has come.

    Returns
    -------
    tuple
        The figures, and what the run record says of the shards.

    Raises
    ------
    OutputError
        The folder cannot be written or holds another run.
    SimulationError
        Workers were lost too often, the cluster does not answer, or a shard file is damaged.
    """
    settings, size = plans.settings, scale.shard_patients
    shards = shards_of(settings.patients, settings.replicates, size, draws=len(plans))
    frame = frame_of(plans.study, plans.inputs.definitions)
    with _folder(scale.folder) as folder:
        identity = identity_of(plans, size)
        crew, threads = _crew(scale, settings, len(shards))
        try:
            vault = Vault.open(
                folder, identity, resume=scale.resume, force=scale.force, files=draws_file(plans)
            )
            parts = provenance().parts
            jobs = [Job(replace(plan, threads=threads), parts) for plan in plans.each]
            there = Foreman(jobs, vault, crew, listen).lead(shards)
        except BaseException:
            crew.close(hurry=True)
            raise
        crew.close(hurry=False)
        if listen:
            listen(Progress(1, 1, "Reading endpoints"))

        def tallies() -> Iterator[Tally]:
            return whole_replicates(vault, shards, frame.items)

        summary = summarise_run(plans.study, frame, tallies)
    about: dict[str, object] = {
        "number": len(shards),
        "patients": scale.shard_patients,
        "there_before": there,
    }
    return summary, about


def draws_file(plans: Plans) -> dict[str, bytes]:
    """Give the file of a run folder that holds the draws; none where parameters are a point."""
    if plans.draws.origin is Origin.POINT:
        return {}
    return {DRAWS_NAME: plans.draws.text().encode()}


def whole_replicates(
    vault: Vault, shards: Sequence[Shard], items: Sequence[Item]
) -> Iterator[Tally]:
    """Read finished shards; those of one replicate are added up."""
    for _, group in groupby(shards, key=lambda shard: shard.replicates):
        made = Tally.empty()
        for shard in group:
            made = Tally.joined([made, vault.tally(shard)]).compact(items)
        yield made


def _crew(scale: Scale, settings: RunSettings, shards: int) -> tuple[Crew, int]:
    """Give a crew, and the threads that each of its pieces of work may use."""
    if scale.cluster is not None:
        return DaskCrew(scale.cluster), 1
    if settings.workers == 1 or shards == 1:
        return Alone(), settings.workers
    return Processes(settings.workers), 1


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="remyelin-") as folder:
        yield Path(folder) / "run"
