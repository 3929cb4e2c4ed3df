"""The vault: finished shards of a run in its folder, with a manifest that says whose they are."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remyelin.errors import InputError, OutputError, SimulationError
from remyelin.files import read_json, shown
from remyelin.statistics.tally import Tally
from remyelin.study.catalogue import dump
from remyelin.trials.plan import Plan
from remyelin.trials.shards import Shard
from remyelin.trials.storage import arrays_bytes

MANIFEST_NAME: Final = "manifest.json"
"""File by which a folder with shards is known; it is written first."""

RECORD_NAME: Final = "record.json"
"""File by which a complete run folder is known; it is written last."""

_FORMAT: Final = 1
_FOLDER: Final = "shards"
_ROOMS: Final = ("model", "engine", "therapies", "cohorts", "endpoints", "statistics", "trials")
"""Parts of the package on which results depend."""

Identity = Mapping[str, object]


@cache
def code_digest() -> str:
    """Hash of the parts of the package on which results depend."""
    found = hashlib.sha256()
    for room in _ROOMS:
        folder = Path(str(files("remyelin"))) / room
        for path in sorted(folder.rglob("*.py")):
            found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def identity_of(plan: Plan, shard_patients: int) -> dict[str, object]:
    """Say what a run is: two runs with the same identity give the same results."""
    settings, weighting = plan.settings, plan.weighting
    weights = [*weighting.coefficients.tolist(), weighting.cap]
    return {
        "format": _FORMAT,
        "study_id": plan.study.study_id,
        "study": hashlib.sha256(dump(plan.study).encode()).hexdigest()[:16],
        "parameters": plan.table.digest(),
        "cohort": hashlib.sha256(repr(weights).encode()).hexdigest()[:16],
        "code": code_digest(),
        "backend": settings.backend.value,
        "patients": settings.patients,
        "replicates": settings.replicates,
        "seed": settings.seed,
        "twins": settings.twins,
        "mechanism": settings.mechanism,
        "tables": settings.tables.value,
        "shard_patients": shard_patients,
    }


@dataclass(frozen=True)
class Output:
    """What the work on a shard gives.

    Attributes
    ----------
    tally
        For the figures.
    tables
        Parquet bytes by name of the table; empty where tables are not kept.
    last_candidate
        Number of the last candidate who entered; slices only.
    """

    tally: Tally
    tables: Mapping[str, bytes]
    last_candidate: int | None = None


@dataclass(frozen=True)
class Vault:
    """Finished shards in a folder. Only one process writes into it.

    Attributes
    ----------
    folder
        Folder of the run.
    """

    folder: Path

    @classmethod
    def open(
        cls, folder: Path, identity: Identity, *, resume: bool = False, force: bool = False
    ) -> Vault:
        """Begin a run in a folder, or go on with one.

        Parameters
        ----------
        folder, identity
            Where the run is kept, and what it is.
        resume
            Go on with the run in the folder; without it the folder must be new.
        force
            Remove an older run folder first.

        Raises
        ------
        OutputError
            The folder cannot be written, or holds another run; the message says what differs.
        """
        vault = cls(folder)
        if resume and folder.exists():
            _refuse_other(folder, read_manifest(folder), identity)
            return vault
        old = folder.exists() and any(folder.iterdir())
        if old and not (force and is_run_folder(folder)):
            raise OutputError(
                f"the folder {shown(folder)} exists already; it is never overwritten unasked\n"
                "Go on with the run in it with --resume, or give another folder with --out."
            )
        try:
            if old:
                shutil.rmtree(folder)
            (folder / _FOLDER).mkdir(parents=True)
        except OSError as error:
            raise _failed(folder, error) from error
        vault._write(MANIFEST_NAME, (json.dumps(dict(identity), indent=2) + "\n").encode())
        return vault

    def keep(self, shard: Shard, output: Output) -> None:
        """Write a finished shard: tables, tally, and last the receipt that vouches for them.

        Raises
        ------
        OutputError
            The disk is full or the folder cannot be written; what was finished before stays.
        """
        contents = {f"tables/{name}": made for name, made in output.tables.items()}
        contents[_FOLDER] = _tally_bytes(output.tally)
        receipt: dict[str, object] = {
            "replicates": [shard.replicates[0], shard.replicates[-1]],
            "first": shard.first,
            "patients": shard.count,
            "last_candidate": output.last_candidate,
            "files": {
                f"{place}/{_name(shard)}.parquet": hashlib.sha256(made).hexdigest()
                for place, made in contents.items()
            },
        }
        for place, made in contents.items():
            self._write(f"{place}/{_name(shard)}.parquet", made)
        self._write(f"{_FOLDER}/{_name(shard)}.json", json.dumps(receipt).encode())

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        aside = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content)
            aside.replace(path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise _failed(self.folder, error) from error

    def finished(self, shard: Shard) -> Mapping[str, object] | None:
        """Give the receipt of a shard; None where it is missing or a file is not as vouched for."""
        try:
            receipt: Any = read_json(self.folder / _FOLDER / f"{_name(shard)}.json")
            intact = all(
                hashlib.sha256((self.folder / name).read_bytes()).hexdigest() == digest
                for name, digest in receipt["files"].items()
            )
        except (InputError, OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return receipt if intact and isinstance(receipt, dict) else None

    def tally(self, shard: Shard) -> Tally:
        """Read the tally of a finished shard.

        Raises
        ------
        SimulationError
            The file is missing or damaged.
        """
        path = self.folder / _FOLDER / f"{_name(shard)}.parquet"
        try:
            content = path.read_bytes()
            receipt: Any = read_json(path.with_suffix(".json"))
            vouched = receipt["files"][f"{_FOLDER}/{path.name}"]
            if hashlib.sha256(content).hexdigest() != vouched:
                raise ValueError("its content is not what was written")
            made = pq.read_table(BytesIO(content))
            return Tally(*(made[name].to_numpy() for name in Tally.__dataclass_fields__))
        except (InputError, OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise SimulationError(
                f"the shard file {shown(path)} is damaged: {error}\n"
                "Run the same command again with --resume; this shard is then made anew."
            ) from error


def is_run_folder(folder: Path) -> bool:
    """Whether a folder holds a run, complete or begun."""
    return any((folder / name).is_file() for name in (RECORD_NAME, MANIFEST_NAME))


def read_manifest(folder: Path) -> dict[str, object]:
    """Read what run a folder holds.

    Raises
    ------
    OutputError
        It holds none that can be gone on with.
    """
    path = folder / MANIFEST_NAME
    try:
        found = read_json(path)
    except InputError as error:
        raise OutputError(
            f"{shown(folder)} cannot be resumed: it has no readable {MANIFEST_NAME}\n"
            "Only runs with --tables split or --tables none can be resumed; give their folder, or "
            "leave --resume out."
        ) from error
    if not isinstance(found, dict):
        raise OutputError(f"{shown(path)} is no manifest of a run\nGive another folder with --out.")
    return found


def _refuse_other(folder: Path, found: Identity, wanted: Identity) -> None:
    differing = [
        f"{name} is {shown(found.get(name))} there and {shown(wanted.get(name))} here"
        for name in wanted
        if found.get(name) != wanted[name]
    ]
    if differing:
        raise OutputError(
            f"{shown(folder)} holds another run: {'; '.join(differing)}\n"
            "Give the settings with which it was begun, or another folder with --out."
        )


def _name(shard: Shard) -> str:
    return f"{shard.number:08d}"


def _tally_bytes(tally: Tally) -> bytes:
    columns = {
        name: pa.array(np.ascontiguousarray(getattr(tally, name)))
        for name in Tally.__dataclass_fields__
    }
    return arrays_bytes(columns)


def _failed(folder: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(
        f"cannot write into the run folder {shown(folder)}: {reason}; finished shards stay\n"
        "Make room or give a folder that you may write to; the same command with --resume goes on."
    )
