"""Results of a group as data: a CSV of rows and a JSON that says how they were made."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import UnionType
from typing import Any, get_type_hints

from remyelin.core.cells import guarded, unguarded
from remyelin.core.digest import digest_of, provenance
from remyelin.credibility.rows import Row, rows_of
from remyelin.credibility.running import GroupRun
from remyelin.errors import InputError
from remyelin.files import parse_csv

_DIGITS = 6
"""Significant digits of the numbers of the table."""

_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class GroupResult:
    """Scored rows of a group with all that tells how they were made.

    Attributes
    ----------
    group, title, summary
        Name, and words for people.
    rows
        The scored rows.
    not_run
        Studies of the group that cannot be run yet, with the reason.
    left_out
        Published figures that are not compared.
    command, version, seed
        How it was made.
    parameters, code
        Digests of the parameter table and of the code.
    runs
        Patients and replicates of every run, by name.
    """

    group: str
    title: str
    summary: str
    rows: tuple[Row, ...]
    not_run: Mapping[str, str]
    left_out: tuple[str, ...]
    command: str
    version: str
    seed: int
    parameters: str
    code: str
    runs: Mapping[str, tuple[int, int]]

    @property
    def digest(self) -> str:
        """Hash of the rows; pictures carry it."""
        return digest_of(rows_text(self.rows))


def result_of(run: GroupRun, *, command: str, version: str) -> GroupResult:
    """Score a group that was run."""
    group = run.group
    return GroupResult(
        group=group.group,
        title=group.title,
        summary=group.summary,
        rows=_rounded(rows_of(run)),
        not_run=run.not_run,
        left_out=group.left_out,
        command=command,
        version=version,
        seed=run.settings.seed,
        parameters=run.inputs.parameters.digest(),
        code=provenance().digest(),
        runs={name: (done.patients, done.replicates) for name, done in run.finished.items()},
    )


def _rounded(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Give rows as they come back from the table, so that what is shown is what is kept."""
    return read_rows(rows_text(rows), where="rows")


_COLUMNS = tuple(field.name for field in fields(Row))


def rows_text(rows: Sequence[Row]) -> str:
    """Write rows as comma-separated text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in _COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    return guarded(str(value))


def read_rows(text: str, *, where: str) -> tuple[Row, ...]:
    """Read rows back.

    Raises
    ------
    InputError
        The columns are others, or a cell cannot be read; every bad one is named.
    """
    kinds = get_type_hints(Row)
    found, problems = list[Row](), list[str]()
    for line, cells in enumerate(parse_csv(text, where=where), start=2):
        if set(cells) != set(_COLUMNS):
            raise InputError(where, [f"the columns must be {', '.join(_COLUMNS)}"])
        values: dict[str, Any] = {}
        for name in _COLUMNS:
            try:
                values[name] = _value(cells[name], kinds[name])
            except (ValueError, KeyError):
                problems.append(f"line {line}: {name}: {cells[name]!r} cannot be read")
        if len(values) == len(_COLUMNS):
            found.append(Row(**values))
    if problems:
        raise InputError(where, problems)
    return tuple(found)


def _value(text: str, kind: Any) -> object:
    if isinstance(kind, UnionType):
        if not text:
            return None
        kind = next(part for part in kind.__args__ if part is not type(None))
    return _FLAGS[text] if kind is bool else kind(unguarded(text))


def about_text(result: GroupResult) -> str:
    """Write how a result was made as JSON."""
    about = {
        "group": result.group,
        "title": result.title,
        "summary": result.summary,
        "command": result.command,
        "version": result.version,
        "seed": result.seed,
        "parameters": result.parameters,
        "code": result.code,
        "rows": result.digest,
        "runs": {name: list(size) for name, size in result.runs.items()},
        "not_run": dict(result.not_run),
        "left_out": list(result.left_out),
    }
    return json.dumps(about, indent=2, ensure_ascii=True) + "\n"


def stored(folder: Path | None = None) -> tuple[GroupResult, ...]:
    """Read the results of a folder, by default those that ship with the package.

    Raises
    ------
    InputError
        A file is malformed, or a table is not the one that its record speaks of.
    """
    root: Traversable = resources.files("remyelin.credibility") / "results"
    place = root if folder is None else folder
    return tuple(_stored(place))


def _stored(folder: Traversable) -> Iterator[GroupResult]:
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".json"))
    for name in names:
        if name == PAGE_NAME:
            continue
        about = json.loads((folder / name).read_text(encoding="utf-8"))
        table = name.removesuffix(".json") + ".csv"
        result = GroupResult(
            rows=read_rows((folder / table).read_text(encoding="utf-8"), where=table),
            left_out=tuple(about["left_out"]),
            runs={run: (size[0], size[1]) for run, size in about["runs"].items()},
            **{key: about[key] for key in ("group", "title", "summary", "not_run", "command")},
            **{key: about[key] for key in ("version", "seed", "parameters", "code")},
        )
        if result.digest != about["rows"]:
            raise InputError(table, [f"its rows are not those of {name}"], "Run the group again.")
        yield result


PAGE_NAME = "page.json"
"""Record of the state of the code when the page was written."""


def is_stale(result: GroupResult, *, parameters: str) -> bool:
    """Say whether a result was made with another parameter table."""
    return result.parameters != parameters
