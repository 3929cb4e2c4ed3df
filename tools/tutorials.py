"""Run the commands of the tutorials, and write what they print into the pages.

    python -m tools.tutorials

A page names the folder of its files (``<!-- folder: examples/... -->``). In a block of commands, a
line that begins with ``$`` is run there, in a copy of the folder; the lines below it are what it
prints, and a line of three dots stands for any lines. Where a command with such dots prints
something else, all of it is written, and the dots have to be put in again by hand.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = tuple(sorted((ROOT / "docs" / "tutorials").glob("*.md")))
ANY: Final = "..."

_FOLDER: Final = re.compile(r"<!-- folder: (\S+) -->")
_BLOCK: Final = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


def folder_of(page: str) -> Path:
    """Folder of the files of a page.

    Raises
    ------
    SystemExit
        The page names none.
    """
    found = _FOLDER.search(page)
    if found is None:
        sys.exit("the page names no folder: <!-- folder: examples/... -->")
    return ROOT / found[1]


def steps(block: str) -> Iterator[tuple[str, str, list[str]]]:
    """Commands of a block: as written, in one line, and the lines that each prints."""
    written, printed = "", list[str]()
    for line in block.splitlines():
        if line.startswith("$ "):
            if written:
                yield written, _joined(written), printed
            written, printed = line, []
        elif written.endswith("\\"):
            written += f"\n{line}"
        else:
            printed.append(line.rstrip())
    yield written, _joined(written), printed


def _joined(written: str) -> str:
    return written.removeprefix("$ ").replace("\\\n", " ")


def blocks(page: str) -> Iterator[str]:
    """Blocks of commands of a page."""
    return (match[0] for match in _BLOCK.finditer(page))


def program(command: str) -> str:
    """Program that a command calls."""
    return shlex.split(command)[0]


def run(command: str) -> list[str]:
    """Lines that a command prints in the present folder, errors after the rest."""
    words = shlex.split(command)
    if words[0] == "remyelin":
        from remyelin.cli.main import main

        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            main(words[1:])
        return _lines(out.getvalue() + errors.getvalue())
    target = words[words.index(">") + 1] if ">" in words else None
    called = words[: words.index(">")] if target else words
    done = subprocess.run(called, capture_output=True, check=True, encoding="utf-8")
    if target is None:
        return _lines(done.stdout)
    Path(target).write_text(done.stdout, encoding="utf-8")
    return []


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def agrees(printed: Sequence[str], expected: Sequence[str]) -> bool:
    """Whether lines are the expected ones, where `ANY` stands for any lines."""
    if not expected:
        return not printed
    if expected[0] == ANY:
        return any(agrees(printed[k:], expected[1:]) for k in range(len(printed) + 1))
    return bool(printed) and printed[0] == expected[0] and agrees(printed[1:], expected[1:])


def renewed(page: str) -> str:
    """Text of a page with what its commands print now; they run in the present folder."""

    def block(match: re.Match[str]) -> str:
        lines: list[str] = []
        for written, command, expected in steps(match[0]):
            printed = run(command)
            lines += [written, *(expected if agrees(printed, expected) else printed)]
        return "\n".join(lines) + "\n"

    return _BLOCK.sub(block, page)


def _main() -> None:
    start = Path.cwd()
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as temporary:
            there = Path(temporary) / "files"
            shutil.copytree(folder_of(page), there)
            os.chdir(there)
            try:
                page = renewed(page)
            finally:
                os.chdir(start)
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    _main()
