"""Tables as other programs write them: what is read, what is settled, and what is told."""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import Dataset, evaluate, read_dataset
from remyelin.errors import InputError
from remyelin.reports.endpoints import all_text, data_text, result_text
from remyelin.study.definitions import definitions

LIBRARY = definitions()
Write = Callable[..., Path]
PLAIN = "subject_id,date,edss\nA,2021-01-05,2\nA,2021-04-05,3\nA,2021-10-05,3\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(content: str, name: str = "visits.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return file


def events_of(data: Dataset, name: str = "cdw24") -> list[tuple[str, str, float]]:
    table = evaluate(data, LIBRARY[name], LIBRARY).patients.fillna({"event_day": -1.0})
    return list(zip(table["subject_id"], table["status"], table["event_day"], strict=True))


def problems(visits: object, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_dataset(visits, **options)  # type: ignore[arg-type]
    return list(caught.value.problems)


def told(data: Dataset) -> str:
    return "\n".join(f"{note} ({note.settled})" for note in (*data.notes, *data.problems))


EVENT = [("A", "event", 90.0)]

HARMLESS = [
    (  # write.csv of R
        '"","subject_id","date","edss"\n"1",A,2021-01-05,2\n"2",A,2021-04-05,3\n"7",A,2021-10-05,3\n',
        "row numbers",
    ),
    (  # write.table of R: one name less
        "subject_id,date,edss\n1,A,2021-01-05,2\n2,A,2021-04-05,3\n3,A,2021-10-05,3\n",
        "row numbers",
    ),
    (  # to_csv of pandas
        ",subject_id,date,edss\n0,A,2021-01-05,2\n1,A,2021-04-05,3\n2,A,2021-10-05,3\n",
        "row numbers",
    ),
    (
        "subject_id,date,edss,,\nA,2021-01-05,2,,\nA,2021-04-05,3,,\nA,2021-10-05,3,,\n",
        "empty column",
    ),
    (
        "subject_id,date,edss\nA,2021-01-05,2,\nA,2021-04-05,3\nA,2021-10-05,3,,\n",
        "empty cells beyond",
    ),
    (PLAIN + ",,\n,,\n", "2 empty rows"),
    (PLAIN.replace("-05,", "-05 00:00:00,"), "midnight"),
    (PLAIN.replace("-05,", "-05T00:00:00Z,"), "time zone"),
    (PLAIN.replace("-05,", "-05T14:30,"), "time of day"),
    (PLAIN.replace(",", ";").replace(";2\n", ";2,0\n"), "decimal comma"),
]


@pytest.mark.parametrize(("content", "note"), HARMLESS)
def test_harmless_habits_of_programs_are_read_and_told(
    write: Write, content: str, note: str
) -> None:
    data = read_dataset(write(content))
    assert events_of(data) == EVENT
    assert note in told(data)
    assert note in data_text(data)
    assert data.problems == ()


def test_a_plain_table_has_nothing_to_tell(write: Write) -> None:
    data = read_dataset(write(PLAIN))
    assert (data.notes, data.problems) == ((), ())


SETTLED = [
    (
        "subject_id,date,edss,t25fw_seconds\nA,2021-01-05,2,\nA,2021-01-05,,5\nA,2021-04-05,3,\n"
        "A,2021-04-05,,5\nA,2021-10-05,3,\n",
        "line 3, column date: a second visit of the same patient on the same day as line 2",
        "one visit",
    ),
    (PLAIN + "A,2021-10-05,3\n", "line 5, column date: a second visit", "one visit"),
    (PLAIN.replace("-05,2", "-05,2.0000001"), "2.0000001 has hidden digits", "read as 2"),
    (PLAIN.replace("-05,2", '-05,"2,0"'), "2,0 has a decimal comma", "decimal point"),
]


@pytest.mark.parametrize(("content", "problem", "settled"), SETTLED)
def test_what_changes_the_data_is_a_problem_that_can_be_settled(
    write: Write, content: str, problem: str, settled: str
) -> None:
    path = write(content)
    assert any(problem in line for line in problems(path))
    data = read_dataset(path, lenient=True)
    assert events_of(data) == EVENT
    assert settled in told(data)


REFUSED = [
    (PLAIN + "A,2021-10-05,4\n", "with another edss"),
    (PLAIN.replace(",2\n", ",2.3\n"), "2.3 is impossible"),
    (PLAIN.replace("2021-01-05", "2021-01"), "2021-01 is no date"),
    (PLAIN.replace("2021-01-05", "2021-01-05T25:00x"), "is no date"),
    (",date,edss\nA,2021-01-05,2\nB,2021-04-05,3\n", "column 1 has no name"),
    (PLAIN.replace("edss", "sdmt").replace(",2\n", ',"1,303"\n'), "1,303 is no number"),
    (PLAIN.replace(",edss", ",fs_mental").replace(",2\n", ",6\n"), "allowed: 0 to 5"),
]


@pytest.mark.parametrize(("content", "problem"), REFUSED)
def test_what_cannot_be_known_is_refused_even_when_lenient(
    write: Write, content: str, problem: str
) -> None:
    assert any(problem in line for line in problems(write(content), lenient=True))


def test_rows_of_one_day_are_one_visit_with_all_measurements(write: Write) -> None:
    rows = "A,2021-01-05,2,\nA,2021-01-05,,5.5\nA,2021-04-05,3,6\n"
    data = read_dataset(write("subject_id,date,edss,t25fw_seconds\n" + rows), lenient=True)
    assert data.n_visits == 2
    assert data.history.measured("t25fw_seconds").value.tolist() == [5.5, 6.0]


def test_a_renamed_column_is_renamed_in_every_table_that_has_it(write: Write) -> None:
    visits = write(PLAIN.replace("subject_id", "id"))
    relapses = write("id,onset\nA,2021-03-01\n", "relapses.csv")
    names = {"id": "subject_id", "onset": "date"}
    data = read_dataset(visits, relapses=relapses, renamed=names)
    assert data.history.relapses.day.tolist() == [55]
    assert "no column who to rename" in problems(visits, renamed={"who": "subject_id"})[0]


RELAPSE_HEAD = "subject_id,date\n"


def test_nobody_relapsed_is_an_answer(write: Write) -> None:
    relapses = write(RELAPSE_HEAD, "relapses.csv")
    for given in (relapses, pd.DataFrame({"subject_id": [], "date": []})):
        data = read_dataset(write(PLAIN), relapses=given)
        assert events_of(data, "pira24_kappos2020_edss") == EVENT
        assert events_of(data, "raw24_kappos2020") == [("A", "censored", -1.0)]
        line = evaluate(data, LIBRARY["relapse_protocol"], LIBRARY).lines[0]
        assert (line.events, line.rate_per_year) == (0, 0.0)
    headless = write("\n", "none.csv")
    assert "empty" in problems(write(PLAIN), relapses=headless)[0]
    patients = write("subject_id,end_date,end_reason\n", "patients.csv")
    data = read_dataset(write(PLAIN), patients=patients)
    assert events_of(data, "death_any") == [("A", "censored", -1.0)]
    assert "1 patients have no end of observation" in told(data)


def test_nobody_who_could_have_it_has_no_share(write: Write) -> None:
    data = read_dataset(write("subject_id,day,edss\na,0,2\nb,0,3\n"))
    result = evaluate(data, LIBRARY["cdw24"], LIBRARY)
    (line,) = result.lines
    assert (line.events, line.assessable, line.evaluable) == (0, 0, 2)
    assert np.isnan(line.share)
    text = result_text(result, most=5) + all_text([result])
    assert "could be found in none of 2 patients" in text
    assert "could be found in nobody" in text
    assert "0.0" not in text.split("patients", 1)[1].split("subject_id")[0]
    assert "no event" not in text.replace("without event", "")


def test_a_share_is_of_those_in_whom_the_event_could_be_found(write: Write) -> None:
    rows = "a,0,2\na,100,3\na,300,3\nb,0,2\nb,100,2\nb,300,2\nc,0,2\n"
    data = read_dataset(write("subject_id,day,edss\n" + rows))
    (line,) = evaluate(data, LIBRARY["cdw24"], LIBRARY).lines
    assert (line.events, line.assessable, line.share) == (1, 2, 0.5)


def test_people_without_visits_are_left_out_and_listed(write: Write) -> None:
    patients = write("subject_id,end_date\nA,2021-10-05\nZ,2021-01-01\n", "patients.csv")
    relapses = write("subject_id,date\nY,2021-03-01\nA,2021-03-01\n", "relapses.csv")
    given = {"patients": patients, "relapses": relapses}
    assert any(
        "line 3, column subject_id: patient Z has no visit" in p
        for p in problems(write(PLAIN), **given)
    )
    data = read_dataset(write(PLAIN), lenient=True, patients=patients, relapses=relapses)
    assert (data.history.n, data.n_relapses) == (1, 1)
    assert told(data).count("the row is left out") == 2


def test_an_unscheduled_visit_shows_and_confirms_nothing_when_read_back(write: Write) -> None:
    rows = "a,0,0,True,2\na,-1,100,False,3\na,1,190,True,3\na,2,280,True,2\na,3,370,True,2\n"
    data = read_dataset(write("subject_id,visit,day,scheduled,edss\n" + rows))
    assert events_of(data, "cdw12") == [("a", "censored", -1.0)]
    assert data.unread == ()
    bare = "a,0,0,2\na,50,0,9\na,100,yes,3\na,300,1,3\n".replace("a,0,0,2", "a,0,yes,2")
    data = read_dataset(write("subject_id,day,scheduled,edss\n" + bare))
    assert events_of(data) == [("a", "event", 100.0)]
    assert data.history.measured("edss").visit.tolist() == [0, 1, 2]
    wrong = write("subject_id,day,scheduled,edss\na,0,maybe,2\n")
    assert "maybe given; allowed: true" in problems(wrong)[0]


def test_an_unscheduled_first_visit_is_no_baseline(write: Write) -> None:
    rows = "a,-20,no,5\na,0,yes,2\na,100,yes,3\na,300,yes,3\n"
    data = read_dataset(write("subject_id,day,scheduled,edss\n" + rows))
    assert events_of(data) == [("a", "event", 100.0)]


def test_a_death_needs_its_day(write: Write) -> None:
    patients = write("subject_id,end_date,end_reason\nA,,death\n", "patients.csv")
    assert "death without a day" in problems(write(PLAIN), patients=patients)[0]
    data = read_dataset(write(PLAIN), patients=patients, lenient=True)
    assert events_of(data, "death_any") == [("A", "censored", -1.0)]
    assert "the death does not count" in told(data)


def test_an_end_that_is_not_told_is_told(write: Write) -> None:
    patients = write("subject_id,end_date,end_reason\nA,,dropout\n", "patients.csv")
    data = read_dataset(write(PLAIN), patients=patients)
    assert "1 patients have no end of observation here (it ends at their last visit)" in told(data)


def test_visits_after_the_end_of_observation_do_not_count_when_lenient(write: Write) -> None:
    patients = write("subject_id,end_date\nA,2021-05-01\n", "patients.csv")
    assert "ends before the last visit" in problems(write(PLAIN), patients=patients)[0]
    data = read_dataset(write(PLAIN), patients=patients, lenient=True)
    assert events_of(data) == [("A", "not_confirmable", -1.0)]


@pytest.mark.parametrize(
    ("days", "counted"),
    [
        ((30, 35), [30]),
        ((30, 59), [30]),
        ((30, 60), [30, 60]),
        ((30, 50, 70), [30, 70]),
        ((30, 30), [30]),
    ],
)
def test_onsets_within_30_days_are_one_relapse(
    write: Write, days: tuple[int, ...], counted: list[int]
) -> None:
    visits = write("subject_id,day,edss\nA,0,2\nA,300,2\n")
    relapses = write("subject_id,day\n" + "".join(f"A,{day}\n" for day in days), "r.csv")
    if len(counted) < len(days):
        assert "at least 30 days apart" in problems(visits, relapses=relapses)[0]
    data = read_dataset(visits, relapses=relapses, lenient=True)
    assert data.history.relapses.day.tolist() == counted


@pytest.mark.parametrize(
    ("onset", "days", "settled"),
    [
        ("2021-03", [69], "the middle of the month, 2021-03-15"),
        ("2021-03-UN", [69], "the middle of the month"),
        ("2021-03-99", [69], "the middle of the month"),
        ("2021", [], "a year alone"),
        ("2021-UNK-UNK", [], "a year alone"),
        ("", [], "the row is left out"),
    ],
)
def test_an_onset_known_in_part_follows_the_stated_rule(
    write: Write, onset: str, days: list[int], settled: str
) -> None:
    relapses = write(f"{RELAPSE_HEAD}A,{onset}\n", "relapses.csv")
    assert problems(write(PLAIN), relapses=relapses)
    data = read_dataset(write(PLAIN), relapses=relapses, lenient=True)
    assert data.history.relapses.day.tolist() == days
    assert settled in told(data)


def test_an_onset_that_cannot_be_a_date_stays_refused(write: Write) -> None:
    relapses = write(f"{RELAPSE_HEAD}A,2021-13\n", "relapses.csv")
    assert "2021-13 is no date" in problems(write(PLAIN), relapses=relapses, lenient=True)[0]


def test_columns_of_every_table_that_are_not_read_are_listed(write: Write) -> None:
    relapses = write("subject_id,date,severity\nA,2021-03-01,3\n", "relapses.csv")
    patients = write("subject_id,end_date,sex\nA,2021-10-05,f\n", "patients.csv")
    data = read_dataset(write(PLAIN), relapses=relapses, patients=patients)
    assert data.unread == ("severity (relapses)", "sex (patients)")


def test_times_of_day_in_a_pandas_table_are_told() -> None:
    stamps = pd.to_datetime(["2021-01-05 09:00", "2021-04-05 00:00", "2021-10-05 00:00"])
    frame = pd.DataFrame({"subject_id": "A", "date": stamps, "edss": [2, 3, 3]})
    data = read_dataset(frame)
    assert events_of(data) == EVENT
    assert "time of day" in told(data)
    zoned = frame.assign(date=stamps.normalize().tz_localize("Europe/Rome"))
    assert events_of(read_dataset(zoned)) == EVENT
    assert "time zone" in told(read_dataset(zoned))


def test_a_packed_table_is_read_and_a_false_one_named(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv.gz"
    path.write_bytes(gzip.compress(PLAIN.encode()))
    assert events_of(read_dataset(path)) == EVENT
    path.write_bytes(b"x")
    assert "no packed file" in problems(path)[0]
    assert "no such file" in problems(tmp_path / "none.csv.gz")[0]


@pytest.mark.parametrize("name", ["visits.xlsx", "visits.xpt", "visits.sas7bdat", "visits.dta"])
def test_files_of_other_programs_need_their_library(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"no table")
    library = "openpyxl" if name.endswith("xlsx") else "pyreadstat"
    there = importlib.util.find_spec(library) is not None
    what = f"this is no {path.suffix} file" if there else f"needs the library {library}"
    assert what in problems(path)[0]
    if there:
        assert "no such file" in problems(tmp_path / f"none{path.suffix}")[0]


def test_an_excel_sheet_is_read_with_its_rows_and_dates(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (("subject_id", "date", "edss", None), *_cells()):
        book.active.append(row)
    book.create_sheet("notes")
    path = tmp_path / "visits.xlsx"
    book.save(path)
    data = read_dataset(path)
    assert events_of(data) == EVENT
    assert "further sheets: notes" in told(data)
    book.active["C3"] = 11
    book.save(path)
    assert "row 3, column edss: 11 is impossible" in problems(path)[0]


def test_an_excel_sheet_of_pandas_with_its_row_numbers_is_read(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    frame = pd.DataFrame(_cells(), columns=["subject_id", "date", "edss", "note"])
    path = tmp_path / "visits.xlsx"
    frame.to_excel(path)
    data = read_dataset(path)
    assert events_of(data) == EVENT
    assert "row numbers without a name" in told(data)
    frame.set_axis(["a", "b", "c"]).to_excel(path)
    assert "column 1 has no name" in problems(path)[0]


@pytest.mark.parametrize("kind", ["xpt", "dta"])
def test_files_of_sas_and_stata_are_read(tmp_path: Path, kind: str) -> None:
    library = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(_cells(), columns=["id", "date", "edss", "note"]).drop(columns="note")
    frame["date"] = frame["date"].map(lambda stamp: stamp.date())
    path = tmp_path / f"visits.{kind}"
    {"xpt": library.write_xport, "dta": library.write_dta}[kind](frame, str(path))
    assert events_of(read_dataset(path, renamed={"id": "subject_id"})) == EVENT


def _cells() -> list[tuple[str, pd.Timestamp, float, None]]:
    rows = [line.split(",") for line in PLAIN.splitlines()[1:]]
    return [(who, pd.Timestamp(day).to_pydatetime(), float(edss), None) for who, day, edss in rows]


def test_the_share_of_a_composite_is_of_those_who_were_looked_at_in_full(write: Write) -> None:
    """Of three who could lose NEDA in full one did; the fourth relapsed before a second scan."""
    rows = [f"{who},{day},2,{scan}" for who in "abc" for day, scan in ((0, 0), (180, 0), (360, 0))]
    rows[4] = "b,180,2,1"
    rows += ["d,0,2,0", "d,90,2,0"]
    visits = write("subject_id,day,edss,gd_lesions\n" + "\n".join(rows) + "\n")
    relapses = write("subject_id,day\nd,40\n", "relapses.csv")
    result = evaluate(read_dataset(visits, relapses=relapses), LIBRARY["neda3"], LIBRARY)
    (line,) = result.lines
    assert (line.events, line.assessable_events, line.assessable) == (2, 1, 3)
    assert line.share == pytest.approx(1 / 3)
    text = result_text(result, most=0)
    assert "event in 1 of 3 patients" in text
    assert "1  more with the event" in text


def test_a_trial_too_short_for_a_component_gives_no_share_of_the_composite(write: Write) -> None:
    visits = write("subject_id,day,edss,gd_lesions\na,0,2,0\na,90,2,1\nb,0,2,0\nb,90,2,0\n")
    relapses = write("subject_id,day\n", "relapses.csv")
    result = evaluate(read_dataset(visits, relapses=relapses), LIBRARY["neda3"], LIBRARY)
    assert np.isnan(result.lines[0].share)
    assert "in none of 2 patients could every component be found" in result_text(result, most=0)


def test_a_name_is_one_patient_however_its_accents_are_written(write: Write) -> None:
    joined, apart = "Zo\u00eb", "Zoe\u0308"
    rows = [f"{joined},0,2", f"{apart},100,3", f"{joined},300,3"]
    data = read_dataset(write("subject_id,day,edss\n" + "\n".join(rows) + "\n"))
    assert events_of(data) == [(joined, "event", 100.0)]
    assert "accents" in told(data)


def test_visits_before_day_0_are_told_where_no_visit_is_numbered(write: Write) -> None:
    data = read_dataset(write("subject_id,day,edss\na,-30,2\na,0,2\na,100,3\n"))
    assert "each patient's first visit is baseline" in told(data)


def test_a_date_that_cannot_be_read_is_not_called_a_missing_baseline(write: Write) -> None:
    found = problems(write("subject_id,date,edss\nA,5.1.2021,2\n"))
    assert len(found) == 1
    assert "is no date" in found[0]


def test_an_unplanned_visit_may_fall_on_the_day_of_a_planned_one(write: Write) -> None:
    rows = "a,0,0,True,2\na,1,100,True,3\na,-1,100,False,4\na,2,300,True,3\n"
    data = read_dataset(write("subject_id,visit,day,scheduled,edss\n" + rows))
    assert events_of(data) == [("a", "event", 100.0)]
    assert data.history.measured("edss").value.tolist() == [2, 3, 3]


@pytest.mark.parametrize(
    ("last", "end", "day"),
    [("05", "2021-10", 283), ("20", "2021-10", 288), ("05", "2021-11", 314)],
)
def test_an_end_known_to_the_month_cuts_off_no_visit(
    write: Write, last: str, end: str, day: int
) -> None:
    patients = write(f"subject_id,end_date,end_reason\nA,{end},death\n", "patients.csv")
    visits = write(PLAIN.replace("2021-10-05", f"2021-10-{last}"))
    data = read_dataset(visits, patients=patients, lenient=True)
    assert data.history.death_day.tolist() == [day]
    assert events_of(data) == EVENT


def test_a_number_beyond_all_numbers_is_a_problem_and_no_warning(write: Write) -> None:
    huge = PLAIN.replace("-05,2", "-05,1.7e308", 1)
    with pytest.raises(InputError, match=r"1\.7e308"):
        read_dataset(write(huge))
