"""Endpoints from the command line: on the example, on broken tables, into files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from remyelin.study.definitions import definitions
from tests.cli.helpers import call

Capture = pytest.CaptureFixture[str]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
VISITS = str(EXAMPLES / "clinic_visits_synthetic.csv")
RELAPSES = ("--relapses", str(EXAMPLES / "clinic_relapses_synthetic.csv"))


def test_one_definition_prints_source_counts_and_patients(capsys: Capture) -> None:
    done = call(capsys, "endpoints", VISITS, *RELAPSES, "--definition", "pira24_kappos2020_edss")
    assert done.code == 0
    assert "Data quality: no problems" in done.out
    assert "Source: doi:10.1001/jamaneurol.2020.1568" in done.out
    assert "SYN-001" in done.out


def test_json_holds_definition_citation_and_the_visits_of_each_patient(capsys: Capture) -> None:
    done = call(capsys, "endpoints", VISITS, *RELAPSES, "--definition", "cdw24", "--json")
    (result,) = json.loads(done.out)["results"]
    assert result["definition"]["citation"] == "convention"
    assert len(result["patients"]) == 24
    event = next(row for row in result["patients"] if row["status"] == "event")
    assert event["reference_date"] < event["event_date"] < event["confirming_date"]
    total = result["groups"][0]
    assert total["events"] == sum(row["status"] == "event" for row in result["patients"])


def test_all_definitions_gives_one_line_each(capsys: Capture, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    done = call(capsys, "endpoints", VISITS, *RELAPSES, "--all-definitions", "--out", str(target))
    assert done.code == 0
    table = pd.read_csv(target)
    assert table["definition_id"].tolist() == list(definitions())
    for name in definitions():
        assert any(line.startswith(name) for line in done.out.splitlines())


def test_definitions_are_listed_and_shown_with_their_source(capsys: Capture) -> None:
    listed = call(capsys, "definitions", "list").out.splitlines()
    assert [line.split()[0] for line in listed[: len(definitions())]] == list(definitions())
    shown = call(capsys, "definitions", "show", "pira24_muller2023").out
    assert "doi:10.1001/jamaneurol.2023.3331" in shown
    assert "independent" in shown
    values = json.loads(call(capsys, "definitions", "show", "cdw24", "--json").out)
    assert values["steps"][1] == {"from_edss": 1.0, "change": 1.0}
    assert call(capsys, "definitions", "show", "cdw2").code == 2


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_is_written_whole_and_never_over_another(
    capsys: Capture, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"events{suffix}"
    given = ("endpoints", VISITS, "--definition", "cdw24", "--out", str(target))
    assert call(capsys, *given).code == 0
    read = pd.read_csv if suffix == ".csv" else pd.read_parquet
    assert len(read(target)) == 24
    assert "exists already" in call(capsys, *given).err
    assert call(capsys, *given, "--force").code == 0
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ((), "give either --definition ID or --all-definitions"),
        (("--definition", "cdw24", "--all-definitions"), "give either"),
        (("--definition", "cdw_24"), "did you mean"),
        (("--definition", "spms_lorscheider2016"), "no column fs_visual"),
        (("--definition", "relapse_protocol"), "no table of relapses"),
        (("--definition", "cdw24", "--rename", "x"), "allowed is OLD=NEW"),
        (("--definition", "cdw24", "--out", "x.txt"), "ending in .csv or .parquet"),
        (("--definition", "cdw24", "--relapses", "none.csv"), "no such file"),
    ],
)
def test_wrong_use_is_named(capsys: Capture, options: tuple[str, ...], what: str) -> None:
    done = call(capsys, "endpoints", VISITS, *options)
    assert done.code == 2
    assert what in done.err
    assert done.out == ""


def test_a_broken_table_gives_every_problem_and_writes_nothing(
    capsys: Capture, tmp_path: Path
) -> None:
    table, target = tmp_path / "visits.csv", tmp_path / "out.csv"
    table.write_text("subject_id,date,edss\nA,2020-01-01,11\nA,2020-01-32,2\n", encoding="utf-8")
    done = call(capsys, "endpoints", str(table), "--definition", "cdw24", "--out", str(target))
    assert done.code == 2
    assert "line 2, column edss" in done.err
    assert "line 3, column date" in done.err
    assert not target.exists()


OWN = """
definitions:
  own_half:
    kind: worsening
    label: Half a step, confirmed after 12 weeks
    steps: [{from_edss: 0.0, change: 0.5}]
    confirmation_weeks: 12
    text: EDSS at least 0.5 above baseline, kept for 12 weeks.
    citation: own
  own_either:
    kind: composite
    label: Half a step, or confirmed worsening
    components: [own_half, cdw24]
    text: The first of the two.
    citation: own
"""


def test_definitions_of_ones_own_are_applied_and_checked(capsys: Capture, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    given = ("endpoints", VISITS, "--definitions", str(own))
    for name in ("own_half", "own_either", "cdw24"):
        done = call(capsys, *given, "--definition", name)
        assert (done.code, done.err) == (0, "")
    every = call(capsys, *given, "--all-definitions").out
    assert "own_either" in every
    for wrong, what in (
        ("own_half:", "cdw24:"),
        ("cdw24]", "cdw25]"),
        ("change: 0.5", "change: -0.5"),
    ):
        own.write_text(OWN.replace(wrong, what), encoding="utf-8")
        done = call(capsys, *given, "--definition", "own_either")
        assert (done.code, done.out) == (2, "")
    own.write_text(OWN.replace("own_half:", "cdw24:"), encoding="utf-8")
    assert "choose another one" in call(capsys, *given, "--definition", "cdw24").err
    assert (
        "no such file"
        in call(
            capsys, "endpoints", VISITS, "--definitions", "none.yaml", "--definition", "cdw24"
        ).err
    )


def test_a_switch_is_told_and_censors_on_request(capsys: Capture, tmp_path: Path) -> None:
    visits, patients = tmp_path / "visits.csv", tmp_path / "patients.csv"
    visits.write_text("subject_id,day,edss\na,0,2\na,100,3\na,300,3\n", encoding="utf-8")
    patients.write_text("subject_id,switch_day\na,50\n", encoding="utf-8")
    given = ("endpoints", str(visits), "--patients", str(patients), "--definition", "cdw24")
    text = call(capsys, *given).out
    assert "Switch of treatment: 1 patients" in text
    assert "event in 1 of 1" in text
    censored = call(capsys, *given, "--on-switch", "censor").out
    assert "observation ends there" in censored
    assert "event could be found in none of 1 patients" in censored
    assert json.loads(call(capsys, *given, "--json").out)["data"]["switched"] == 1
    assert "allowed: ignore, censor" in call(capsys, *given, "--on-switch", "stop").err


SDTM = str(EXAMPLES / "sdtm_synthetic")


def test_a_folder_of_datasets_is_read_by_a_mapping(capsys: Capture) -> None:
    given = ("endpoints", SDTM, "--mapping", "sdtm", "--definition", "cdw12")
    refused = call(capsys, *given)
    assert refused.code == 2
    assert "2020-07 is a date known in part" in refused.err
    done = call(capsys, *given, "--partial-dates", "middle")
    assert done.code == 0
    assert "Read by mapping: SDTM" in done.out
    assert "measurements from qs.csv" in done.out
    values = json.loads(call(capsys, *given, "--partial-dates", "middle", "--json").out)
    assert any("ce.csv" in sentence for sentence in values["data"]["sources"])
    assert any("2020-07-15" in note["settled"] for note in values["data"]["notes"])


def test_a_mapping_is_printed_and_can_be_read_again(capsys: Capture, tmp_path: Path) -> None:
    printed = call(capsys, "endpoints", "--show-mapping", "sdtm")
    assert printed.code == 0
    own = tmp_path / "own.yaml"
    own.write_text(printed.out, encoding="utf-8")
    options = ("--definition", "cdw12", "--partial-dates", "middle")
    first = call(capsys, "endpoints", SDTM, "--mapping", "sdtm", *options)
    again = call(capsys, "endpoints", SDTM, "--mapping", str(own), *options)
    assert again.out == first.out
    assert "did you mean sdtm" in call(capsys, "endpoints", "--show-mapping", "sdtn").err


def test_no_dataset_of_the_folder_and_no_mapping_is_written_over(
    capsys: Capture, tmp_path: Path
) -> None:
    for path in Path(SDTM).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = (tmp_path / "qs.csv").read_bytes()
    options = ("--definition", "cdw12", "--partial-dates", "middle", "--force")
    given = ("endpoints", str(tmp_path), "--mapping", "sdtm", *options)
    done = call(capsys, *given, "--out", str(tmp_path / "qs.csv"))
    assert done.code == 2
    assert (tmp_path / "qs.csv").read_bytes() == before
    rated = ("edss", str(tmp_path), "--mapping", "sdtm", "--force")
    assert call(capsys, *rated, "--out", str(tmp_path / "qs.csv")).code == 2
    assert (tmp_path / "qs.csv").read_bytes() == before
    assert call(capsys, *given, "--out", str(tmp_path / "result.csv")).code == 0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--mapping", "sdtm", "--rename", "A=b"), "--rename do not go with it"),
        (("--mapping", "sdtm", *RELAPSES), "do not go with it"),
        (("--mapping", "none"), "unknown mapping 'none'; known: adam, msoac, sdtm"),
        (("--dates", "d.m.y"), "--dates is d.m.y; allowed: ymd, dmy"),
        (("--partial-dates", "guess"), "allowed: refuse, first, middle, last"),
        (("--decimal", ";"), "allowed: point, comma"),
        (("--years-from", "50"), "allowed: 1900 to 2001"),
    ],
)
def test_wrong_choices_are_refused_with_those_that_are_allowed(
    capsys: Capture, options: tuple[str, ...], what: str
) -> None:
    done = call(capsys, "endpoints", SDTM, "--definition", "cdw24", *options)
    assert done.code == 2
    assert what in done.err
    assert "Traceback" not in done.err
    assert "give a TABLE" in call(capsys, "endpoints", "--definition", "cdw24").err
