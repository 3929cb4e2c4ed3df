"""The short form of `make fuzz`, and that the harness sees what it is there to see."""

from __future__ import annotations

import json
import time
import warnings
from collections import Counter
from pathlib import Path

import pytest

from tools.fuzz import batches, result, tries
from tools.fuzz.batches import Tally, shares, tried_kind
from tools.fuzz.kinds import KINDS, Try
from tools.fuzz.runs import difference
from tools.fuzz.tries import made, tried, unspoilt

pytestmark = pytest.mark.fuzz

SEED = 11
INPUTS = {"patient": 3, "manifest": 3, "run of a study": 3}
MOST = 12


@pytest.mark.parametrize("kind", KINDS)
def test_no_malformed_input_gives_more_than_one_error(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "try"
    folder.mkdir()
    for number in range(INPUTS.get(kind, MOST)):
        verdict = tried(made(kind, number, SEED), folder)
        assert not verdict.is_fault, (kind, number, verdict)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("manifest", "certificate")]
)
def test_the_examples_that_are_spoilt_are_good_ones(kind: str, tmp_path: Path) -> None:
    assert tried(unspoilt(kind, 1), tmp_path).answer == "done"


def test_inputs_are_a_function_of_seed_kind_and_number() -> None:
    for kind in KINDS:
        one, again = made(kind, 3, SEED), made(kind, 3, SEED)
        assert (one.inputs, one.words) == (again.inputs, again.words)
    assert len({str(made("study", number, SEED).inputs) for number in range(20)}) > 15


def raised() -> None:
    raise ValueError("nobody caught me")


def slept() -> None:
    time.sleep(5.0)


def warned() -> None:
    warnings.warn("odd", RuntimeWarning, stacklevel=1)


def wrote() -> None:
    Path("elsewhere.txt").write_text("x", encoding="utf-8")


@pytest.mark.parametrize(
    ("call", "answer"),
    [(raised, "traceback"), (slept, "hang"), (warned, "warning"), (wrote, "file outside")],
)
def test_what_must_not_be_is_seen(
    call: object, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "HANG_SECONDS", 0.3)
    verdict = tried(Try({}, call=call), tmp_path)  # type: ignore[arg-type]
    assert verdict.answer == answer
    assert verdict.is_fault


@pytest.mark.parametrize(
    ("said", "code", "answer"),
    [
        ("internal error: KeyError", 1, "traceback"),
        ("error: not enough memory", 1, "memory"),
        ("error: \x1b[31m", 2, "control characters"),
        ("", 1, "silent"),
        ("error: x", 3, "status"),
        ("error: x", 2, "refused"),
    ],
)
def test_what_the_command_line_says_is_judged(
    said: str, code: int, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def main(words: object) -> int:
        import sys

        print(said, end="", file=sys.stderr)
        return code

    monkeypatch.setattr("remyelin.cli.main.main", main)
    assert tried(Try({}, ("studies", "list")), tmp_path).answer == answer


def test_a_process_makes_the_tries_and_one_that_dies_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    tally = tried_kind("record", 5, seed=SEED, folder=tmp_path, tell=told.append)
    assert (tally.tries, tally.faults) == (5, [])
    assert told
    log = tmp_path / "log"
    log.write_text('{"begin": 8}\n{"end": [8, "done", "", 0.1]}\n{"begin": 9}\n', encoding="utf-8")
    assert batches._noted(Tally("x"), log) == 9


def test_every_kind_has_a_share() -> None:
    assert set(shares(100)) == set(KINDS)
    assert min(shares(1).values()) == 1
    assert sum(shares(3_000).values()) == pytest.approx(3_000, rel=0.01)


def test_files_that_differ_are_named() -> None:
    assert difference({"a": b"1", "b": b"2"}, {"a": b"1", "b": b"2"}) == ""
    assert difference({"a": b"1", "b": b"2"}, {"b": b"3", "c": b"4"}) == "a, c, b"


def test_the_page_shows_the_committed_result(tmp_path: Path) -> None:
    kept = json.loads(result.RESULT.read_text(encoding="utf-8"))
    assert result.block(kept) in result.PAGE.read_text(encoding="utf-8")
    tally = Tally("x", Counter(done=2, refused=1))
    result.written(tmp_path / "r.json", [tally], [], {"inputs": 3, "seed": 1}, time.monotonic())
    again = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert again["command"] == "python -m tools.fuzz --inputs 3 --seed 1"
    assert "| x | 3 | 2 | 1 | 0 |" in result.block(again)
    assert "x " in result.table([tally])
