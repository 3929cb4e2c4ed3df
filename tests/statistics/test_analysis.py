"""Figures by group from small data, worked out by hand: shares, ratios, and what cannot be had."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.endpoints import Censoring, Dataset, read_dataset
from remyelin.errors import UsageError
from remyelin.statistics.analysis import Analysis, Bound, Settings, analyse
from remyelin.study.definitions import definitions

LIBRARY = definitions()
YEAR = 365


def dataset(*patients: tuple[int, int | None]) -> Dataset:
    """Patients by day of the last visit and day of the first relapse, with EDSS 2 throughout."""
    visits, onsets = [], []
    for place, (last, relapse) in enumerate(patients):
        visits += [(f"P{place}", day, 2.0) for day in sorted({0, last})]
        onsets += [] if relapse is None else [(f"P{place}", relapse)]
    return read_dataset(
        pd.DataFrame(visits, columns=["subject_id", "day", "edss"]),
        relapses=pd.DataFrame(onsets, columns=["subject_id", "day"]),
    )


def relapses(
    data: Dataset, code: list[int], names: tuple[str, ...] = ("a", "b"), **given: object
) -> Analysis:
    return analyse(
        data.history,
        LIBRARY["relapse_protocol"],
        LIBRARY,
        names=names,
        code=np.array(code),
        settings=Settings(**given),  # type: ignore[arg-type]
    )


def test_a_curve_of_five_patients_by_hand() -> None:
    """Events on days 100 and 200, left on 150, 300 and 800: 4/5, then 4/5 x 2/3."""
    data = dataset((800, 100), (150, None), (800, 200), (300, None), (800, None))
    found = relapses(data, [0] * 5, ("all",), months=(6.0, 12.0, 24.0, 48.0))
    (curve,) = found.curves
    assert found.contrasts == ()
    assert found.log_rank is None
    assert curve.day.tolist() == [0, 100, 150, 200, 300, 800]
    assert curve.at_risk.tolist() == [5, 5, 4, 3, 2, 1]
    assert curve.died.tolist() == [0, 1, 0, 1, 0, 0]
    assert curve.censored.tolist() == [0, 0, 1, 0, 1, 1]
    assert curve.event_free == pytest.approx([1, 4 / 5, 4 / 5, 8 / 15, 8 / 15, 8 / 15])
    half, year, two, four = curve.shares
    assert (half.day, half.at_risk) == (183, 3)
    assert half.with_event.value == pytest.approx(1 / 5)
    assert year.with_event.value == pytest.approx(7 / 15)
    assert year.with_event.low < 7 / 15 < year.with_event.high
    assert two.at_risk == 1
    assert not four.with_event.has_value
    assert four.with_event.note == "follow-up ends on day 800"
    assert curve.median_days.note == "not reached"
    assert curve.at_risk_at([0, 100, 101, 800, 801]) == [5, 5, 4, 1, 0]


def test_an_event_after_a_month_counts_for_it_within_the_window() -> None:
    data = dataset((800, YEAR + 5), (800, None))
    exact, late = (
        relapses(data, [0, 0], ("all",), months=(12.0,), window_days=days).curves[0].shares[0]
        for days in (0.0, 15.0)
    )
    assert exact.with_event.bound is Bound.AT_MOST
    assert late.with_event.value == pytest.approx(0.5)
    assert (exact.day, late.day) == (365, 380)


def test_without_events_there_is_a_bound_and_no_number() -> None:
    """By hand: 0 of 3 followed for a year; 1 - 0.025 to the power of 1/3."""
    data = dataset((800, None), (800, None), (800, None), (800, 50), (800, 90))
    found = relapses(data, [1, 1, 1, 0, 0], months=(12.0,))
    quiet = found.curves[1].shares[0].with_event
    assert (quiet.bound, quiet.has_value) == (Bound.AT_MOST, False)
    assert quiet.high == pytest.approx(1 - 0.025 ** (1 / 3))
    assert found.curves[1].median_days.note == "no events"
    assert found.curves[0].shares[0].with_event.value == 1.0
    ratio = found.contrasts[0].hazard_ratio
    assert (ratio.bound, ratio.has_value, ratio.note) == (Bound.AT_MOST, False, "no events in b")
    assert 0 < ratio.high < 2
    other = relapses(data, [0, 0, 0, 1, 1], months=(12.0,)).contrasts[0].hazard_ratio
    assert (other.bound, other.note) == (Bound.AT_LEAST, "no events in a")
    assert other.low == pytest.approx(1 / ratio.high, rel=1e-6)


def test_nobody_relapsed() -> None:
    found = relapses(dataset((800, None), (700, None)), [0, 1])
    pair = found.contrasts[0]
    assert pair.hazard_ratio.note == "no events in b and a"
    assert pair.hazard_ratio.bound is Bound.NONE
    assert np.isnan(pair.p_log_rank)
    assert np.isnan(pair.p_wald)


def test_everybody_censored_at_day_0_is_nobody_analysed_and_never_free_of_the_event() -> None:
    found = relapses(dataset((0, None), (0, None), (0, None)), [0, 0, 1])
    for curve in found.curves:
        assert curve.analysed == 0
        assert np.isnan(curve.event_free).all()
        assert curve.patients == curve.no_baseline + curve.not_confirmable
        for share in curve.shares:
            assert share.with_event.bound is Bound.NONE
            assert share.with_event.note == "the event could be found in nobody"
    assert found.contrasts[0].hazard_ratio.note == "the event could be found in nobody of b"
    assert found.rates is not None
    assert all(group.rate.bound is Bound.NONE for group in found.rates.groups)


def test_patients_in_whom_nothing_could_be_found_do_not_count_as_free() -> None:
    """One visit after baseline confirms nothing: only two of four patients are analysed."""
    rows = [("A", 0, 2.0), ("A", 200, 3.0), ("A", 400, 3.0), ("B", 0, 2.0), ("B", 200, 2.0)]
    rows += [("B", 400, 2.0), ("C", 0, 2.0), ("C", 90, 2.0), ("D", 0, 2.0)]
    data = read_dataset(pd.DataFrame(rows, columns=["subject_id", "day", "edss"]))
    found = analyse(
        data.history,
        LIBRARY["cdw24"],
        LIBRARY,
        names=("all",),
        code=np.zeros(4, dtype=np.int64),
        settings=Settings(),
    )
    (curve,) = found.curves
    assert (curve.patients, curve.analysed, curve.not_confirmable, curve.events) == (4, 2, 2, 1)
    assert curve.shares[0].with_event.value == pytest.approx(0.5)


def test_patients_may_leave_the_risk_when_nothing_can_be_confirmed_any_more() -> None:
    rows = [(who, day, 2.0) for who in "ab" for day in (0, 180, 360, 540)]
    data = read_dataset(pd.DataFrame(rows, columns=["subject_id", "day", "edss"]))
    last, earlier = (
        analyse(
            data.history,
            LIBRARY["cdw24"],
            LIBRARY,
            names=("all",),
            code=np.zeros(2, dtype=np.int64),
            settings=Settings(censoring=rule),
        ).curves[0]
        for rule in Censoring
    )
    assert (last.last_day, earlier.last_day) == (540, 360)


def test_a_group_of_one_patient_is_compared() -> None:
    data = dataset((800, 100), (800, 50), (800, 150), (800, None))
    pair = relapses(data, [1, 0, 0, 0]).contrasts[0]
    assert pair.patients == (1, 3)
    assert pair.hazard_ratio.has_value
    assert pair.hazard_ratio.low < pair.hazard_ratio.value < pair.hazard_ratio.high


def test_patients_without_group_are_left_out_everywhere() -> None:
    data = dataset((800, 100), (800, 300), (800, None), (800, 20))
    found = relapses(data, [0, 1, 1, -1])
    assert sum(curve.patients for curve in found.curves) == 3
    assert found.analysed.tolist() == [True, True, True, False]
    assert found.rates is not None
    assert sum(group.patients for group in found.rates.groups) == 3


def test_a_level_has_no_time_to_event() -> None:
    data = dataset((800, None))
    with pytest.raises(UsageError, match="no time to event"):
        analyse(
            data.history,
            LIBRARY["edss_rated"],
            LIBRARY,
            names=("all",),
            code=np.zeros(1, dtype=np.int64),
            settings=Settings(),
        )


courses = st.lists(
    st.tuples(st.integers(30, 900), st.one_of(st.none(), st.integers(1, 29)), st.integers(-1, 2)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(courses)
def test_every_figure_is_a_number_within_its_interval_or_has_a_reason(
    rows: list[tuple[int, int | None, int]],
) -> None:
    data = dataset(*((last, relapse) for last, relapse, _ in rows))
    found = relapses(data, [group for _, _, group in rows], ("a", "b", "c"))
    given = [curve.median_days for curve in found.curves]
    given += [share.with_event for curve in found.curves for share in curve.shares]
    given += [pair.hazard_ratio for pair in found.contrasts]
    assert found.rates is not None
    given += [group.rate for group in found.rates.groups]
    given += [pair.ratio for pair in found.rates.ratios]
    for one in given:
        if one.bound is Bound.BOTH and one.has_value:
            assert not one.low > one.value
            assert not one.high < one.value
        else:
            assert one.note or np.isfinite([one.low, one.high]).any()
        assert not np.isinf([one.value, one.low, one.high]).any()
    for curve in found.curves:
        assert curve.at_risk[0] == curve.analysed
        assert curve.died.sum() + curve.censored.sum() == curve.analysed
        assert curve.patients == (
            curve.analysed + curve.no_baseline + curve.not_confirmable + curve.left_out_events
        )
