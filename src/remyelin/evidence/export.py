"""Tables of the base as plain rows, CSV, JSON, Parquet and BibTeX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum

from remyelin.core.cells import guarded
from remyelin.errors import UnknownNameError
from remyelin.evidence import lists, special
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.query import Found
from remyelin.evidence.records import PublishedStudy
from remyelin.evidence.rules import NO_IDENTIFIER
from remyelin.study.outcome import Outcome

PlainRow = Mapping[str, object]

MAIN_TABLES: Mapping[str, str] = {
    "studies": "published studies with identifiers, design and role",
    "arms": "arms with treatment and baseline",
    "outcomes": "figures with definition, interval, source and mark",
    "targets": "figures that count in tuning and scoring, with weights",
    "overlaps": "studies that share patients",
    "contradictions": "published figures that differ on the same thing",
}


class Form(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    BIBTEX = "bibtex"


def tables() -> Mapping[str, str]:
    """Names of all tables of the base, with their meaning."""
    return {**MAIN_TABLES, **{name: special.schema(name).meaning for name in special.tables()}}


def rows(name: str, base: EvidenceBase | None = None) -> list[dict[str, object]]:
    """Rows of a table by column name, as text and numbers.

    Parameters
    ----------
    name
        One of `tables`.
    base
        Where the main tables are taken from; by default the base of the package.

    Raises
    ------
    UnknownNameError
        There is no such table.
    """
    base = base or EvidenceBase.load()
    if name == "studies":
        return [asdict(study) for study in base.all_studies]
    if name == "arms":
        return [asdict(arm) for arm in base.all_arms]
    if name == "outcomes":
        return [outcome_row(outcome) for outcome in base.all_outcomes]
    if name == "targets":
        return [{**t.key._asdict(), **_without_key(asdict(t))} for t in lists.targets()]
    if name == "overlaps":
        return [asdict(row) for row in lists.overlaps()]
    if name == "contradictions":
        return [asdict(row) for row in lists.contradictions()]
    if name in special.tables():
        return [dict(row) for row in special.load(name)]
    raise UnknownNameError("table of the evidence base", name, tuple(tables()))


def _without_key(row: dict[str, object]) -> dict[str, object]:
    row.pop("key")
    return row


def outcome_row(outcome: Outcome) -> dict[str, object]:
    """Plain row of a figure: join key, value, interval, source and mark."""
    return {**outcome.key._asdict(), **_without_key(asdict(outcome))}


def found_row(found: Found) -> dict[str, object]:
    """Plain row of a figure that was looked for, with trial, role, class and route."""
    return {
        **outcome_row(found.outcome),
        "trial_id": found.study.trial_id,
        "role": found.study.role,
        "treatment_class": "+".join(dict.fromkeys(arm.treatment_class for arm in found.arms)),
        "route": "; ".join(dict.fromkeys(arm.route for arm in found.arms if arm.route)),
    }


def as_csv(plain: Sequence[PlainRow]) -> str:
    """Text of a CSV file; empty cells for what is not known."""
    stream = io.StringIO(newline="")
    names = list(plain[0]) if plain else []
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _cell(v) for k, v in row.items()} for row in plain)
    return stream.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    return guarded(str(value)) if isinstance(value, str) else value


def as_parquet(plain: Sequence[PlainRow]) -> bytes:
    """Bytes of a Parquet file with the same columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(plain[0]) if plain else []
    columns = {name: [_stored(row[name]) for row in plain] for name in names}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


def _stored(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


def as_bibtex(studies: Iterable[PublishedStudy]) -> str:
    """Text of a BibTeX file with one entry for each study."""
    return "\n".join(_entry(study) for study in studies)


_SPECIAL = re.compile(r"([&%$#_{}])")


def _entry(study: PublishedStudy) -> str:
    known = {
        "title": study.title,
        "author": f"{study.first_author} and others" if study.first_author else "",
        "journal": study.journal,
        "year": "" if study.year is None else str(study.year),
        "doi": study.doi,
        "note": "; ".join(
            part
            for part in (
                f"PMID {study.pmid}" if study.pmid else "",
                study.pmcid,
                study.registry_id,
                "no identifier known" if study.citation.startswith(NO_IDENTIFIER) else "",
            )
            if part
        ),
    }
    fields = [
        f"  {name} = {{{value if name == 'doi' else _SPECIAL.sub(_escaped, value)}}}"
        for name, value in known.items()
        if value
    ]
    kind = "article" if study.journal else "misc"
    return f"@{kind}{{{study.study_id},\n" + ",\n".join(fields) + "\n}\n"


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match.group()}"
