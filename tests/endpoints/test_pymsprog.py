"""Endpoints beside the stored answers of pymsprog; `make validate` makes those anew."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from validation.pymsprog import ours, peer
from validation.pymsprog.cases import cases
from validation.pymsprog.divergence import REASONS, classified, compared
from validation.pymsprog.settings import settings

FOLDER = Path(ours.__file__).resolve().parent
SETTINGS = settings()
NAMES = [setting["setting"] for setting in SETTINGS]
LEAST_CASES, LEAST_SETTINGS = 2_000, 36
AT_MOST = {"starts_at_the_milestone": 2_000}
"""Answers that may differ for a reason; all other reasons together stay below `FEW`."""
FEW = 60


@cache
def table(name: str) -> pd.DataFrame:
    return ours.read(FOLDER, name)


@cache
def found() -> pd.DataFrame:
    rows = compared(ours.run(SETTINGS, FOLDER), table("theirs"))
    return classified(rows, SETTINGS, table("visits"), table("relapses"))


@cache
def stored() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "divergences.csv")


def test_the_comparison_cannot_shrink() -> None:
    assert table("visits")["case"].nunique() >= LEAST_CASES
    assert len(set(NAMES)) == len(NAMES) >= LEAST_SETTINGS
    assert set(table("theirs")["setting"]) == set(NAMES)
    events = table("theirs").groupby("setting").size()
    assert (events >= 200).all()


def test_the_stored_histories_are_those_of_the_generator() -> None:
    made = cases()
    rows = [
        (case.name, day, edss)
        for case in made
        for day, edss in zip(case.days, case.edss, strict=True)
    ]
    kept = table("visits")[["case", "day", "edss"]]
    assert list(kept.itertuples(index=False, name=None)) == rows
    onsets = [(case.name, day) for case in made for day in case.relapses]
    assert list(table("relapses").itertuples(index=False, name=None)) == onsets


def test_the_peer_had_its_pinned_version() -> None:
    kept = json.loads((FOLDER / "versions.json").read_text(encoding="utf-8"))
    assert kept == peer.PINS


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_are_the_same_but_for_the_listed_ones(name: str) -> None:
    columns = ["case", "event_day_ours", "event_day_theirs", "reason"]
    now, then = (rows[rows["setting"] == name][columns] for rows in (found(), stored()))
    pd.testing.assert_frame_equal(
        now.reset_index(drop=True), then.reset_index(drop=True), check_dtype=False
    )


def test_every_disagreement_has_an_argued_reason() -> None:
    known = {reason.name for reason in REASONS}
    assert set(found()["reason"]) <= known
    text = (FOLDER / "DIVERGENCES.md").read_text(encoding="utf-8")
    for reason in REASONS:
        assert reason.argument in text
    counts = found()["reason"].value_counts()
    for reason, most in AT_MOST.items():
        assert counts.get(reason, 0) <= most
    assert counts.drop(list(AT_MOST), errors="ignore").sum() <= FEW
