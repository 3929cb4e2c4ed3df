"""The page on the evidence says what the base holds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from remyelin.evidence.export import MAIN_TABLES, rows
from remyelin.evidence.planning import fates
from remyelin.evidence.readiness import readiness

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "evidence.md").read_text("utf-8")


def test_the_page_counts_the_rows_of_every_main_table() -> None:
    told = {name: int(count) for name, count in re.findall(r"^\| (\w+) \| (\d+) \|", TEXT, re.M)}
    assert told == {name: len(rows(name)) for name in MAIN_TABLES}


def test_the_page_counts_recalled_and_mirrored_figures_and_studies_without_number() -> None:
    outcomes, studies = rows("outcomes"), rows("studies")
    recalled = sum(row["mark"] == "recalled" for row in outcomes)
    mirrored = sum(row["page"] == "secondary source" for row in outcomes)
    unnamed = sum(str(row["citation"]).startswith("no identifier") for row in studies)
    assert f"no page; {recalled} outcomes" in TEXT
    assert f"copy of the page only ({mirrored} outcomes)" in TEXT
    assert f"{unnamed} studies have no DOI" in TEXT


def test_the_page_counts_the_arms_that_can_be_run() -> None:
    judged = readiness(())
    complete = [one for one in judged if one.complete]
    assert f"{len(complete)} of {len(judged)} arms have" in TEXT
    assert f"{sum(one.imputed for one in complete)} of them only with figures" in TEXT
    for gap, words in (("no EDSS", "EDSS ({})"), ("no age", "age ({})")):
        count = sum(gap in one.gaps for one in judged)
        assert words.format(count) in TEXT


def test_the_page_counts_the_study_files_and_why_arms_have_none() -> None:
    found = fates(readiness(()))
    planned = sum(fate.planned for fate in found)
    none = [fate for fate in found if not fate.study_file]
    assert f"{len(found) - planned - len(none)} of the {len(found)} stand in a study" in TEXT
    assert f"{planned} more have a study file" in TEXT
    assert f"{len(none)} have no study file" in TEXT
    for reason, count in Counter(why for fate in none for why in fate.left_out).items():
        assert f"| {count} | {reason} |" in TEXT


def test_nobody_is_sent_to_tables_that_are_made_from_others() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    sent = [page.name for page in pages if "evidence/data" in page.read_text(encoding="utf-8")]
    assert sent == []
