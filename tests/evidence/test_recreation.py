"""The package data come from the raw tables, to the byte, and every change has its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.clean_evidence import core
from tools.clean_evidence.copy_raw import PACKS, TABLES, masked
from tools.clean_evidence.tabular import read, read_raw

ROOT = Path(__file__).resolve().parents[2]
MASKED = re.compile(r"\d+\.\d+\.\d+\.\d+:\d|weglot|distantreader|webvpn|cnpereading|brum\.beds")


@pytest.fixture(scope="module")
def made() -> Mapping[str, str]:
    return core.made(ROOT)


def test_the_cleaning_recreates_every_file_to_the_byte(made: Mapping[str, str]) -> None:
    assert len(made) == 7
    for name, text in made.items():
        assert (ROOT / name).read_bytes() == text.encode("utf-8"), name


def test_every_change_names_its_row_and_reason() -> None:
    changes = read(ROOT / core.LOG)
    assert len(changes) > 2_000
    for change in changes:
        assert change["reason"]
        assert int(change["row"]) >= 2
        assert change["from"] != change["to"]


def test_every_raw_outcome_is_kept_replaced_or_dropped_with_a_reason(
    made: Mapping[str, str],
) -> None:
    raw = sum(len(read_raw(ROOT / "evidence_raw", f"{pack}/outcomes.csv")) for pack in PACKS)
    gone = Counter(
        "dropped" if change["to"] == "" else "replaced"
        for change in read(ROOT / core.LOG)
        if change["field"] == "*" and change["raw_file"].endswith("outcomes.csv")
    )
    by_hand = len(read(ROOT / "evidence_raw" / "curated" / "outcomes.csv"))
    clean = len(read(ROOT / core.DATA / "outcomes.csv"))
    assert (raw, gone["replaced"], gone["dropped"], by_hand) == (965, 50, 34, 59)
    assert clean == raw - gone["replaced"] - gone["dropped"] + by_hand


def test_every_raw_study_is_in_the_base() -> None:
    known = {row["study_id"] for row in read(ROOT / core.DATA / "studies.csv")}
    for pack in PACKS:
        for table in TABLES:
            named = {
                raw["study_id"] for raw in read_raw(ROOT / "evidence_raw", f"{pack}/{table}.csv")
            }
            assert named <= known


def test_no_proxy_address_stands_in_a_raw_copy() -> None:
    for pack in PACKS:
        for table in TABLES:
            text = (ROOT / "evidence_raw" / pack / f"{table}.csv").read_text("utf-8")
            assert not MASKED.search(text)
            assert masked(text) == text


def test_an_unknown_setting_stops_the_cleaning() -> None:
    from tools.clean_evidence.studies import _who

    with pytest.raises(ValueError, match="no setting for 'martian'"):
        _who("martian")
