"""Treatments are read and checked, and every event belongs to the one a patient was on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.endpoints import Dataset, read_dataset
from remyelin.endpoints.epochs import UNTREATED, Epochs, epochs_of
from remyelin.endpoints.recurrent import every_event
from remyelin.endpoints.treatments import Treatments, read_treatments
from remyelin.errors import InputError
from remyelin.study.definitions import definitions

LIBRARY = definitions()


def data(onsets: dict[str, list[int]], end: int = 1000) -> Dataset:
    visits = pd.DataFrame(
        [(who, day, 2.0) for who in onsets for day in (0, end)],
        columns=["subject_id", "day", "edss"],
    )
    relapses = pd.DataFrame(
        [(who, day) for who, days in onsets.items() for day in days],
        columns=["subject_id", "day"],
    )
    return read_dataset(visits, relapses=relapses)


def courses(*rows: tuple[str, str, float, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subject_id", "treatment", "start_day", "stop_day"])


def epochs(
    given_data: Dataset, table: pd.DataFrame, *, lenient: bool = False, carry: float = 0.0
) -> Epochs:
    found = every_event(given_data.history, LIBRARY["relapse_protocol"], LIBRARY)
    treatments = read_treatments(table, given_data, lenient=lenient)
    return epochs_of(found, treatments, carry_days=carry)


def test_time_and_events_go_to_the_treatment_of_the_day() -> None:
    one = data({"p": [50, 150, 350, 381, 900], "q": [10]})
    found = epochs(one, courses(("p", "a", 100, 350), ("p", "b", 350, None)))
    rows = found.frame[["patient", "treatment", "start_day", "stop_day", "events"]]
    assert list(rows.itertuples(index=False, name=None)) == [
        (0, UNTREATED, 0, 100, 1),
        (0, "a", 100, 350, 2),
        (0, "b", 350, 1000, 2),
        (1, UNTREATED, 0, 1000, 1),
    ]
    lines = {line.group: line for line in found.lines()}
    assert lines["a"].events == 2
    assert lines["a"].years == pytest.approx(250 / 365.25)
    assert lines[UNTREATED].patients == 2
    assert np.isnan(lines["b"].low)


def test_a_treatment_may_still_count_after_its_stop_but_never_beyond_the_next() -> None:
    one = data({"p": [230, 320, 420]})
    table = courses(("p", "a", 0, 200), ("p", "b", 300, 400))
    names = {0.0: [UNTREATED, "b", UNTREATED], 60.0: ["a", "b", "b"], 500.0: ["a", "b", "b"]}
    for carry, due in names.items():
        found = epochs(one, table, carry=carry)
        assert found.treatment[found.event_epoch].tolist() == due
        assert found.days.sum() == 1000


def test_a_treatment_before_baseline_counts_from_baseline_on() -> None:
    found = epochs(data({"p": [5]}), courses(("p", "a", -300, 20), ("p", "b", 2000, 2100)))
    assert found.treatment.tolist() == ["a", UNTREATED]
    assert found.days.tolist() == [20, 980]


@given(
    st.lists(
        st.tuples(st.integers(-200, 1200), st.integers(1, 600), st.sampled_from("abc")), max_size=6
    ),
    st.lists(st.integers(0, 33), unique=True, max_size=8),
    st.integers(0, 200),
)
def test_nothing_is_lost_and_nothing_counts_twice(
    spans: list[tuple[int, int, str]], onsets: list[int], carry: int
) -> None:
    one = data({"p": [30 * day for day in onsets]})
    table = courses(*(("p", name, start, start + long) for start, long, name in spans))
    found = epochs(
        one, table.astype({"start_day": float, "stop_day": float}), lenient=True, carry=carry
    )
    assert found.days.sum() == 1000
    assert found.count.sum() == len(onsets)
    assert (found.start[1:] == found.stop[:-1]).all()
    inside = zip(found.event_epoch, sorted(30 * day for day in onsets), strict=True)
    assert all(found.start[place] <= day <= found.stop[place] for place, day in inside)


def test_a_patients_epochs_do_not_hang_on_the_others() -> None:
    both = data({"p": [50, 500], "q": [70, 80 + 30]})
    table = courses(("q", "b", 60, 90), ("p", "a", 10, 90))
    alone = epochs(data({"q": [70, 110]}), table[table["subject_id"] == "q"]).frame
    together = epochs(both, table).frame
    mine = together[together["patient"] == 1].assign(patient=0).reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([("p", "a", 0, 300), ("p", "b", 200, 400)], "b begins while a of row 1 goes on"),
        ([("p", "a", 300, 200)], "stop lies before start"),
        ([("nobody", "a", 0, 200)], "has no visit"),
        ([("p", "a", None, 200)], "a value is missing"),
    ],
)
def test_what_is_wrong_is_named_and_settled_on_request(
    rows: list[tuple[str, str, float, float | None]], what: str
) -> None:
    one, table = data({"p": []}), courses(*rows)
    with pytest.raises(InputError, match=what):
        read_treatments(table, one)
    settled = read_treatments(table, one, lenient=True)
    assert any(what in problem.what for problem in settled.problems)
    assert all(problem.settled and problem.row for problem in settled.problems)
    for before, after in zip(settled.stop[:-1], settled.start[1:], strict=True):
        assert before <= after


def test_a_missing_column_and_mixed_dates_are_named() -> None:
    one = data({"p": []})
    with pytest.raises(InputError, match="column treatment: this column is missing"):
        read_treatments(courses(("p", "a", 0, 1)).drop(columns="treatment"), one, lenient=True)
    dated = pd.DataFrame(
        [("p", "a", "2020-01-01")], columns=["subject_id", "treatment", "start_date"]
    )
    with pytest.raises(InputError, match="dates and days cannot be mixed"):
        read_treatments(dated, one, lenient=True)


def test_dates_count_from_each_patients_baseline(tmp_path: Path) -> None:
    visits = pd.DataFrame(
        [("p", "2020-01-01", 2.0), ("p", "2022-01-01", 2.0)], columns=["subject_id", "date", "edss"]
    )
    path = tmp_path / "treatments.csv"
    path.write_text(
        "subject_id;treatment;start_date;stop_date\np;a;2020-02-01;\n", encoding="utf-8"
    )
    read: Treatments = read_treatments(path, read_dataset(visits))
    assert (read.start[0], read.stop[0], read.name[0]) == (31, np.inf, "a")
    assert any("no stop" in note.what for note in read.notes)
