"""Folders of datasets as CDISC makes them, read by one mapping file."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
import yaml

from remyelin.endpoints import Dataset, evaluate
from remyelin.endpoints.mapping import NAMES, ratings_of, read_mapped, read_mapping, text_of
from remyelin.endpoints.mapping.library import parsed
from remyelin.endpoints.ratings import rate_table
from remyelin.endpoints.reading import PartialDates, Reading
from remyelin.errors import InputError, UnknownNameError
from remyelin.files import ReadLimits
from remyelin.reports.endpoints import data_text
from remyelin.study.definitions import definitions

LIBRARY = definitions()
EXAMPLE = Path(__file__).parents[2] / "examples" / "sdtm_synthetic"
Tables = dict[str, pd.DataFrame]
Write = Callable[..., str]


def sdtm() -> Tables:
    """A small trial as datasets: one patient worsens and relapses, another is stable and dies."""
    plan = [("2021-01-05", 1, "Y", 2.0), ("2021-04-06", 2, "", 3.0), ("2021-10-05", 3, "", 3.0)]
    qs = [
        ("A 1", "EDSS0101", "EDSS01-Expanded Disability Score", score, score, flag, visit, date)
        for date, visit, flag, score in plan
    ]
    qs += [(" B ", *row[1:3], 4.0, 4.0, *row[5:]) for row in qs]
    return {
        "dm": pd.DataFrame(
            {
                "USUBJID": ["A 1", "B", "C"],
                "RFSTDTC": ["2021-01-05", "2021-01-05", ""],
                "ARMCD": ["ACT", "PBO", "SCRNFAIL"],
                "DTHFL": ["", "Y", ""],
                "DTHDTC": ["", "2021-12-01", ""],
            }
        ),
        "qs": pd.DataFrame(
            qs,
            columns=[
                "USUBJID",
                "QSTESTCD",
                "QSTEST",
                "QSORRES",
                "QSSTRESN",
                "QSBLFL",
                "VISITNUM",
                "QSDTC",
            ],
        ),
        "ce": pd.DataFrame(
            {
                "USUBJID": ["A 1", "B"],
                "CETERM": ["MS Relapse", "FALL"],
                "CESTDTC": ["2021-04-01", "2021-05-01"],
            }
        ),
        "ds": pd.DataFrame(
            {
                "USUBJID": ["A 1", "B"],
                "DSDECOD": ["COMPLETED", "DEATH"],
                "DSCAT": ["DISPOSITION EVENT"] * 2,
                "DSSTDTC": ["2021-10-07", "2021-12-01"],
            }
        ),
        "ex": pd.DataFrame(
            {
                "USUBJID": ["A 1", "A 1", "B"],
                "EXTRT": ["DRUG A", "DRUG B", "PLACEBO"],
                "EXSTDTC": ["2021-01-05", "2021-06-01", "2021-01-05"],
                "EXENDTC": ["2021-05-31", "2021-10-01", "2021-11-01"],
            }
        ),
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def folder(tables: Mapping[str, pd.DataFrame], kind: str = "csv") -> str:
        for name, frame in tables.items():
            path = tmp_path / f"{name}.{kind}"
            if kind == "csv":
                frame.to_csv(path, index=False)
            elif kind == "json":
                path.write_text(json.dumps(dataset_json(frame)), encoding="utf-8")
            elif kind == "ndjson":
                about = dataset_json(frame)
                rows = about.pop("rows")
                lines = [about, *rows]  # type: ignore[misc]
                path.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
            else:
                library = pytest.importorskip("pyreadstat")
                library.write_xport(frame, str(path), table_name=name.upper())
        return str(tmp_path)

    return folder


def dataset_json(frame: pd.DataFrame) -> dict[str, object]:
    """Dataset-JSON 1.1 of a table."""
    kinds = {"f": "float", "i": "integer", "u": "integer"}
    columns = [
        {
            "itemOID": f"IT.{name}",
            "name": name,
            "label": name,
            "dataType": kinds.get(frame[name].dtype.kind, "string"),
        }
        for name in frame
    ]
    rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return {
        "datasetJSONCreationDateTime": "2026-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": len(rows),
        "name": "X",
        "label": "X",
        "columns": columns,
        "rows": rows,
    }


def read(folder: str, mapping: str = "sdtm", **options: object) -> Dataset:
    return read_mapped(folder, read_mapping(mapping), **options)  # type: ignore[arg-type]


def problems(folder: str, mapping: str = "sdtm", **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, mapping, **options)
    return str(caught.value)


def told(data: Dataset) -> str:
    return "\n".join(f"{n.where}, {n} ({n.settled})" for n in (*data.notes, *data.problems))


def events_of(data: Dataset, name: str = "cdw24") -> list[tuple[str, str]]:
    table = evaluate(data, LIBRARY[name], LIBRARY).patients
    return list(zip(table["subject_id"], table["status"], strict=True))


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "xpt"])
def test_datasets_of_every_form_give_the_same_events(write: Write, kind: str) -> None:
    data = read(write(sdtm(), kind))
    assert events_of(data) == [("A 1", "event"), ("B", "censored")]
    assert data.history.arm_ids == ("ACT", "PBO")
    assert data.history.relapses.day.tolist() == [86]
    assert data.history.end_day.tolist() == [275, 330]
    assert events_of(data, "death_any") == [("A 1", "censored"), ("B", "event")]
    assert data.switched == 1
    assert data.problems == ()


def test_what_was_read_and_dropped_is_told(write: Write) -> None:
    data = read(write(sdtm()))
    text = data_text(data)
    assert "patients from dm.csv: 2 of 3 rows" in text
    assert "measurements from qs.csv: 6 of 6 rows" in text
    assert "relapses from ce.csv: 1 of 2 rows" in text
    assert "no dataset FT: no measurements from it" in text
    assert "SCRNFAIL (1) (the rows are not read)" in told(data)
    assert "FALL (1) (the rows are not read)" in told(data)
    assert "PLACEBO (1) (no treatment; not read)" in told(data)


def test_the_example_of_the_package_is_read() -> None:
    data = read(str(EXAMPLE), reading=Reading(partial_dates=PartialDates.MIDDLE))
    assert events_of(data, "cdw12")[0] == ("SYN-001", "censored")
    assert "2020-07 is a date known in part (read as 2020-07-15" in told(data)
    assert "2020-07 is a date known in part" in problems(str(EXAMPLE))


def test_tests_that_the_mapping_does_not_name_are_counted_and_not_read(write: Write) -> None:
    tables = sdtm()
    other = tables["qs"].assign(QSTESTCD="BDI0101", QSTEST="BDI01-Sadness", QSSTRESN=1)
    tables["qs"] = pd.concat([tables["qs"], other])
    data = read(write(tables))
    assert "tests that the mapping does not name: BDI0101 (6) (not read)" in told(data)
    assert events_of(data)[0] == ("A 1", "event")
    tables["qs"] = other
    found = problems(write(tables))
    assert "none of its tests is named by the mapping; there are: BDI0101 (6)" in found
    assert "no measurement is read of any dataset" in found


def test_a_code_and_a_name_that_say_different_tests_are_a_problem(write: Write) -> None:
    tables = sdtm()
    tables["qs"].loc[1, "QSTEST"] = "KFSS1-Sensory Functions"
    found = problems(write(tables), lenient=True)
    assert "line 3, column QSTEST: KFSS1-Sensory Functions is fs_sensory" in found
    assert "QSTESTCD says edss" in found


def test_a_value_that_stands_in_the_original_result_alone_is_read_and_told(write: Write) -> None:
    tables = sdtm()
    tables["qs"].loc[[1, 2], "QSSTRESN"] = None
    data = read(write(tables))
    assert events_of(data)[0] == ("A 1", "event")
    assert "2 cells from line 3 to line 4, column QSSTRESN: an empty value (QSORRES is" in told(
        data
    )
    tables = sdtm()
    tables["qs"].loc[1, "QSORRES"] = 3.5
    data = read(write(tables))
    assert "a value other than that of QSORRES (QSSTRESN is read)" in told(data)


def test_visit_numbers_are_not_needed(write: Write) -> None:
    tables = sdtm()
    tables["qs"]["VISITNUM"] = None
    assert events_of(read(write(tables)))[0] == ("A 1", "event")
    tables["qs"] = tables["qs"].drop(columns="VISITNUM")
    assert events_of(read(write(tables)))[0] == ("A 1", "event")


def test_an_empty_dataset_of_scores_is_no_table_of_visits(write: Write) -> None:
    tables = sdtm()
    tables["qs"] = tables["qs"].head(0)
    assert "no measurement is read of any dataset" in problems(write(tables), lenient=True)


def test_an_empty_dataset_of_relapses_says_that_nobody_relapsed(write: Write) -> None:
    tables = sdtm()
    tables["ce"] = tables["ce"].head(0)
    data = read(write(tables))
    assert data.has_relapses
    assert data.n_relapses == 0


def test_a_lacking_dataset_of_relapses_leaves_them_unknown(write: Write) -> None:
    tables = sdtm()
    del tables["ce"]
    data = read(write(tables))
    assert not data.has_relapses
    assert "no dataset CE: no relapses; who relapsed is not known from it" in data.sources


def test_relapses_called_otherwise_are_no_silent_none(write: Write) -> None:
    tables = sdtm()
    tables["ce"]["CETERM"] = "SCHUB"
    folder = write(tables)
    assert "no row is a relapse by the mapping; there are: SCHUB (2)" in problems(folder)
    assert read(folder, lenient=True).n_relapses == 0


def test_a_marked_baseline_goes_before_the_start_of_study(write: Write) -> None:
    tables = sdtm()
    early = tables["qs"].iloc[:1].assign(QSDTC="2020-12-20", QSBLFL="", QSSTRESN=1.0)
    tables["qs"] = pd.concat([early, tables["qs"]])
    data = read(write(tables))
    assert data.date(data.history.end_day * 0).tolist() == ["2021-01-05", "2021-01-05"]
    tables["qs"]["QSBLFL"] = ""
    tables["dm"]["RFSTDTC"] = "2020-12-30"
    found = problems(write(tables))
    assert "missing baseline: no visit is numbered 0" in found  # B has no score before the start
    data = read(write(tables), lenient=True)
    assert data.date(data.history.end_day * 0).tolist() == ["2020-12-20", ""]
    assert events_of(data, "cdw24")[1] == ("B", "no_baseline")


def test_measurements_of_one_day_are_one_visit_and_trials_give_their_mean(write: Write) -> None:
    tables = sdtm()
    tables["ft"] = pd.DataFrame(
        {
            "USUBJID": ["A 1"] * 3,
            "FTTESTCD": ["T25FW101"] * 3,
            "FTSTRESN": [5.0, 6.0, 0.1],
            "FTSTRESU": ["sec", "SEC", "min"],
            "FTDTC": ["2021-01-05T10:00", "2021-01-05T10:05", "2021-04-06"],
        }
    )
    data = read(write(tables))
    assert data.n_visits == 6
    assert data.history.measured("t25fw_seconds").value.tolist() == [5.5, 6.0]
    assert "several values, whose mean is read" in told(data)
    assert "values in another unit (they are converted)" in told(data)
    tables["ft"]["FTSTRESU"] = "furlongs"
    assert "furlongs given; allowed" in problems(write(tables))


def test_scores_of_one_day_that_contradict_are_a_problem_with_both_rows(write: Write) -> None:
    tables = sdtm()
    tables["qs"] = pd.concat([tables["qs"], tables["qs"].iloc[1:2].assign(QSSTRESN=5.0)])
    found = problems(write(tables), lenient=True)
    assert "qs.csv line 8, column date: a second visit" in found
    assert "qs.csv line 3, with another edss" in found
    tables["qs"] = pd.concat([sdtm()["qs"], sdtm()["qs"].iloc[1:2]])
    assert "the same value in several rows (it counts once)" in told(read(write(tables)))


def test_a_value_that_the_scale_does_not_have_names_file_and_row(write: Write) -> None:
    tables = sdtm()
    tables["qs"].loc[4, "QSSTRESN"] = 3.7
    assert "qs.csv line 6, column edss: 3.7 is impossible" in problems(write(tables), lenient=True)


def test_a_score_without_a_date_is_left_out_when_lenient(write: Write) -> None:
    tables = sdtm()
    tables["qs"].loc[4, "QSDTC"] = ""
    folder = write(tables)
    assert "line 6, column QSDTC: a value without a time" in problems(folder)
    assert read(folder, lenient=True).n_visits == 5


def test_study_days_have_no_day_0(write: Write) -> None:
    names = read_mapping("msoac").visits[0].tests
    edss = next(name for name, measure in names.items() if measure.name == "edss")
    visual = next(name for name, measure in names.items() if measure.name == "fs_visual")
    rows = [("A", edss, 2, -6), ("A", edss, 2, 1), ("A", edss, 3, 92), ("A", edss, 3, 274)]
    rows += [("A", visual, 99, 1), ("A", visual, 1, 92), ("A", edss, 9, 400)]
    qs = pd.DataFrame(rows, columns=["USUBJID", "QSTEST", "QSSTRESN", "QSDY"])
    tables = {"DM": pd.DataFrame({"USUBJID": ["A"], "ARM": ["PLACEBO"]}), "QS": qs}
    tables["CE"] = pd.DataFrame({"USUBJID": ["A"], "CETERM": ["RELAPSE"], "CESTDY": [100]})
    data = read(write(tables), "msoac")
    assert data.history.measured("edss").day.tolist() == [-6, 0, 91, 273, 399]
    assert data.history.measured("edss").value.tolist()[-1] == 9.0
    assert data.history.relapses.day.tolist() == [99]
    assert 'means "not known" by the mapping' in told(data)
    tables["QS"].loc[2, "QSDY"] = 0
    folder = write(tables)
    assert "QS.csv line 4: study day 0, which there is not" in problems(folder, "msoac")
    left = read(folder, "msoac", lenient=True).history.measured("edss")
    assert left.day.tolist() == [-6, 0, 273, 399]


def test_analysis_datasets_are_read_without_derived_rows(write: Write) -> None:
    base = datetime.date(2021, 1, 5)
    days = [base + datetime.timedelta(days=d) for d in (0, 91, 273)]
    adqs = pd.DataFrame(
        {
            "USUBJID": "A",
            "PARAMCD": "EDSS",
            "AVAL": [2.0, 3.0, 3.0],
            "ADT": days,
            "ABLFL": ["Y", "", ""],
            "DTYPE": "",
        }
    )
    locf = adqs.tail(1).assign(DTYPE="LOCF", AVAL=9.0)
    adsl = pd.DataFrame(
        {
            "USUBJID": ["A"],
            "TRT01P": ["Drug"],
            "TRTSDT": [base],
            "EOSDT": [days[-1]],
            "EOSSTT": ["DISCONTINUED"],
        }
    )
    adtte = pd.DataFrame({"USUBJID": ["A"], "PARAMCD": ["OS"], "CNSR": [1], "ADT": [days[-1]]})
    tables = {"adsl": adsl, "adqs": pd.concat([adqs, locf]), "adtte": adtte}
    for kind in ("csv", "xpt"):
        data = read(write(tables, kind), "adam")
        assert events_of(data) == [("A", "event")]
        assert "LOCF (1) (the rows are not read)" in told(data)
        assert not data.has_relapses
        for path in Path(write({})).iterdir():
            path.unlink()


def test_dates_known_in_part_follow_the_same_rule(write: Write) -> None:
    tables = sdtm()
    tables["ce"].loc[0, "CESTDTC"] = "2021-04"
    folder = write(tables)
    assert "ce.csv line 2, column date: 2021-04 is a date known in part" in problems(folder)
    data = read(folder, reading=Reading(partial_dates=PartialDates.LAST))
    assert data.history.relapses.day.tolist() == [115]


def test_rows_of_people_whom_the_mapping_does_not_keep_are_told(write: Write) -> None:
    tables = sdtm()
    tables["qs"] = pd.concat([tables["qs"], tables["qs"].head(1).assign(USUBJID="C")])
    data = read(write(tables))
    assert "rows of 1 patients who are not among those kept: C (1)" in told(data)
    tables["dm"] = pd.concat([tables["dm"], tables["dm"].head(1).assign(USUBJID="D")])
    assert "1 patients without a measurement: D" in told(read(write(tables)))
    tables["dm"] = pd.concat([tables["dm"], tables["dm"].head(1)])
    assert "patient A 1 stands twice" in problems(write(tables))


def test_names_of_columns_in_small_letters_and_a_byte_order_mark_are_read(
    tmp_path: Path,
) -> None:
    for name, frame in sdtm().items():
        lower = frame.rename(columns=str.lower)
        text = "\ufeff" + lower.to_csv(index=False, sep=";", decimal=",")
        (tmp_path / f"{name.upper()}.CSV").write_text(text, encoding="utf-8")
    assert events_of(read(str(tmp_path)))[0] == ("A 1", "event")


@pytest.mark.parametrize("name", ["dm", "qs", "ce", "ds", "ex"])
def test_a_dataset_without_any_of_its_columns_is_answered_clearly(write: Write, name: str) -> None:
    for column in sdtm()[name].columns:
        tables = sdtm()
        tables[name] = tables[name].drop(columns=column)
        folder = write(tables)
        try:
            text = told(read(folder, lenient=True))
        except InputError as error:
            text = str(error)
        if column in ("USUBJID", "QSDTC", "CETERM", "CESTDTC", "DSDECOD", "DSCAT"):
            assert column in text


def test_another_encoding_is_named(tmp_path: Path) -> None:
    for name, frame in sdtm().items():
        text = frame.replace({"A 1": "J\u00fcrgen"}).to_csv(index=False)
        (tmp_path / f"{name}.csv").write_bytes(text.encode("latin-1"))
    assert "is not UTF-8; allowed is UTF-8 text" in problems(str(tmp_path))


def test_split_datasets_are_read_together_and_doubled_ones_refused(write: Write) -> None:
    tables = sdtm()
    qs = tables.pop("qs")
    folder = write({**tables, "qsed": qs.head(3), "qskf": qs.tail(3), "suppqs": qs.head(1)})
    data = read(folder)
    assert data.n_visits == 6
    assert "files not read: suppqs.csv" in data.sources
    write({"qsed": qs.head(3)}, "json")
    assert "dataset QS stands in several files: qsed.csv, qsed.json" in problems(folder)


def test_a_folder_without_its_datasets_says_what_is_there(write: Write, tmp_path: Path) -> None:
    folder = write({"patients": sdtm()["dm"]})
    found = problems(folder)
    assert "no file of dataset DM (dm and one of .csv" in found
    assert "there are: patients.csv" in found
    assert "there is no such folder" in problems(str(tmp_path / "none"))
    assert "this is a file" in problems(str(tmp_path / "patients.csv"))


def test_all_files_together_keep_the_limits(write: Write) -> None:
    folder = write(sdtm())
    assert "rows given, allowed: 10" in problems(folder, limits=ReadLimits(rows=10))
    assert "rows given, allowed: 3" in problems(folder, limits=ReadLimits(rows=3))


@pytest.mark.parametrize("name", NAMES)
def test_every_mapping_of_the_package_can_be_printed_and_says_how_well_it_is_known(
    name: str,
) -> None:
    mapping = parsed(text_of(name), where=name)
    assert mapping == read_mapping(name)
    assert mapping.source
    assert mapping.mark in ("seen", "recalled")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"time": "hours"}, "time"),
        ({"datasets": {"DM": {"files": ["../dm"]}}}, "allowed: letters, digits"),
        ({"vists": []}, "vists: unknown key; did you mean visits?"),
        ({"visits": []}, "visits"),
        ({"relapses": [{"dataset": "CE", "time": ["CESTDTC"]}]}, "CE is used, but its files"),
        ({"mark": "seen", "source": ""}, "no source is given"),
    ],
)
def test_a_malformed_mapping_is_refused_with_its_keys(
    change: dict[str, object], problem: str
) -> None:
    given = {**yaml.safe_load(MINIMAL), **change}
    with pytest.raises(InputError) as caught:
        parsed(yaml.safe_dump(given), where="my.yaml")
    assert problem in str(caught.value)


MINIMAL = """
label: my clinic
time: date
datasets:
  EDSS: {files: [edss]}
visits:
  - dataset: EDSS
    subject: Pat
    time: [Datum]
    columns: {Wert: {name: edss}}
"""


def test_tests_must_be_ones_that_remyelin_reads() -> None:
    with pytest.raises(InputError, match="EDSS points given"):
        parsed(MINIMAL.replace("name: edss", "name: EDSS points"), where="my.yaml")


def test_a_mapping_of_ones_own_reads_one_column_per_measurement(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(MINIMAL, encoding="utf-8")
    rows = "Pat;Datum;Wert\nA;5.1.2021;2,0\nA;13.4.2021;3,0\nA;5.10.2021;3,0\n"
    (tmp_path / "edss.csv").write_text(rows, encoding="utf-8")
    data = read(str(tmp_path), str(tmp_path / "my.yaml"))
    assert events_of(data) == [("A", "event")]
    assert "each patient's first visit is baseline" in told(data)
    assert "as edss.csv line 3 (13.4.2021) shows" in told(data)


def test_an_unknown_mapping_is_named() -> None:
    with pytest.raises(UnknownNameError, match="unknown mapping 'sdtn'; did you mean sdtm"):
        read_mapping("sdtn")


def test_functional_systems_of_datasets_give_an_edss(tmp_path: Path) -> None:
    names = ["visual", "brainstem", "pyramidal", "cerebellar", "sensory", "bowel_bladder", "mental"]
    tests = {f"T{k}": {"name": f"fs_{name}"} for k, name in enumerate(names)}
    tests["WALK"] = {"name": "ambulation"}
    rows = {"dataset": "QS", "time": ["QSDTC"], "test": ["QSTESTCD"], "values": ["QSSTRESN"]}
    mapping = {
        "label": "x",
        "time": "date",
        "datasets": {"QS": {"files": ["qs"]}},
        "visits": [{**rows, "tests": tests}],
    }
    made = parsed(yaml.safe_dump(mapping), where="x")
    qs = pd.DataFrame({"QSTESTCD": list(tests), "QSSTRESN": [0, 0, 3, 2, 2, 1, 0, 1]})
    qs.assign(USUBJID="A", QSDTC="2021-01-05").to_csv(tmp_path / "qs.csv", index=False)
    found = rate_table(ratings_of(str(tmp_path), made))
    assert found.edss.tolist() == [3.5]
    qs.assign(USUBJID="A", QSDTC="").to_csv(tmp_path / "qs.csv", index=False)
    with pytest.raises(InputError, match="no measurement is read"):
        ratings_of(str(tmp_path), made)
