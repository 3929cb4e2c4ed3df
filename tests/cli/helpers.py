"""Calls of the command line inside this process, with a run that takes no time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from remyelin.cli.main import main


@dataclass(frozen=True)
class Call:
    """Exit status and what was printed."""

    code: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> Call:
    code = main(arguments)
    read = capsys.readouterr()
    assert "Traceback" not in read.out + read.err
    return Call(code, read.out, read.err)
