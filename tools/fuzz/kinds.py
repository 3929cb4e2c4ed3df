"""Which files the program reads, valid examples of each, and what is called with spoilt ones."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Final

import pandas as pd

from tools.fuzz.mutators import Gentle, spoil_bytes
from tools.fuzz.tables import csv_input, parquet_input, spoil_frame
from tools.fuzz.trees import json_input, yaml_input

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
OUT: Final = "out"
"""The only new name that a try may leave in its folder."""

Words = tuple[str, ...]
Call = Callable[[], object]


@dataclass(frozen=True)
class Try:
    """One input and what is done with it: words for the command line, or a call.

    Attributes
    ----------
    inputs
        Bytes by name of the file; they lie in the folder in which the try takes place.
    words
        Words after ``remyelin``; empty where ``call`` is given.
    call
        A public function of the package with the input.
    """

    inputs: Mapping[str, bytes]
    words: Words = ()
    call: Call | None = None


Maker = Callable[[Random], Try]


@cache
def _example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


@cache
def _package(room: str, folder: str, suffix: str) -> tuple[str, ...]:
    place = files(room).joinpath(folder)
    found = sorted(item.name for item in place.iterdir() if item.name.endswith(suffix))
    return tuple(place.joinpath(name).read_text(encoding="utf-8") for name in found)


@cache
def _visits() -> str:
    return "\n".join(_example("clinic_visits_synthetic.csv").splitlines()[:40]) + "\n"


@cache
def _ends() -> str:
    subjects = dict.fromkeys(line.split(",")[0] for line in _visits().splitlines()[1:])
    rows = [f"{name},2026-01-01,completed," for name in subjects]
    return "\n".join(["subject_id,end_date,end_reason,switch_date", *rows]) + "\n"


def _relapses() -> str:
    known = set(_visits().replace("\n", ",").split(","))
    head, *rows = _example("clinic_relapses_synthetic.csv").splitlines()
    return "\n".join([head, *(row for row in rows if row.split(",")[0] in known)]) + "\n"


_TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "visits": _visits,
    "relapses": _relapses,
    "patients": _ends,
}
_DEFINITIONS: Final = ("cdw24", "cdw12", "pira24_kappos2020_edss", "neda3", "relapse_protocol")


def _longitudinal(table: str, suffix: str) -> Maker:
    spoil = csv_input if suffix == "csv" else parquet_input

    def make(random: Random) -> Try:
        inputs = {f"{name}.csv": text().encode() for name, text in _TABLES.items()}
        del inputs[f"{table}.csv"]
        inputs[f"{table}.{suffix}"] = spoil(_TABLES[table](), random)
        words = ["endpoints", f"visits.{suffix if table == 'visits' else 'csv'}"]
        for other in ("relapses", "patients"):
            if table == other or random.random() < 0.4:
                words += [f"--{other}", f"{other}.{suffix if table == other else 'csv'}"]
        if random.random() < 0.1:
            words += ["--all-definitions"]
        else:
            known = _DEFINITIONS if "--relapses" in words else _DEFINITIONS[:2]
            words += ["--definition", random.choice(known)]
        words += ["--lenient"] if random.random() < 0.5 else []
        words += ["--json"] if random.random() < 0.2 else []
        if random.random() < 0.2:
            words += ["--out", f"{OUT}.{random.choice(('csv', 'parquet'))}"]
        if random.random() < 0.1:
            words += ["--rename", random.choice(("sdmt=score", "edss = edss"))]
        return Try(inputs, tuple(words))

    return make


def _by_file(command: Callable[[Random], Words], texts: Callable[[], tuple[str, ...]]) -> Maker:
    def make(random: Random) -> Try:
        made = yaml_input(random.choice(texts()), random)
        json = ("--json",) if random.random() < 0.3 else ()
        inputs = {"in.yaml": made, "my_regimen.yaml": _example("my_regimen.yaml").encode()}
        return Try(inputs, (*command(random), "in.yaml", *json))

    return make


def _studies() -> tuple[str, ...]:
    return (_example("my_study.yaml"), *_package("remyelin.study", "studies", ".yaml"))


def _protocols() -> tuple[str, ...]:
    ours = _package("remyelin.therapies", "protocols", ".yaml")
    named = (text.replace("protocol_id: ", "protocol_id: my_", 1) for text in ours)
    return (_example("my_regimen.yaml"), *named)


def _products() -> tuple[str, ...]:
    return (_example("my_product.yaml"), *_package("remyelin.therapies", "products", ".yaml"))


def _patient(random: Random) -> Try:
    from remyelin.patients.description import template

    made = yaml_input(template(), random)
    words = ("patient", "in.yaml", "--years", "1", "--out", OUT, "--quiet")
    return Try({"in.yaml": made}, words)


def _run(random: Random) -> Try:
    made = yaml_input(_example("my_study.yaml"), random)
    inputs = {"in.yaml": made, "my_regimen.yaml": _example("my_regimen.yaml").encode()}
    size = ("--patients", "4", "--replicates", "1", "--workers", "1")
    tables = ("--tables", random.choice(("whole", "split", "none")))
    return Try(inputs, ("run", "in.yaml", *size, *tables, "--out", OUT, "--quiet"))


@cache
def _evidence(table: str) -> str:
    place = files("remyelin.evidence").joinpath("data", f"{table}.csv")
    return "\n".join(place.read_text(encoding="utf-8").splitlines()[:20]) + "\n"


def _evidence_table(random: Random) -> Try:
    from remyelin.evidence import special

    table = random.choice(("studies", "arms", "outcomes", *special.tables()))
    made = csv_input(_evidence(table), random)
    return Try({"in.csv": made}, ("evidence", "check", "in.csv", "--table", table))


def _evidence_folder(random: Random) -> Try:
    from remyelin.evidence.base import TABLE_NAMES, EvidenceBase

    spoilt = random.choice(TABLE_NAMES)
    inputs = {
        f"{name}.csv": csv_input(_evidence(name), random)
        if name == spoilt
        else _evidence(name).encode()
        for name in TABLE_NAMES
    }
    return Try(inputs, call=lambda: EvidenceBase.load(Path()))


def _definitions(random: Random) -> Try:
    from remyelin.files import read_text
    from remyelin.study.definitions import parse_definitions

    place = files("remyelin.study").joinpath("definitions.yaml")
    made = yaml_input(place.read_text(encoding="utf-8"), random)
    return Try(
        {"in.yaml": made},
        call=lambda: parse_definitions(read_text("in.yaml"), where="in.yaml"),
    )


_MANIFEST: Final = (
    '{"format": 1, "study_id": "mist", "study": "a", "parameters": "b", "cohort": "c", '
    '"code": "d", "backend": "fused", "patients": 110, "replicates": 2, "seed": 1, '
    '"draws": {"origin": "prior", "number": 1, "digest": "e", "of_replicates": [0, 0]}, '
    '"twins": false, "mechanism": "peripheral", "tables": "none", "shard_patients": 4096}'
)


def _manifest(random: Random) -> Try:
    made = json_input(_MANIFEST, random)
    words = ("run", "mist", "--patients", "4", "--replicates", "1", "--workers", "1")
    inputs = {f"{OUT}/manifest.json": made, f"{OUT}/shards/00000000.json": made}
    return Try(inputs, (*words, "--tables", "none", "--out", OUT, "--resume", "--quiet"))


def _record(random: Random) -> Try:
    from remyelin.files import read_json

    return Try(
        {"record.json": json_input(_MANIFEST, random)}, call=lambda: read_json("record.json")
    )


_SUBJECTS: Final = "replicate,arm_id,subject_id,end_day,end_reason,switch_day\n" + "".join(
    f"0,a,{k},700,completed,\n" for k in range(5)
)
_SEEN: Final = "replicate,arm_id,subject_id,visit,day,edss,gd_lesions\n" + "".join(
    f"0,a,{k},{visit},{visit * 90},{2 + visit / 2},0\n" for k in range(5) for visit in range(5)
)
_DATED: Final = "replicate,arm_id,subject_id,day,event,grade\n" + "".join(
    f"0,a,{k},{30 * k},sepsis,3\n" for k in range(5)
)
_HISTORY: Final = {
    "subjects": _SUBJECTS,
    "visits": _SEEN,
    "relapses": _DATED,
    "adverse_events": _DATED,
    "exposures": _DATED,
}


def _history(random: Random) -> Try:
    spoilt = random.choice(tuple(_HISTORY))
    frames = {name: pd.read_csv(io.StringIO(text)) for name, text in _HISTORY.items()}
    frames[spoilt] = spoil_frame(frames[spoilt], random)
    return Try({}, call=lambda: _read_history(frames))


def _read_history(frames: Mapping[str, pd.DataFrame]) -> object:
    from remyelin.endpoints.events import events
    from remyelin.endpoints.history import History
    from remyelin.study.definition import EventKind
    from remyelin.study.definitions import definitions

    library, history = definitions(), History.of(frames)
    harm = [name for name, one in library.items() if one.kind is EventKind.ADVERSE_EVENT]
    names = ("cdw24", "relapse_protocol", *harm)
    return [events(history, library[name], library) for name in names]


@cache
def _draws() -> str:
    from remyelin.parameters import ParameterDraws, ParameterTable

    table = ParameterTable.load()
    return ParameterDraws.prior(table, 4, seed=1, keys=["lesion_rate", "reserve"]).text()


def _parameter_draws(random: Random) -> Try:
    from remyelin.parameters import ParameterTable
    from remyelin.parameters.request import read_draws

    head, _, body = _draws().partition("\n")
    made = head.encode() + b"\n" + csv_input(body, random)
    if not isinstance(random, Gentle) and random.random() < 0.2:
        made = spoil_bytes(made, random)
    return Try({"draws.csv": made}, call=lambda: read_draws("draws.csv", ParameterTable.load()))


KINDS: Final[Mapping[str, tuple[Maker, int]]] = {
    "visits CSV": (_longitudinal("visits", "csv"), 10),
    "visits Parquet": (_longitudinal("visits", "parquet"), 10),
    "relapses CSV": (_longitudinal("relapses", "csv"), 6),
    "relapses Parquet": (_longitudinal("relapses", "parquet"), 4),
    "patients CSV": (_longitudinal("patients", "csv"), 6),
    "patients Parquet": (_longitudinal("patients", "parquet"), 4),
    "tables from Python": (_history, 6),
    "parameter draws": (_parameter_draws, 6),
    "study": (_by_file(lambda _: ("studies", "show"), _studies), 10),
    "protocol": (
        _by_file(lambda r: ("therapies", r.choice(("check", "show"))), _protocols),
        10,
    ),
    "product": (_by_file(lambda _: ("product", "show"), _products), 6),
    "certificate": (
        _by_file(lambda _: ("product", "check"), lambda: (_example("certificate.yaml"),)),
        6,
    ),
    "patient": (_patient, 4),
    "definitions": (_definitions, 2),
    "evidence table": (_evidence_table, 10),
    "evidence folder": (_evidence_folder, 4),
    "manifest": (_manifest, 3),
    "record": (_record, 3),
    "run of a study": (_run, 2),
}
"""Maker of inputs and share of all inputs, by name of the kind."""
