"""Endpoints beside stored answers of MSoutcomes and msprog; `make validate` makes those anew."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from validation.oracle.courses import Course
from validation.r_packages import courses, make, ours
from validation.r_packages.choices import Choice, agrees, choices_of, rule
from validation.r_packages.divergence import Inputs, differences
from validation.r_packages.reasons import REASONS
from validation.r_packages.settings import settings

SETTINGS = settings()
OF_MSOUTCOMES = [one for one in SETTINGS if one["package"] == "MSoutcomes"]


@cache
def made() -> dict[str, Course]:
    return ours.for_oracle(ours.read("visits"), ours.read("relapses"))


@cache
def found() -> pd.DataFrame:
    visits, relapses, theirs = (ours.read(name) for name in make.TABLES)
    mine = ours.run(SETTINGS, visits, relapses)
    return differences(mine, theirs, SETTINGS, Inputs(visits, relapses))


def test_the_stored_courses_are_those_of_the_generator(tmp_path: Path) -> None:
    courses.write(tmp_path)
    for name in ("visits", "relapses"):
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / f"{name}.csv"), ours.read(name))


def test_the_answers_differ_as_stored_and_each_for_an_argued_reason() -> None:
    stored = pd.read_csv(make.HERE / "divergences.csv")
    columns = ["setting", "case", "event_day_ours", "event_day_theirs", "reason"]
    pd.testing.assert_frame_equal(found()[columns], stored[columns], check_dtype=False)
    named = {str(reason.name) for reason in REASONS}
    assert set(found()["reason"].str.split(" + ", regex=False).explode()) <= named
    text = (make.HERE / "DIVERGENCES.md").read_text(encoding="utf-8")
    assert all(reason.argument in text for reason in REASONS)


@pytest.mark.parametrize("setting", OF_MSOUTCOMES, ids=lambda one: one["setting"])
def test_all_exchanged_rules_together_give_every_answer_of_the_peer(
    setting: dict[str, Any],
) -> None:
    theirs = ours.read("theirs")
    rows = theirs[(theirs["setting"] == setting["setting"]) & (theirs["status"] == "event")]
    days = {row.case: (row.event_day, row.reference_day) for row in rows.itertuples()}
    function = setting["function"]
    taken: frozenset[Choice] = frozenset(choices_of(function))
    every = rule(function, setting["theirs"], taken)
    for case, one in made().items():
        day, reference = days.get(case, (None, None))
        told = None if reference is None or pd.isna(reference) else float(reference)
        wanted = None if day is None else (float(day), told)
        assert agrees(every(one), wanted), case


def test_without_r_the_run_says_so_and_ends_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make.shutil, "which", lambda _: None)
    monkeypatch.setattr(make.sys, "argv", ["make"])
    make.main()
    assert capsys.readouterr().out.startswith("skipped: R is not installed")
