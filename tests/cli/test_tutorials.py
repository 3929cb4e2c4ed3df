"""The tutorials: their commands are run, and what is printed is what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from remyelin.cli.main import main

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
FOLDER = re.compile(r"<!-- folder: (\S+) -->")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
ANY = "..."
"""A line that stands for any lines, as a page need not repeat what it has shown."""


def steps(text: str) -> Iterator[tuple[str, list[str]]]:
    """Commands of a page, each with the lines that it prints."""
    for block in BLOCK.findall(text):
        command, printed = "", list[str]()
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, printed
                command, printed = line[2:], []
            else:
                printed.append(line.rstrip())
        yield command, printed


def run(command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Lines that a command prints, errors after the rest."""
    words = shlex.split(command)
    if words[0] == "remyelin":
        main(words[1:])
        captured = capsys.readouterr()
        return [line.rstrip() for line in (captured.out + captured.err).splitlines()]
    target = words[words.index(">") + 1] if ">" in words else None
    called = words[: words.index(">")] if target else words
    done = subprocess.run(called, capture_output=True, text=True, check=True, encoding="utf-8")
    if target is None:
        return [line.rstrip() for line in done.stdout.splitlines()]
    Path(target).write_text(done.stdout, encoding="utf-8")
    return []


def agrees(printed: list[str], expected: list[str]) -> bool:
    """Whether lines are the expected ones, where `ANY` stands for any lines."""
    if not expected:
        return not printed
    if expected[0] == ANY:
        return any(agrees(printed[k:], expected[1:]) for k in range(len(printed) + 1))
    return bool(printed) and printed[0] == expected[0] and agrees(printed[1:], expected[1:])


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_every_command_of_a_tutorial_prints_what_the_page_says(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = page.read_text(encoding="utf-8")
    folder = FOLDER.search(text)
    assert folder is not None
    there = tmp_path / "files"
    shutil.copytree(ROOT / folder[1], there)
    monkeypatch.chdir(there)
    done = list(steps(text))
    assert len(done) > 2
    for command, expected in done:
        if shutil.which(shlex.split(command)[0]) is None and not command.startswith("remyelin"):
            pytest.skip(f"{shlex.split(command)[0]} is not there")
        printed = run(command, capsys)
        assert agrees(printed, expected), "\n".join([command, *printed])


def test_a_page_that_says_something_else_would_be_found() -> None:
    assert agrees(["a", "b", "c"], ["a", ANY, "c"])
    assert agrees(["a", "c"], ["a", ANY, "c"])
    assert not agrees(["a", "b"], ["a", ANY, "c"])
    assert not agrees(["a", "b"], ["a"])
