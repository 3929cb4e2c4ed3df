"""Descriptions of one's own data from the command line: text, JSON, files, and clear errors."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.helpers import call
from tests.cli.test_endpoints import RELAPSES, VISITS

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def people(tmp_path: Path) -> str:
    names = sorted(set(pd.read_csv(VISITS)["subject_id"]))
    frame = pd.DataFrame({"subject_id": names})
    frame["sex"] = ["f" if k % 3 else "m" for k in range(len(names))]
    frame["site"] = ["<north>" if k % 2 else "south" for k in range(len(names))]
    path = tmp_path / "people.csv"
    frame.to_csv(path, index=False)
    return str(path)


@pytest.fixture
def treatments(tmp_path: Path) -> str:
    frame = pd.read_csv(VISITS)
    first = frame.groupby("subject_id")["date"].min().reset_index()
    first = first.rename(columns={"date": "start_date"}).assign(treatment="drug one")
    path = tmp_path / "treatments.csv"
    first.to_csv(path, index=False)
    return str(path)


def test_every_event_is_told_with_its_rate_and_written(capsys: Capture, tmp_path: Path) -> None:
    target = tmp_path / "events.csv"
    given = ("describe", "events", VISITS, *RELAPSES, "--definition", "cdi24")
    done = call(capsys, *given, "--rebaseline", "roving", "--out", str(target))
    assert done.code == 0
    assert "per year [" in done.out
    table = pd.read_csv(target)
    assert {"subject_id", "number", "event_date", "reference_value"} <= set(table.columns)
    read = json.loads(call(capsys, *given, "--rebaseline", "roving", "--json").out)
    assert len(read["events"]) == len(table) == read["groups"][0]["events"]
    assert call(capsys, *given, "--rebaseline", "never").code == 2
    assert call(capsys, *given, "--out", str(target)).code == 2


def test_events_are_told_by_treatment(capsys: Capture, treatments: str) -> None:
    given = ("describe", "events", VISITS, *RELAPSES, "--definition", "relapse_protocol")
    done = call(capsys, *given, "--treatments", treatments)
    assert done.code == 0
    assert "drug one: " in done.out
    assert "have no stop" in done.out
    read = json.loads(call(capsys, *given, "--treatments", treatments, "--json").out)
    assert sum(line["events"] for line in read["treatments"]) == read["groups"][0]["events"]
    years = sum(row["days"] for row in read["epochs"]) / 365.25
    assert years == pytest.approx(read["groups"][0]["years"])


def test_a_treatments_table_is_an_input_and_never_written_to(
    capsys: Capture, treatments: str
) -> None:
    before = Path(treatments).read_bytes()
    done = call(
        capsys, "describe", "events", VISITS, *RELAPSES, "--definition", "cdw24",
        "--treatments", treatments, "--out", treatments, "--force",
    )  # fmt: skip
    assert done.code == 2
    assert Path(treatments).read_bytes() == before


def test_the_funnel_and_the_visits_that_cannot_serve_are_told(capsys: Capture) -> None:
    done = call(capsys, "describe", "funnel", VISITS, *RELAPSES, "--definition", "pirma24_edss")
    assert done.code == 0
    assert "in the data" in done.out
    given = ("describe", "visits", VISITS, *RELAPSES, "--definition", "cdw24")
    read = json.loads(call(capsys, *given, "--relapse-days", "30", "--json").out)["visits"]
    bad = [row for row in read if row["reason"]]
    assert bad
    assert all(row["days_after_relapse"] <= 30 for row in bad)
    assert "cannot serve as reference" in call(capsys, *given).out
    assert call(capsys, *given, "--relapse-days", "-1").code == 2


def test_named_rules_are_listed_with_range_source_and_mark(capsys: Capture) -> None:
    rows = json.loads(call(capsys, "describe", "rules", "--json").out)
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)
    assert {row["mark"] for row in rows} <= {"seen", "recalled", "assumed"}
    assert all(row["source"] and row["unit"] and row["meaning"] for row in rows)
    told = call(capsys, "describe", "rules").out
    assert all(row["choice_id"] in told for row in rows)


def test_relapses_that_are_joined_are_listed_with_their_rule(
    capsys: Capture, tmp_path: Path
) -> None:
    visits = tmp_path / "visits.csv"
    visits.write_text("subject_id,day,edss\na,0,2\na,400,2\n", encoding="utf-8")
    relapses = tmp_path / "relapses.csv"
    relapses.write_text("subject_id,day\na,100\na,129\na,130\n", encoding="utf-8")
    given = ("describe", "events", str(visits), "--relapses", str(relapses))
    done = call(capsys, *given, "--definition", "relapse_protocol", "--lenient")
    assert "line 3, column day: this relapse begins 29 days after" in done.out
    assert "(rule relapses_apart)" in done.out
    assert "all: 2 events in 1 of 1 patients" in done.out


def test_misrating_has_a_line_per_level(capsys: Capture) -> None:
    done = call(capsys, "describe", "misrating", VISITS, *RELAPSES)
    assert done.code == 0
    assert "4 to 5.5" in done.out
    (total, *_) = json.loads(
        call(capsys, "describe", "misrating", VISITS, *RELAPSES, "--json").out
    )["groups"]
    assert total["low"] <= total["rate"] <= total["high"]
    wrong = call(capsys, "describe", "misrating", VISITS, "--column", "mood")
    assert wrong.code == 2
    assert "measured in these data: edss" in wrong.err


def test_table_1_goes_to_console_csv_and_html(capsys: Capture, tmp_path: Path, people: str) -> None:
    given = ("describe", "table1", VISITS, "--patients", people, "--by", "site")
    html, csv = tmp_path / "table.html", tmp_path / "table.csv"
    done = call(capsys, *given, "--out", str(html))
    assert done.code == 0
    assert "sex: f" in done.out
    page = html.read_text(encoding="utf-8")
    assert "&lt;north&gt;" in page
    assert "<north>" not in page
    assert page.startswith("<section>")
    assert call(capsys, *given, "--out", str(csv)).code == 0
    assert set(pd.read_csv(csv)["group"]) == {"all", "<north>", "south"}
    assert call(capsys, *given, "--out", str(html)).code == 2
    assert call(capsys, *given, "--out", people, "--force").code == 2


@pytest.mark.parametrize("what", ["events", "visits", "funnel"])
def test_an_unknown_definition_is_refused(capsys: Capture, what: str) -> None:
    done = call(capsys, "describe", what, VISITS, "--definition", "cdw2")
    assert done.code == 2
    assert "cdw24" in done.err


def test_what_cannot_be_read_is_no_empty_answer(capsys: Capture) -> None:
    done = call(capsys, "describe", "events", VISITS, "--definition", "pira24_kappos2020_edss")
    assert done.code == 2
    assert "no table of relapses" in done.err
    measured = call(capsys, "describe", "events", VISITS, "--definition", "edss_slope")
    assert measured.code == 2
