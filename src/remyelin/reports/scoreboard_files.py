"""Files of the scoreboard: rows, record, page and pictures, each written aside and renamed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.core.digest import provenance
from remyelin.credibility.results import PAGE_NAME, about_text, rows_text, stored
from remyelin.errors import OutputError, UsageError
from remyelin.files import shown
from remyelin.parameters import ParameterTable
from remyelin.reports.scoreboard_page import IMAGES, PageState, page
from remyelin.reports.scoreboard_pictures import pictures

if TYPE_CHECKING:
    from remyelin.credibility.results import GroupResult

RESULTS = Path("src/remyelin/credibility/results")
PAGE = Path("docs/scoreboard.md")
"""Where results and page lie in a checkout."""


def current_state() -> PageState:
    """Give the state of parameters and code of this installation."""
    return PageState(parameters=ParameterTable.load().digest(), code=provenance().digest())


def write_group(result: GroupResult, folder: Path) -> list[Path]:
    """Write one group with a page of its own into a folder, which is made where it is missing.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    state = current_state()
    files: dict[Path, bytes] = {
        folder / f"{result.group}.csv": rows_text(result.rows).encode(),
        folder / f"{result.group}.json": about_text(result).encode(),
        folder / "scoreboard.md": page((result,), state).encode(),
    }
    for name, data in pictures(result).items():
        files[folder / IMAGES / name] = data
    return _write(files)


def publish(results: Sequence[GroupResult], checkout: Path) -> list[Path]:
    """Renew the committed results of some groups, and the page of all.

    Raises
    ------
    UsageError
        The folder is no checkout of the project.
    OutputError
        A file cannot be written.
    """
    place = checkout / RESULTS
    if not place.is_dir() or not (checkout / PAGE).parent.is_dir():
        raise UsageError(
            f"{shown(str(checkout))} is no checkout of the project: {RESULTS} is not in it"
        )
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


def _write(files: Mapping[Path, bytes]) -> list[Path]:
    for path, data in files.items():
        aside = path.with_name(f".remyelin-{secrets.token_hex(6)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(data)
            aside.replace(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"cannot write {shown(str(path))}: {reason}") from error
        finally:
            aside.unlink(missing_ok=True)
    return list(files)
