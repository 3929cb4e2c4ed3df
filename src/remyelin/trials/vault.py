"""The vault: finished shards of a run in its folder, with a manifest that says whose they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remyelin.core.digest import differing_parts, provenance, text_digest
from remyelin.core.folders import new_folder, put, resumed_folder
from remyelin.core.ownership import is_bare
from remyelin.errors import InputError, OutputError, SimulationError
from remyelin.files import read_json, shown
from remyelin.statistics.tally import Tally
from remyelin.study.catalogue import dump
from remyelin.trials.layout import MANIFEST_NAME, RUN
from remyelin.trials.plans import Plans
from remyelin.trials.shards import Shard
from remyelin.trials.storage import arrays_bytes

_FORMAT: Final = 2
_FOLDER: Final = "shards"
_INPUTS: Final = "inputs"
_PROVENANCE: Final = "provenance"
_DRAWS: Final = "draws"
_DERIVED: Final = "of_replicates"

Identity = Mapping[str, object]


def identity_of(plans: Plans, shard_patients: int) -> dict[str, object]:
    """Say what a run is: two runs with the same identity give the same results."""
    settings = plans.settings
    weights: list[float] = []
    for plan in plans.each:
        weights += [*plan.weighting.coefficients.tolist(), plan.weighting.cap]
    return {
        "format": _FORMAT,
        "study_id": plans.study.study_id,
        "study": text_digest(dump(plans.study)),
        "parameters": plans.inputs.parameters.digest(),
        _DRAWS: dict(plans.about_draws()),
        _INPUTS: plans.inputs.digest(),
        "cohort": text_digest(repr(weights)),
        _PROVENANCE: dict(provenance().parts),
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
        cls,
        folder: Path,
        identity: Identity,
        *,
        resume: bool = False,
        force: bool = False,
        files: Mapping[str, bytes] | None = None,
    ) -> Vault:
        """Begin a run in a folder, or go on with one.

        Parameters
        ----------
        folder, identity
            Where the run is kept, and what it is.
        resume
            Go on with the run in the folder; without it the folder must be new or empty.
        force
            Replace an older run folder.
        files
            What is written beside the manifest of a new run, by name.

        Raises
        ------
        OutputError
            The folder cannot be written, or holds another run; the message says what differs.
        """
        if resume:
            folder = resumed_folder(folder, RUN)
            if folder.exists() and not is_bare(folder, RUN):
                _refuse_other(folder, read_manifest(folder), identity)
                return cls(folder)
        with new_folder(folder, RUN, force=force) as aside:
            (aside / _FOLDER).mkdir()
            for name, content in (files or {}).items():
                (aside / name).write_bytes(content)
            (aside / MANIFEST_NAME).write_text(json.dumps(dict(identity), indent=2) + "\n")
        return cls(folder)

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
        try:
            put(self.folder, RUN, name, content)
        except (OSError, OutputError) as error:
            cause = error.__cause__ if isinstance(error, OutputError) else error
            if not isinstance(cause, OSError):
                raise
            raise _failed(self.folder, cause) from error

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


_OF_RECORD: Final = (
    *("study", "parameters", _DRAWS, "patients", "replicates", "seed", "twins", "mechanism"),
)


def holds(folder: Path, record: Mapping[str, object]) -> bool:
    """Whether a folder holds the shards of the run that a run record tells of."""
    try:
        found = json.loads((folder / MANIFEST_NAME).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and all(
        name in found and found[name] == record.get(name) for name in (*_OF_RECORD, "backend")
    )


def _refuse_other(folder: Path, found: Identity, wanted: Identity) -> None:
    there, here = _flat(found), _flat(wanted)
    differing = [
        f"{name} is {shown(there.get(name))} there and {shown(here[name])} here"
        for name in here
        if there.get(name) != here[name]
    ]
    parts = differing_parts(wanted[_PROVENANCE], found.get(_PROVENANCE))
    if not differing and not parts and found.get(_INPUTS) != wanted[_INPUTS]:
        differing.append("its definitions or protocols are others")
    if parts:
        differing.append(f"it was begun with other {', other '.join(parts)}")
    if differing:
        advice = "version of remyelin" if parts else "settings"
        raise OutputError(
            f"{shown(folder)} holds another run: {'; '.join(differing)}\n"
            f"Go on with the {advice} with which it was begun, or give another folder with --out."
        )


def _flat(identity: Identity) -> dict[str, object]:
    """Give what people are told of an identity, the parts of the draws one by one."""
    plain = {n: v for n, v in identity.items() if n not in (_INPUTS, _PROVENANCE, _DRAWS)}
    draws = identity.get(_DRAWS)
    parts = draws if isinstance(draws, Mapping) else {}
    told = {f"{name} of the {_DRAWS}": v for name, v in parts.items() if name != _DERIVED}
    return {**plain, **told}


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
