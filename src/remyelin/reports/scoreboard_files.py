"""Files of the scoreboard: rows, record, page and pictures, each written aside and renamed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.core.atomic import reason_of, write_bytes
from remyelin.core.digest import provenance
from remyelin.core.folders import merge, merge_target
from remyelin.core.ownership import Layout
from remyelin.credibility.results import PAGE_NAME, about_text, rows_text, stored
from remyelin.errors import InputError, OutputError, UsageError
from remyelin.files import shown
from remyelin.parameters import ParameterTable
from remyelin.reports.scoreboard_page import IMAGES, PageState, page
from remyelin.reports.scoreboard_pictures import names, pictures

if TYPE_CHECKING:
    from remyelin.credibility.results import GroupResult

RESULTS = Path("src/remyelin/credibility/results")
PAGE = Path("docs/scoreboard.md")
"""Where results and page lie in a checkout."""


SCOREBOARD = Layout(
    kind="scoreboard",
    what="folder of the scoreboard",
    names=("scoreboard.md",),
    patterns=(r"[a-z0-9-]+\.(csv|json)", rf"{IMAGES}/scoreboard_[a-z0-9_-]+\.svg"),
)
"""A folder into which groups are written; groups are added to those in it."""


def check_group(group: str, folder: str | Path) -> None:
    """Make sure that a group could be written into a folder, before it is run.

    Raises
    ------
    OutputError
        The name is no folder, or a file is there that remyelin did not write.
    """
    merge_target(folder, SCOREBOARD, (f"{group}.csv", f"{group}.json", "scoreboard.md"))


def current_state() -> PageState:
    """Give the state of parameters and code of this installation."""
    return PageState(parameters=ParameterTable.load().digest(), code=provenance().digest())


def write_group(result: GroupResult, folder: Path) -> list[Path]:
    """Write one group with a page of its own into a folder, which is made where it is missing.

    Raises
    ------
    OutputError
        A file is there that remyelin did not write, or one cannot be written.
    """
    state = current_state()
    files: dict[str, bytes] = {
        f"{result.group}.csv": rows_text(result.rows).encode(),
        f"{result.group}.json": about_text(result).encode(),
        "scoreboard.md": page((result,), state).encode(),
    }
    for name, data in pictures(result).items():
        files[f"{IMAGES}/{name}"] = data
    return merge(folder, SCOREBOARD, files)


def publish(results: Sequence[GroupResult], checkout: Path) -> list[Path]:
    """Renew the committed results of some groups, and the page of all.

    Raises
    ------
    UsageError
        The folder is no checkout of the project.
    OutputError
        A file that would be replaced was not written by remyelin, or one cannot be written.
    """
    place = checkout / RESULTS
    check_publish(checkout)
    _refuse_foreign(checkout, results)
    files: dict[Path, bytes] = {}
    for result in results:
        files[place / f"{result.group}.csv"] = rows_text(result.rows).encode()
        files[place / f"{result.group}.json"] = about_text(result).encode()
    written = _write(files)
    state = current_state()
    about = {"parameters": state.parameters, "code": state.code}
    return written + _write(
        {
            place / PAGE_NAME: (json.dumps(about, indent=2) + "\n").encode(),
            **_page_files(checkout, state),
        }
    )


_PAGE_MARK = "This page is made from the tables in `src/remyelin/credibility/results/`"
_PICTURE_MARK = re.compile(rb"rows [0-9a-f]{16}")


def check_publish(checkout: Path) -> None:
    """Make sure that results could be published into a checkout, before a group is run.

    Raises
    ------
    UsageError
        The folder is no checkout of the project.
    OutputError
        A file that would be replaced was not written by remyelin.
    """
    if not (checkout / RESULTS).is_dir() or not (checkout / PAGE).parent.is_dir():
        raise UsageError(
            f"{shown(str(checkout))} is no checkout of the project: {RESULTS} is not in it"
        )
    _refuse_foreign(checkout, ())


def _refuse_foreign(checkout: Path, results: Sequence[GroupResult]) -> None:
    """Refuse files that are not as the scoreboard writes them; results vouch for their tables."""
    foreign: list[str] = []
    place, page_file = checkout / RESULTS, checkout / PAGE
    try:
        known = stored(place)
        if page_file.exists() and _PAGE_MARK not in page_file.read_text(encoding="utf-8"):
            foreign.append(str(PAGE))
        for result in known:
            if (place / f"{result.group}.json").read_text(encoding="utf-8") != about_text(result):
                foreign.append(f"{RESULTS}/{result.group}.json")
    except (OSError, InputError, ValueError, KeyError, TypeError, IndexError) as error:
        raise OutputError(
            f"what is published in {shown(str(checkout))} is not as remyelin wrote it: {error}\n"
            "Nothing was replaced. Bring these files back as they were committed."
        ) from error
    for result in (*known, *results):
        for name in names(result):
            picture = checkout / PAGE.parent / IMAGES / name
            if picture.exists() and not _PICTURE_MARK.search(picture.read_bytes()):
                foreign.append(f"{PAGE.parent}/{IMAGES}/{name}")
    for result in results:
        table = place / f"{result.group}.csv"
        if table.exists() and not table.with_suffix(".json").exists():
            foreign.append(f"{RESULTS}/{table.name}")
    if foreign:
        raise OutputError(
            f"these are not as remyelin wrote them: {', '.join(foreign)}\n"
            "Nothing was replaced. Move them away, or bring them back as they were committed."
        )


def _write(files: Mapping[Path, bytes]) -> list[Path]:
    for path, data in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write {shown(path)}: {reason_of(error)}") from error
        write_bytes(path, data)
    return list(files)


def _page_files(checkout: Path, state: PageState) -> dict[Path, bytes]:
    everything = in_order(stored(checkout / RESULTS))
    files = {checkout / PAGE: page(everything, state).encode()}
    for result in everything:
        for name, data in pictures(result).items():
            files[checkout / PAGE.parent / IMAGES / name] = data
    return files


def page_state(folder: Path) -> PageState:
    """Read the state of the code on the day the page was written."""
    about = json.loads((folder / PAGE_NAME).read_text(encoding="utf-8"))
    return PageState(parameters=about["parameters"], code=about["code"])


_FIRST = ("natural-history", "drugs", "ahsct", "cells")


def in_order(results: Sequence[GroupResult]) -> tuple[GroupResult, ...]:
    """Give groups in the order of the page: natural history first, unknown ones last."""
    place = {name: number for number, name in enumerate(_FIRST)}
    return tuple(sorted(results, key=lambda r: (place.get(r.group, len(place)), r.group)))
