"""The tutorials: their commands are run, and what is printed is what the page says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import tutorials
from tools.tutorials import ANY, agrees


@pytest.mark.parametrize("path", tutorials.PAGES, ids=lambda path: path.stem)
def test_every_command_of_a_tutorial_prints_what_the_page_says(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = path.read_text(encoding="utf-8")
    there = tmp_path / "files"
    shutil.copytree(tutorials.folder_of(page), there)
    monkeypatch.chdir(there)
    done = [step for block in tutorials.blocks(page) for step in tutorials.steps(block)]
    assert len(done) > 2
    for _, command, expected in done:
        called = tutorials.program(command)
        if called != "remyelin" and shutil.which(called) is None:
            pytest.skip(f"{called} is not there")
        printed = tutorials.run(command)
        advice = "`python -m tools.tutorials` writes the pages anew"
        assert agrees(printed, expected), "\n".join([advice, command, *printed])


def test_a_page_that_says_something_else_would_be_found() -> None:
    assert agrees(["a", "b", "c"], ["a", ANY, "c"])
    assert agrees(["a", "c"], ["a", ANY, "c"])
    assert not agrees(["a", "b"], ["a", ANY, "c"])
    assert not agrees(["a", "b"], ["a"])


def test_a_page_is_written_anew_with_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("a\nb\n", encoding="utf-8")
    if shutil.which("cat") is None:
        pytest.skip("cat is not there")
    page = "x\n```console\n$ cat a.csv\nold\n$ cat \\\n  a.csv\n...\nb\n```\ny\n"
    expected = "x\n```console\n$ cat a.csv\na\nb\n$ cat \\\n  a.csv\n...\nb\n```\ny\n"
    assert tutorials.renewed(page) == expected
