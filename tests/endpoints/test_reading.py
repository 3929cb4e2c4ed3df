"""Dates and numbers that can be read in more than one way, and names of columns by table."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.endpoints import Dataset, read_dataset
from remyelin.endpoints.date_text import Open, completed, said
from remyelin.endpoints.reading import DateForm, DecimalMark, PartialDates, Reading
from remyelin.errors import InputError, UsageError

Write = Callable[..., Path]
HEAD = "subject_id,date,edss\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(content: str, name: str = "visits.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return file


def dates_of(data: Dataset) -> list[str]:
    rows = data.history.measured("edss")
    origin = data.origin[rows.patient]
    return (origin + rows.day).astype("int64").astype("datetime64[D]").astype(str).tolist()


def problems(visits: object, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read_dataset(visits, **options)  # type: ignore[arg-type]
    return "\n".join(caught.value.problems)


def told(data: Dataset) -> str:
    return "\n".join(f"{note} ({note.settled})" for note in (*data.notes, *data.problems))


def table(*dates: str, separator: str = ",") -> str:
    rows = (separator.join(("A", date, str(k))) for k, date in enumerate(dates, 1))
    return "\n".join([HEAD.strip().replace(",", separator), *rows]) + "\n"


def test_dates_that_may_be_day_or_month_first_are_asked_for(write: Write) -> None:
    path = write(table("05.03.2021", "06.04.2021"))
    found = problems(path, lenient=True)
    assert "05.03.2021 is no date that can be read in one way only" in found
    assert "line 2 to line 3" in found
    assert "--dates dmy or --dates mdy" in found
    days_first = read_dataset(path, reading=Reading(dates=DateForm.DMY))
    assert dates_of(days_first) == ["2021-03-05", "2021-04-06"]
    assert "day, month, year" in told(days_first)
    months_first = read_dataset(path, reading=Reading(dates=DateForm.MDY))
    assert dates_of(months_first) == ["2021-05-03", "2021-06-04"]


@pytest.mark.parametrize("mark", [".", "/", "-"])
def test_a_column_that_allows_one_order_only_is_read_so_and_told(write: Write, mark: str) -> None:
    path = write(table(f"5{mark}3{mark}2021", f"13{mark}4{mark}2021"))
    data = read_dataset(path)
    assert dates_of(data) == ["2021-03-05", "2021-04-13"]
    assert f"as line 3 (13{mark}4{mark}2021) shows" in told(data)
    american = write(table(f"3{mark}5{mark}2021", f"4{mark}13{mark}2021"))
    assert dates_of(read_dataset(american)) == ["2021-03-05", "2021-04-13"]


def test_a_column_in_both_orders_is_refused_with_the_rows_that_show_it(write: Write) -> None:
    found = problems(write(table("13.04.2021", "04.25.2021", "31.31.2021")))
    assert "in no single order" in found
    assert "line 2 (13.04.2021)" in found
    assert "line 3 (04.25.2021)" in found
    assert "line 4, column date: 31.31.2021 is no date" in found


def test_dates_by_choice_that_do_not_exist_are_refused(write: Write) -> None:
    path = write(table("13.04.2021", "04.25.2021"))
    found = problems(path, reading=Reading(dates=DateForm.DMY))
    assert "04.25.2021 is no date" in found
    assert "13.04.2021" not in found


def test_years_of_two_digits_need_both_choices(write: Write) -> None:
    path = write(table("05.03.21", "06.04.99"))
    assert "has two digits" in problems(path)
    assert "has two digits" in problems(path, reading=Reading(dates=DateForm.DMY))
    read = Reading(dates=DateForm.DMY, years_from=1940)
    data = read_dataset(write(table("06.04.99", "05.03.21")), reading=read)
    assert dates_of(data) == ["1999-04-06", "2021-03-05"]
    assert "of two digits" in told(data)
    year_first = Reading(dates=DateForm.YMD, years_from=1940)
    data = read_dataset(write(table("99-04-06", "21-03-05")), reading=year_first)
    assert dates_of(data) == ["1999-04-06", "2021-03-05"]


def test_a_first_year_beyond_the_allowed_ones_is_refused() -> None:
    with pytest.raises(UsageError, match="1900 to 2001"):
        Reading(years_from=2050)


@pytest.mark.parametrize(
    ("form", "cells", "expected"),
    [
        ("excel", ("44927", "44928.5"), ["2023-01-01", "2023-01-02"]),
        ("excel", ("59", "61"), ["1900-02-28", "1900-03-01"]),
        ("excel1904", ("43465", "43466"), ["2023-01-01", "2023-01-02"]),
        ("sas", ("23011", "23012"), ["2023-01-01", "2023-01-02"]),
        ("decimal", ("2019.0", "2019.5"), ["2019-01-01", "2019-07-02"]),
    ],
)
def test_days_that_are_counted_need_their_count(
    write: Write, form: str, cells: tuple[str, ...], expected: list[str]
) -> None:
    path = write(table(*cells))
    assert f"--dates {'excel' if form != 'decimal' else 'decimal'}" in problems(path).replace(
        "--dates excel, excel1904 or sas", "--dates excel"
    )
    data = read_dataset(path, reading=Reading(dates=DateForm(form)))
    assert dates_of(data) == expected
    assert "dates written as" in told(data)


def test_numbers_of_a_pandas_table_are_no_silent_dates() -> None:
    frame = pd.DataFrame({"subject_id": "A", "date": [44927, 44950], "edss": [2, 3]})
    assert "excel: 2023-01-01" in problems(frame)
    data = read_dataset(frame, reading=Reading(dates=DateForm.EXCEL))
    assert dates_of(data) == ["2023-01-01", "2023-01-24"]


def test_the_day_that_never_was_is_no_date(write: Write) -> None:
    assert "60 is no date" in problems(write(table("60")), reading=Reading(dates=DateForm.EXCEL))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20240331", "2024-03-31"),
        ("2024/03/31", "2024-03-31"),
        ("31MAR2024", "2024-03-31"),
        ("31-Mar-2024", "2024-03-31"),
        ("31 March 2024", "2024-03-31"),
        ("2024-03-31T14", "2024-03-31"),
        ("2024-03-31T-:30", "2024-03-31"),
        ("2024-03-31 9:05", "2024-03-31"),
    ],
)
def test_forms_that_have_one_meaning_are_read_and_told(write: Write, text: str, date: str) -> None:
    data = read_dataset(write(table(text)))
    assert dates_of(data) == [date]
    assert told(data)


PARTS = [
    ("2019-03", "2019-03-01", "2019-03-15", "2019-03-31"),
    ("2019-02-UN", "2019-02-01", "2019-02-15", "2019-02-28"),
    ("03/2019", "2019-03-01", "2019-03-15", "2019-03-31"),
    ("MAR2019", "2019-03-01", "2019-03-15", "2019-03-31"),
    ("2019", "2019-01-01", "2019-07-01", "2019-12-31"),
    ("2019-UN-UN", "2019-01-01", "2019-07-01", "2019-12-31"),
    ("2019---15", "2019-01-01", "2019-07-01", "2019-12-31"),
]


@pytest.mark.parametrize(("text", "first", "middle", "last"), PARTS)
def test_dates_known_in_part_follow_the_rule_that_was_chosen(
    write: Write, text: str, first: str, middle: str, last: str
) -> None:
    path = write(table(text))
    for reading in (Reading(), Reading(partial_dates=PartialDates.REFUSE)):
        found = problems(path, reading=reading, lenient=True)
        assert f"line 2, column date: {text} is no date: it is known in part" in found
        assert "--partial-dates first, middle or last" in found
    for rule, day in (("first", first), ("middle", middle), ("last", last)):
        data = read_dataset(path, reading=Reading(partial_dates=PartialDates(rule)))
        assert dates_of(data) == [day]
        expected = f"line 2, column date: {text} is a date known in part (read as {day} "
        assert f"{expected}(--partial-dates {rule}))" in told(data)


def test_every_row_of_a_date_known_in_part_is_listed(write: Write) -> None:
    path = write(table("2019-01", "2019-02", "2019-03"))
    found = problems(path)
    assert all(f"line {k}, column date" in found for k in (2, 3, 4))
    data = read_dataset(path, reading=Reading(partial_dates=PartialDates.FIRST))
    assert [note.row for note in data.notes] == ["line 2", "line 3", "line 4"]


@pytest.mark.parametrize("text", ["--03-15", "2019-13", "2019-03-01/2019-03-10", "soon", "2019.5"])
def test_what_no_rule_can_complete_stays_refused(write: Write, text: str) -> None:
    reading = Reading(partial_dates=PartialDates.MIDDLE)
    assert f"{text} is no date" in problems(write(table(text)), reading=reading, lenient=True)


def test_the_rule_holds_for_onsets_ends_and_switches_too(write: Write) -> None:
    visits = write(table("2019-01-10", "2019-06-20"))
    relapses = write("subject_id,date\nA,2019\nA,2019-03\n", "relapses.csv")
    patients = write("subject_id,end_date,switch_date\nA,2019-06,2019-02\n", "patients.csv")
    reading = Reading(partial_dates=PartialDates.FIRST)
    data = read_dataset(visits, relapses=relapses, patients=patients, reading=reading, lenient=True)
    assert data.history.relapses.day.tolist() == [-9, 50]
    assert data.history.end_day.tolist() == [161]  # no earlier than the last visit of that month
    assert "it is the end" in told(data)
    refuse = Reading(partial_dates=PartialDates.REFUSE)
    found = problems(visits, relapses=relapses, patients=patients, reading=refuse, lenient=True)
    assert found.count("known in part") == 4


def test_three_digits_after_a_comma_are_asked_for(write: Write) -> None:
    content = "subject_id;day;t25fw_seconds\nA;0;5,125\nA;90;6,5\n"
    path = write(content)
    assert "5,125 is no number" in problems(path)
    assert "--decimal comma" in problems(path)
    data = read_dataset(path, reading=Reading(decimal=DecimalMark.COMMA))
    assert data.history.measured("t25fw_seconds").value.tolist() == [5.125, 6.5]
    assert "decimal comma" in told(data)
    point = Reading(decimal=DecimalMark.POINT)
    assert problems(path, reading=point).count("is no number") == 2


def test_a_point_may_part_thousands_where_commas_are_decimal(write: Write) -> None:
    path = write("subject_id;day;t25fw_seconds\nA;0;1.303\nA;90;6.5\n")
    reading = Reading(decimal=DecimalMark.COMMA)
    assert "line 2, column t25fw_seconds: 1.303: the point may part thousands" in problems(
        path, reading=reading
    )
    assert read_dataset(path).history.measured("t25fw_seconds").value.tolist() == [1.303, 6.5]


def test_one_name_can_mean_other_things_in_other_tables(write: Write) -> None:
    visits = write("Pat;Datum;EDSS\nA;2021-01-05;2,0\nA;2021-04-05;3,0\n")
    relapses = write("Pat;Datum\nA;2021-03-01\n", "relapses.csv")
    patients = write("Pat;Datum;Grund\nA;2021-04-07;completed\n", "patients.csv")
    names = {
        "Pat": "subject_id",
        "Datum": "date",
        "visits:EDSS": "edss",
        "patients:Datum": "end_date",
        "patients:Grund": "end_reason",
    }
    tables = {"relapses": relapses, "patients": patients}
    data = read_dataset(visits, **tables, renamed=names)  # type: ignore[arg-type]
    assert data.history.relapses.day.tolist() == [55]
    assert data.history.end_day.tolist() == [92]
    wrong = problems(visits, renamed={**names, "patients:Datum": "end_date"})
    assert "no table of patients was given" in wrong
    assert "no column Wer to rename" in problems(visits, renamed={"visits:Wer": "subject_id"})
    assert "--rename OLD=NEW" in problems(visits)


@given(
    date=st.dates(datetime.date(1901, 1, 1), datetime.date(2099, 12, 31)),
    form=st.sampled_from([DateForm.DMY, DateForm.MDY]),
)
def test_a_date_in_a_chosen_order_is_read_back(date: datetime.date, form: DateForm) -> None:
    text = date.strftime("%d.%m.%Y" if form is DateForm.DMY else "%m/%d/%Y")
    assert said(text, Reading(dates=form)).date == date


@given(
    year=st.integers(1900, 2100),
    month=st.integers(0, 12),
)
def test_the_days_that_stand_for_a_part_lie_in_it_and_in_order(year: int, month: int) -> None:
    part = (year, month)
    first, middle, last = (
        completed(part, rule)
        for rule in (PartialDates.FIRST, PartialDates.MIDDLE, PartialDates.LAST)
    )
    assert first < middle < last
    assert {day.year for day in (first, middle, last)} == {year}
    if month:
        assert {day.month for day in (first, middle, last)} == {month}


@given(text=st.text(max_size=12))
def test_any_text_is_answered_without_fault(text: str) -> None:
    for form in (None, *DateForm):
        found = said(text.strip(), Reading(dates=form, years_from=1940))
        assert (found.date is not None) == (found.open is Open.NOTHING)
        assert (found.part is not None) == (found.open is Open.PART)
