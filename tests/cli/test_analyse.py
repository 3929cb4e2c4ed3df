"""The command `analyse`: on the example, on hard names, and into a folder."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from remyelin.cli.main import main
from remyelin.core.cells import unguarded
from remyelin.reports.analysis.adtte import group_name, parameter_code
from remyelin.study.definitions import definitions
from tests.cli.helpers import call
from tests.reports.dataset_json_structure import offences

Capture = pytest.CaptureFixture[str]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXAMPLE = (
    "analyse",
    str(EXAMPLES / "clinic_visits_synthetic.csv"),
    "--relapses",
    str(EXAMPLES / "clinic_relapses_synthetic.csv"),
    "--patients",
    str(EXAMPLES / "clinic_patients_synthetic.csv"),
)
BY = ("--by", "arm", "--reference", "placebo")
SEVERAL = tuple(
    word
    for name in ("cdw24", "relapse_protocol", "pira24_kappos2020_edss", "neda3")
    for word in ("--definition", name)
)
SCRIPT = "<script>alert(1)</script>"
HARD = (SCRIPT, "=1+1", '$\\alpha$ & "b"', "\u0412\u0440\u0430\u0447 \U0001f600")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example, to be looked at only."""
    target = tmp_path_factory.mktemp("analysis") / "out"
    assert main((*EXAMPLE, *BY, *SEVERAL, "--study", "S-1", "--out", str(target))) == 0
    return target


def test_the_example_prints_curves_ratios_and_rates(capsys: Capture) -> None:
    done = call(capsys, *EXAMPLE, *BY, *SEVERAL)
    assert (done.code, done.err) == (0, "")
    assert "Groups by arm; reference placebo (asked for)" in done.out
    assert "hazard ratio, active against placebo: at least" in done.out
    assert "(no events in placebo)" in done.out
    assert "model: Poisson regression: counts are not overdispersed" in done.out
    assert not re.search(r"(?<!\d)0\.0 %", done.out)
    assert not re.search(r"\b(inf|nan)\b", done.out)
    assert "Columns not read: sex (patients)" in done.out


def test_one_group_needs_no_table_of_patients(capsys: Capture) -> None:
    done = call(capsys, *EXAMPLE[:4], "--definition", "relapse_protocol", "--json")
    found = json.loads(done.out)
    assert found["groups"]["names"] == ["all"]
    assert found["definitions"]["relapse_protocol"]["citation"].startswith("doi:")
    assert "hazard_ratios" not in found
    (row,) = found["summary"]
    assert row["analysed"] == 24


def test_json_has_null_for_what_is_not_known(capsys: Capture) -> None:
    done = call(capsys, *EXAMPLE, *BY, *SEVERAL, "--json", "--months", "12,600")
    found = json.loads(done.out)
    ratios = {row["definition_id"]: row for row in found["hazard_ratios"]}
    silent = ratios["pira24_kappos2020_edss"]
    assert (silent["hazard_ratio"], silent["hazard_ratio_high"]) == (None, None)
    assert silent["hazard_ratio_low"] > 0
    late = [row for row in found["shares"] if row["months"] == 600]
    assert {row["event_share"] for row in late} == {None}
    assert all("follow-up ends" in row["note"] for row in late)


class Tags(HTMLParser):
    """Names of the elements of a page, and whether all of them are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}
        ]


def hard_example(folder: Path) -> tuple[str, ...]:
    generator = np.random.default_rng(1)
    who = [f"-{place}" for place in range(40)]
    visits = [
        (name, f"{2020 + day // 365}-{1 + day % 365 // 31:02d}-10", 2.0 + (day > 300) * (place % 3))
        for place, name in enumerate(who)
        for day in (0, 180, 360, 540, 720)
    ]
    pd.DataFrame(visits, columns=["subject_id", "date", "edss"]).to_csv(
        folder / "v.csv", index=False
    )
    arms = [HARD[place % 4] for place in generator.permutation(len(who) - 2)]
    pd.DataFrame({"subject_id": who[:-2], "treatment arm": arms}).to_csv(
        folder / "p.csv", index=False
    )
    given = ("analyse", str(folder / "v.csv"), "--patients", str(folder / "p.csv"))
    return (*given, "--by", "treatment arm", "--definition", "cdw24")


def test_hard_names_of_groups_stay_text_everywhere(capsys: Capture, tmp_path: Path) -> None:
    given = hard_example(tmp_path)
    done = call(capsys, *given, "--out", str(tmp_path / "out"), "--reference", "=1+1")
    assert (done.code, done.err) == (0, "")
    assert "Group not known: 2 patients, left out" in done.out
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    tags = Tags(page)
    assert "script" not in tags.names
    assert all(address.startswith(("#", "")) for address in tags.addresses)
    assert "http" not in " ".join(tags.addresses)
    assert "&lt;script&gt;" in page
    raw = pd.read_csv(tmp_path / "out/summary.csv")["group"]
    assert set(raw.map(unguarded)) == set(HARD)
    assert not raw.str.startswith("=").any()
    events = json.loads((tmp_path / "out/adtte.json").read_text(encoding="utf-8"))
    assert offences(events) == []
    column = [one["name"] for one in events["columns"]].index("TREATMEN")
    assert {row[column] for row in events["rows"]} == {*HARD, ""}
    for picture in (tmp_path / "out/pictures").glob("*.svg"):
        assert "<script" not in picture.read_text(encoding="utf-8")


def test_the_folder_holds_everything_and_is_never_lost(
    capsys: Capture, tmp_path: Path, written: Path
) -> None:
    target = tmp_path / "out"
    shutil.copytree(written, target)
    given = (*EXAMPLE, *BY, *SEVERAL, "--study", "S-1", "--out", str(target))
    names = sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file())
    kinds = ("cdw24", "neda3", "pira24_kappos2020_edss", "relapse_protocol")
    pictures = [f"pictures/km_{kind}" for kind in kinds] + ["pictures/forest"]
    tables = ("adtte", "hazard_ratios", "rates", "shares", "summary", "survival")
    assert names == sorted(
        [f"{name}.{end}" for name in pictures for end in ("svg", "png")]
        + [f"{name}.csv" for name in tables]
        + ["adtte.json", "columns.md", "files.sha256", "record.json", "report.html"]
    )
    page = (target / "report.html").read_text(encoding="utf-8")
    library = definitions()
    for kind in kinds:
        assert library[kind].citation in page
        assert library[kind].label in page
    assert "Research software" in page
    assert "never overwritten unasked" in call(capsys, *given).err
    before = {name: (target / name).read_bytes() for name in names}
    assert call(capsys, *given, "--force").code == 0
    again = {name: (target / name).read_bytes() for name in names}
    changed = {name for name in names if before[name] != again[name]}
    assert changed <= {"adtte.json", "files.sha256", "record.json"}
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    assert "mine.txt" in call(capsys, *given, "--force").err
    assert (target / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_columns_of_every_table_are_explained(written: Path) -> None:
    target = written
    told = (target / "columns.md").read_text(encoding="utf-8")
    for table in target.glob("*.csv"):
        if table.name != "adtte.csv":
            for column in pd.read_csv(table).columns:
                assert f"| {column} |" in told
    summary = pd.read_csv(target / "summary.csv")
    assert "km_median_days" in summary
    assert not any(column.startswith("median") for column in summary)


def test_adtte_holds_every_patient_with_dates_and_the_figures_follow_from_it(
    written: Path,
) -> None:
    target = written
    events = json.loads((target / "adtte.json").read_text(encoding="utf-8"))
    assert offences(events) == []
    names = [column["name"] for column in events["columns"]]
    wanted = "STUDYID USUBJID PARAMCD PARAM STARTDT ADT AVAL AVALU CNSR EVNTDESC CNSDTDSC"
    assert set(wanted.split()) <= set(names)
    table = pd.DataFrame(events["rows"], columns=names)
    sheet = pd.read_csv(target / "adtte.csv", keep_default_na=False)
    assert sheet.astype(str).equals(table.astype(str))
    assert set(table["STUDYID"]) == {"S-1"}
    assert set(table["AVALU"]) == {"DAYS"}
    span = pd.to_datetime(table["ADT"]) - pd.to_datetime(table["STARTDT"])
    assert (span.dt.days == table["AVAL"]).all()
    assert (table["CNSDTDSC"] == "").equals(table["CNSR"] == 0)
    assert (table["EVNTDESC"] != "").all()
    assert table.groupby("PARAMCD")["PARAM"].nunique().max() == 1
    assert not table.duplicated(["STUDYID", "USUBJID", "PARAMCD"]).any()
    used = table[table["ANL01FL"] == "Y"]
    summary = pd.read_csv(target / "summary.csv")
    for row in summary.itertuples():
        mine = used[
            (used["PARAMCD"] == parameter_code(str(row.definition_id))) & (used["ARM"] == row.group)
        ]
        assert (len(mine), int((mine["CNSR"] == 0).sum())) == (row.analysed, row.events)
        assert mine["AVAL"].sum() / 365.25 == pytest.approx(row.years)


def test_without_dates_there_are_no_columns_of_dates(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(
        "subject_id,day,edss\na,0,2\na,90.5,3\na,300,3\nb,0,2\nb,300,2\n", encoding="utf-8"
    )
    target = tmp_path / "out"
    given = ("analyse", str(tmp_path / "v.csv"), "--definition", "cdw24", "--out", str(target))
    assert call(capsys, *given).code == 0
    events = json.loads((target / "adtte.json").read_text(encoding="utf-8"))
    assert offences(events) == []
    columns = {column["name"]: column["dataType"] for column in events["columns"]}
    assert not {"STARTDT", "ADT"} & set(columns)
    assert columns["AVAL"] == "double"
    assert {row[0] for row in events["rows"]} == {"v"}
    assert not (target / "pictures/forest.png").exists()


def test_codes_of_parameters_are_short_and_differ() -> None:
    codes = [parameter_code(name) for name in definitions()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", code) for code in codes)
    assert parameter_code("cdw24") == "CDW24"
    assert parameter_code("2_x") != parameter_code("2x")
    assert group_name("arm", ()) == "ARM"
    assert group_name("1. \u0433\u0440\u0443\u043f\u043f\u0430", ()) == "GRPCOL"
    assert group_name("Param", ("PARAM",)) == "GRPCOL"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ((), "give one --definition ID"),
        (("--definition", "cdw_24"), "did you mean"),
        (("--definition", "edss_rated"), "has no time to event"),
        (("--definition", "spms_lorscheider2016"), "no column fs_visual"),
        (("--definition", "cdw24", "--reference", "x"), "--reference needs --by"),
        (("--definition", "cdw24", "--by", "arms"), "did you mean arm"),
        (("--definition", "cdw24", "--by", "arm", "--reference", "plazebo"), "did you mean"),
        (("--definition", "cdw24", "--by", "end_date"), "at most 12 groups"),
        (("--definition", "cdw24", "--months", "12,x"), "--months is"),
        (("--definition", "cdw24", "--months", "inf"), "--months is"),
        (("--definition", "cdw24", "--months", "-1"), "--months is"),
        (("--definition", "cdw24", "--window", "1000"), "--window is"),
        (("--definition", "cdw24", "--censoring", "never"), "allowed: last_assessment"),
        (("--definition", "cdw24", "--on-switch", "stop"), "allowed: ignore, censor"),
        (("--definition", "cdw24", "--study", " "), "--study is"),
        (("--definition", "cdw24", "--out", str(EXAMPLES)), "it is not replaced"),
    ],
)
def test_wrong_use_is_named(capsys: Capture, options: tuple[str, ...], what: str) -> None:
    done = call(capsys, *EXAMPLE, *options)
    assert done.code != 0
    assert what in done.err
    assert done.out == ""


def test_replicates_of_a_virtual_trial_are_refused(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(
        "replicate,subject_id,day,edss\n0,a,0,2\n0,a,90,3\n1,a,0,2\n1,a,90,3\n", encoding="utf-8"
    )
    done = call(capsys, "analyse", str(tmp_path / "v.csv"), "--definition", "cdw24")
    assert "Give the rows of one replicate" in done.err
