from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.endpoints import Dataset, evaluate, evaluate_all, read_dataset
from remyelin.errors import InputError
from remyelin.study.definitions import definitions

Write = Callable[..., Path]
ROWS = [
    ("A", "2020-01-01", "2"),
    ("A", "2020-07-01", "3"),
    ("A", "2021-01-01", "3"),
    ("B", "2020-01-01", "4"),
    ("B", "2020-07-01", "4"),
]


def text(rows: list[tuple[str, ...]], head: str = "subject_id,date,edss") -> str:
    return "\n".join([head, *(",".join(row) for row in rows)]) + "\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(content: str | bytes, name: str = "visits.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return file


def statuses(data: Dataset, name: str = "cdw24") -> list[str]:
    return list(evaluate(data, definitions()[name], definitions()).patients["status"])


def problems(visits: object, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_dataset(visits, **options)  # type: ignore[arg-type]
    return list(caught.value.problems)


def test_csv_parquet_and_pandas_give_the_same_events(write: Write, tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=["subject_id", "date", "edss"])
    frame["edss"] = frame["edss"].astype(float)
    frame["date"] = pd.to_datetime(frame["date"])
    frame.to_parquet(tmp_path / "visits.parquet")
    tables = [
        evaluate(read_dataset(source), definitions()["cdw24"], definitions()).patients
        for source in (write(text(ROWS)), tmp_path / "visits.parquet", frame)
    ]
    assert tables[0]["status"].tolist() == ["event", "not_confirmable"]
    assert tables[0]["event_date"].tolist() == ["2020-07-01", ""]
    assert tables[0]["confirming_date"].tolist() == ["2021-01-01", ""]
    assert tables[0]["reference_date"].tolist() == ["2020-01-01", ""]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], other)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_and_a_byte_order_mark_are_read(write: Write, separator: str) -> None:
    content = "\ufeff" + text(ROWS).replace(",", separator)
    assert statuses(read_dataset(write(content))) == ["event", "not_confirmable"]


def test_days_count_from_each_patients_own_baseline(write: Write) -> None:
    rows = [("A", "1000", "2"), ("A", "1182", "3"), ("A", "1365", "3")]
    data = read_dataset(write(text(rows, "subject_id,day,edss")))
    assert list(evaluate(data, definitions()["cdw24"], definitions()).patients["event_day"]) == [
        182
    ]


def test_a_visit_number_says_which_visit_is_baseline(write: Write) -> None:
    rows = [("A", "0", "5", "-1"), ("A", "30", "2", "0"), ("A", "212", "3", "1")]
    rows.append(("A", "395", "3", "2"))
    data = read_dataset(write(text(rows, "subject_id,day,edss,visit")))
    patients = evaluate(data, definitions()["cdw24"], definitions()).patients
    assert patients[["event_day", "reference_visit", "first_visit"]].to_numpy().tolist() == [
        [182, 0, 1]
    ]


def test_two_visits_numbered_0_are_a_problem(write: Write) -> None:
    rows = [("A", "0", "5", "0"), ("A", "30", "2", "0"), ("B", "0", "2", "0")]
    found = problems(write(text(rows, "subject_id,day,edss,visit")))
    assert [line.split(", ", 1)[1] for line in found] == [
        "line 3, column visit: a second visit 0 of the same patient"
    ]


BAD_CELLS = [
    ("subject_id", "", "a value is missing"),
    ("date", "", "a value is missing"),
    ("date", "2020-02-30", "is no date"),
    ("date", "01.02.2020", "is no date"),
    ("date", "1820-01-01", "is no date"),
    ("edss", "two", "is no number"),
    ("edss", "inf", "is no number"),
    ("edss", "2;5", "is no number"),
    ("edss", "0.5", "is impossible"),
    ("edss", "2.25", "is impossible"),
    ("edss", "10.5", "is impossible"),
    ("edss", "-1", "is impossible"),
]


@pytest.mark.parametrize(("column", "cell", "what"), BAD_CELLS)
def test_a_bad_cell_is_named_with_row_and_column(
    write: Write, column: str, cell: str, what: str
) -> None:
    place = ["subject_id", "date", "edss"].index(column)
    row = [*ROWS[2]]
    row[place] = cell
    found = problems(write(text([*ROWS[:2], tuple(row), *ROWS[3:]])))
    assert any(f"line 4, column {column}: " in line and what in line for line in found)


def test_every_problem_is_named_at_once(write: Write) -> None:
    rows = [("A", "2020-01-01", "x"), ("A", "2020-13-01", "11"), ("", "2020-01-01", "2")]
    found = problems(write(text(rows)))
    places = {line.split(": ")[0].split(", ", 1)[1] for line in found}
    assert {"line 2, column edss", "line 3, column date", "line 3, column edss"} <= places
    assert "line 4, column subject_id" in places


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "empty"),
        ("subject_id,date,edss\n", "no rows"),
        ("subject_id,date,edss\nA,2020-01-01\n", "2 cells given, 3 allowed"),
        ("subject_id,date,date\nA,2020-01-01,2\n", "stands twice"),
        ("subject_id,,edss\nA,2020-01-01,2\n", "has no name"),
        (b"subject_id,date,edss\nM\xfcller,2020-01-01,2\n", "is not UTF-8"),
        (b"subject_id,date,edss\n\0,2020-01-01,2\n", "binary"),
        ("id,date,edss\nA,2020-01-01,2\n", "column subject_id: this column is missing"),
        ("subject_id,edss\nA,2\n", "one of the columns date and day is needed"),
        ("subject_id,date,day,edss\nA,2020-01-01,1,2\n", "both are there"),
        ("subject_id,date\nA,2020-01-01\n", "no measurement"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(
    write: Write, content: str | bytes, what: str
) -> None:
    assert any(what in line for line in problems(write(content)))


def test_a_missing_file_and_a_false_parquet_are_named(write: Write, tmp_path: Path) -> None:
    assert "no such file" in problems(tmp_path / "none.csv")[0]
    assert "no such file" in problems(tmp_path / "none.parquet")[0]
    assert "no Parquet file" in problems(write("x", "visits.parquet"))[0]


def test_unordered_rows_are_a_problem_that_can_be_settled(write: Write) -> None:
    path = write(text([ROWS[0], ROWS[2], ROWS[1], *ROWS[3:]]))
    assert "line 4, column date: this visit comes before" in problems(path)[0]
    data = read_dataset(path, lenient=True)
    assert [problem.row for problem in data.problems] == ["line 4"]
    assert statuses(data) == ["event", "not_confirmable"]


def test_two_visits_on_one_day_are_never_settled(write: Write) -> None:
    path = write(text([*ROWS, ("A", "2020-07-01", "4")]))
    assert "same day as line 3" in problems(path, lenient=True)[0]


def test_a_missing_baseline_is_named_and_not_assessed_when_lenient(write: Write) -> None:
    path = write(text([("A", "2020-01-01", ""), *ROWS[1:]]))
    assert "line 2, column edss: missing baseline" in problems(path)[0]
    assert statuses(read_dataset(path, lenient=True)) == ["no_baseline", "not_confirmable"]
    numbered = [("A", "10", "2", "1"), ("A", "200", "3", "2")]
    path = write(text(numbered, "subject_id,day,edss,visit"))
    assert "line 2, column visit: missing baseline" in problems(path)[0]
    assert statuses(read_dataset(path, lenient=True)) == ["no_baseline"]


def test_relapses_outside_follow_up_of_nobody_or_twice_are_named(write: Write) -> None:
    visits = write(text(ROWS))
    rows = [("A", "2019-12-01"), ("A", "2021-01-02"), ("Z", "2020-02-01"), ("A", "x")]
    rows += [("B", "2020-02-01"), ("B", "2020-02-01")]
    relapses = write(text(rows, "subject_id,date"), "relapses.csv")
    found = problems(visits, relapses=relapses)
    for line, what in ((2, "before the"), (3, "after the"), (4, "has no visit"), (5, "no date")):
        assert any(f"line {line}, " in text and what in text for text in found)
    assert any("line 7, " in text and "stands twice" in text for text in found)


def test_lenient_reading_leaves_out_relapses_after_the_end_only(write: Write) -> None:
    rows = [("A", "2019-12-01"), ("A", "2021-01-02"), ("A", "2020-02-01")]
    relapses = write(text(rows, "subject_id,date"), "relapses.csv")
    data = read_dataset(write(text(ROWS)), relapses=relapses, lenient=True)
    assert data.history.relapses.day.tolist() == [-31, 31]


def test_dates_and_days_cannot_be_mixed(write: Write) -> None:
    relapses = write("subject_id,day\nA,5\n", "relapses.csv")
    assert "cannot be mixed" in problems(write(text(ROWS)), relapses=relapses)[0]


def test_an_end_of_observation_death_and_switch_are_read(write: Write) -> None:
    patients = write(
        "subject_id,end_date,end_reason,switch_date\nA,2021-06-01,death,2020-03-01\n", "p.csv"
    )
    data = read_dataset(write(text(ROWS)), patients=patients)
    assert statuses(data, "death_any") == ["event", "censored"]
    assert data.history.switch_day.tolist() == [60, np.inf]
    early = write("subject_id,end_date\nA,2020-03-01\n", "q.csv")
    assert "ends before the last visit" in problems(write(text(ROWS)), patients=early)[0]
    reason = write("subject_id,end_reason\nA,lost\n", "r.csv")
    assert "allowed: completed" in problems(write(text(ROWS)), patients=reason)[0]


def test_an_arm_that_changes_within_a_patient_is_named(write: Write) -> None:
    rows = [(*row, arm) for row, arm in zip(ROWS, "aabcc", strict=True)]
    found = problems(write(text(rows, "subject_id,date,edss,arm_id")))
    assert "line 4, column arm_id: b given, but patient A began in a" in found[0]


def test_columns_can_be_renamed_and_unknown_ones_are_listed(write: Write) -> None:
    path = write(text([(*row, "x") for row in ROWS], "PatID,date,edss,note"))
    data = read_dataset(path, renamed={"PatID": "subject_id"})
    assert data.unread == ("note",)
    assert "no column Pat to rename" in problems(path, renamed={"Pat": "subject_id"})[0]


def test_what_the_data_lack_is_said_and_never_counted_as_no_event(write: Write) -> None:
    data = read_dataset(write(text(ROWS)))
    reasons = {
        result.definition.definition_id: result.not_applicable
        for result in evaluate_all(data, definitions())
    }
    assert reasons["cdw24"] == ""
    assert reasons["t25fw24"] == "no column t25fw_seconds"
    assert reasons["pira24_lublin2022"] == "no table of relapses"
    assert reasons["neda3"].startswith("no column gd_lesions")
    assert reasons["death_any"] == "no table of patients with end_reason"
    assert reasons["infection_serious"] == "no table of adverse events is read"


def test_the_annualised_relapse_rate_is_relapses_over_years(write: Write) -> None:
    rows = [("A", "0", "2"), ("A", "730.5", "2"), ("B", "0", "2"), ("B", "365.25", "2")]
    relapses = write("subject_id,day\nA,10\nA,400\nB,20\n", "relapses.csv")
    data = read_dataset(write(text(rows, "subject_id,day,edss")), relapses=relapses)
    result = evaluate(data, definitions()["relapse_protocol"], definitions())
    assert result.lines[0].rate_per_year == pytest.approx(1.0)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "visits.csv"
    path.write_bytes(b"subject_id,day,edss\n" + content)
    with contextlib.suppress(InputError):
        assert read_dataset(path).history.n > 0
