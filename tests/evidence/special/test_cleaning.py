"""The cleaning: the package data come from the raw copies, to the byte, and nothing is lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from remyelin.evidence import special
from tools.clean_evidence import special_docs, special_run
from tools.clean_evidence.masking import identifiers, is_kept, mask, page_of
from tools.clean_evidence.special_core import RAW, spans


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_script_re_creates_tables_and_log_to_the_byte() -> None:
    for path, text in special_run.texts().items():
        assert path.read_bytes() == text.encode("utf-8"), path.name


def test_every_table_has_a_cleaner_and_a_schema() -> None:
    assert sorted(name for _, name in special_run.CLEANERS) == list(special.tables())


@pytest.mark.parametrize(("pack", "name"), special_run.CLEANERS)
def test_every_raw_row_becomes_one_clean_row(pack: str, name: str) -> None:
    raw = read(RAW / pack / f"{name}.csv")
    ids = [
        row.get("row_id") or (row["registry_id"] if name == "trials" else str(line))
        for line, row in enumerate(raw, start=2)
    ]
    assert [row["row_id"] for row in special.load(name)] == ids


@pytest.mark.parametrize(("pack", "name"), special_run.CLEANERS)
def test_a_figure_differs_from_its_raw_one_only_where_the_log_says_so(pack: str, name: str) -> None:
    raw = read(RAW / pack / f"{name}.csv")
    if "value" not in raw[0]:
        return
    logged = {
        line
        for change in read(special_run.LOG)
        if change["table"] == name and change["column"] == "value"
        for line in lines_of(change["rows"])
    }
    clean = special.load(name)
    for line, (before, after) in enumerate(zip(raw, clean, strict=True), start=2):
        same = before["value"] == "" if after["value"] is None else before["value"] != ""
        same = same and (after["value"] is None or float(before["value"]) == after["value"])
        assert same or line in logged, line


def lines_of(text: str) -> list[int]:
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def test_every_change_has_its_reason() -> None:
    log = read(special_run.LOG)
    assert len(log) > 500
    assert [change for change in log if not change["reason"]] == []
    assert {change["table"] for change in log} == set(special.tables())


def test_spans_are_short_and_complete() -> None:
    assert spans([9, 2, 3, 4, 4]) == "2-4 9"
    assert lines_of(spans([2, 3, 4, 9])) == [2, 3, 4, 9]


def test_raw_copies_hold_no_address_that_is_not_kept() -> None:
    for pack, name in special_run.CLEANERS:
        text = (RAW / pack / f"{name}.csv").read_text(encoding="utf-8")
        assert mask(text) == text, name


def test_the_page_of_the_tables_is_written_from_the_schemas() -> None:
    assert special_docs.PAGE.read_text(encoding="utf-8") == special_docs.text()


@pytest.mark.parametrize(
    ("raw", "masked", "page"),
    [
        (
            "https://proxy.example.net/xy/pubmed.ncbi.nlm.nih.gov/24554104",
            "mirror (PMID 24554104)",
            "secondary source",
        ),
        (
            "https://journals.webvpn.example.edu/doi/10.1177/1352458516650992",
            "mirror (doi:10.1177/1352458516650992)",
            "secondary source",
        ),
        ("http://10.20.30.40:8081/35146841", "mirror (PMID 35146841)", "secondary source"),
        ("https://pubmed.gov/1", "https://pubmed.gov/1", "https://pubmed.gov/1"),
        ("", "", ""),
        (
            "https://www.thelancet.com/PIIS1474-4422(21)00301-X/fulltext",
            "https://www.thelancet.com/PIIS1474-4422(21)00301-X/fulltext",
            "https://www.thelancet.com/PIIS1474-4422(21)00301-X/fulltext",
        ),
        (
            "https://github.com/a/b",
            "https://github.com/a/b",
            "secondary source: https://github.com/a/b",
        ),
        ("read at copies.example.net today", "read at mirror today", "secondary source"),
    ],
)
def test_what_is_not_kept_is_masked_and_its_identifier_stays(
    raw: str, masked: str, page: str
) -> None:
    assert mask(raw) == masked
    assert page_of(masked) == page
    assert mask(masked) == masked


def test_a_host_is_kept_with_the_hosts_below_it_only() -> None:
    assert is_kept("https://jnnp.bmj.com/content/1")
    assert not is_kept("https://bmj.com.example.net/content/1")
    assert not is_kept("https://notbmj.com/content/1")


def test_identifiers_are_trimmed_and_named_once() -> None:
    work = "https://x.org/doi/10.1002/14651858.CD009131.pub3/full/zh"
    text = f"{work} PMC123456 pmc123456, PMID 1234567."
    assert identifiers(text) == ("doi:10.1002/14651858.CD009131.pub3", "PMID 1234567", "PMC123456")
