from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.endpoints import History
from remyelin.errors import UnknownNameError, UsageError
from remyelin.statistics import Figures, curves, replicate_figures
from remyelin.study.definition import Definition, EventKind
from remyelin.study.vocabulary import Measure
from tests.endpoints.histories import (
    CATALOGUE,
    DEATH,
    EDSS,
    NEDA,
    RELAPSE,
    WORSENING,
    Patient,
    tables,
    visits,
)

STABLE = visits(2, 2, 2, 2, 2)
WORSE = visits(2, 2, 3, 3, 3)


def trial() -> History:
    """Two replicates: in the first one of two worsens in arm a, both in arm b; else nobody."""
    return History.of(
        tables(
            Patient(visits=STABLE, arm="a"),
            Patient(visits=WORSE, arm="a", relapses=[100, 200]),
            Patient(visits=WORSE, arm="b", relapses=[50]),
            Patient(visits=visits(2, 3, 3, 3, 3), arm="b", relapses=[60, 70, 80]),
            Patient(visits=STABLE, arm="a", replicate=1),
            Patient(visits=STABLE, arm="b", replicate=1),
        )
    )


def ask(
    outcome: str,
    measure: Measure,
    arm: str,
    months: float | None = None,
    definition: Definition = WORSENING,
) -> Figures:
    return replicate_figures(
        trial(),
        definition,
        CATALOGUE,
        outcome=outcome,
        measure=measure,
        arm=arm,
        time_months=months,
    )


@pytest.mark.parametrize(
    ("outcome", "months", "values"),
    [
        ("progression_cumulative", 24.0, [0.5, 0.0]),
        ("progression_free", 24.0, [0.5, 1.0]),
        ("progression_free", 12.0, [0.5, 1.0]),
        ("progression_free", 6.0, [1.0, 1.0]),
        ("progression_free", None, [0.5, 1.0]),
    ],
)
def test_proportions_with_and_without_the_event(
    outcome: str, months: float | None, values: list[float]
) -> None:
    assert ask(outcome, Measure.PROPORTION, "a", months).values.tolist() == values


def test_the_visit_of_a_month_belongs_to_it_when_it_falls_late() -> None:
    late = tables(Patient(visits=[(0, 2), (373, 3), (560, 3)]))
    options = {"outcome": "progression_free", "measure": Measure.PROPORTION, "arm": "a"}
    at_12 = replicate_figures(late, WORSENING, CATALOGUE, time_months=12, **options)
    at_11 = replicate_figures(late, WORSENING, CATALOGUE, time_months=11, **options)
    assert (at_12.values[0], at_11.values[0]) == (0.0, 1.0)


def test_a_time_that_follow_up_does_not_reach_is_not_estimable() -> None:
    assert np.isnan(ask("progression_free", Measure.PROPORTION, "a", 60.0).values).all()


def test_an_endpoint_that_could_be_found_in_nobody_is_not_estimable() -> None:
    found = ask("neda3", Measure.PROPORTION, "a", 24.0, NEDA)
    assert np.isnan(found.values).all()
    assert found.status == {"not_confirmable": 3}


def test_an_arm_that_a_replicate_lacks_is_not_estimable_there() -> None:
    data = tables(
        Patient(visits=STABLE, arm="a"),
        Patient(visits=STABLE, arm="b"),
        Patient(visits=STABLE, arm="b", replicate=1),
    )
    for measure in (Measure.PROPORTION, Measure.COUNT):
        found = replicate_figures(
            data, WORSENING, CATALOGUE, outcome="progression_free", measure=measure, arm="a"
        )
        assert np.isnan(found.values).tolist() == [False, True]


def test_counts_are_of_patients_with_the_event_or_free_of_it() -> None:
    assert ask("progression_cumulative", Measure.COUNT, "b").values.tolist() == [2, 0]
    assert ask("progression_cumulative", Measure.COUNT, "b", 6.0).values.tolist() == [1, 0]
    assert ask("progression_free", Measure.COUNT, "b").values.tolist() == [0, 1]


def test_status_counts_speak_of_the_chosen_arm_only() -> None:
    assert ask("progression_free", Measure.COUNT, "b").status == {"event": 2, "censored": 1}


def test_a_contrast_of_proportions_is_a_difference() -> None:
    assert ask("progression_free", Measure.PROPORTION, "a_vs_b", 24.0).values.tolist() == [0.5, 0]


def test_hazard_ratio_has_the_first_arm_above() -> None:
    one = ask("progression_free", Measure.HAZARD_RATIO, "a_vs_b").values
    two = ask("progression_free", Measure.HAZARD_RATIO, "b_vs_a").values
    assert one[0] < 1
    assert one[0] * two[0] == pytest.approx(1.0)
    assert np.isnan(one[1])
    by_month_6 = ask("progression_free", Measure.HAZARD_RATIO, "a_vs_b", 6.0).values
    assert by_month_6[0] == 0.0


def test_relapse_rates_count_time_under_observation() -> None:
    rate = ask("arr", Measure.RATE_PER_YEAR, "b", None, RELAPSE).values
    assert rate.tolist() == pytest.approx([4 / (2 * 730 / 365.25), 0.0])
    first_quarter = ask("arr", Measure.RATE_PER_YEAR, "a", 3.0, RELAPSE).values
    assert first_quarter.tolist() == pytest.approx([0.0, 0.0])
    ratio = ask("arr", Measure.RATE_RATIO, "a_vs_b", None, RELAPSE).values
    assert ratio[0] == pytest.approx(0.5)
    assert np.isnan(ratio[1])


def test_relapses_are_read_to_the_day_not_to_the_visit() -> None:
    near = tables(Patient(relapses=[370], end_day=730))
    found = replicate_figures(
        near,
        RELAPSE,
        CATALOGUE,
        outcome="relapse_free",
        measure=Measure.PROPORTION,
        arm="a",
        time_months=12,
    )
    assert found.values[0] == 1.0


def test_levels_and_their_changes() -> None:
    assert ask("edss", Measure.MEAN, "a", 24.0, EDSS).values.tolist() == [2.5, 2.0]
    assert ask("edss", Measure.MEAN_CHANGE, "b", 24.0, EDSS).values.tolist() == [1.0, 0.0]
    assert ask("edss", Measure.MEDIAN, "all", 24.0, EDSS).values.tolist() == [3.0, 2.0]
    difference = ask("edss", Measure.MEAN_DIFFERENCE, "a_vs_b", 24.0, EDSS)
    assert difference.values.tolist() == [-0.5, 0.0]
    assert difference.status == {"measured": 6, "missing": 0}


def test_brain_volume_change_is_a_change_whatever_the_measure() -> None:
    data = tables(Patient(visits=visits(2, 2, 2), brain={0: 100.0, 2: 99.0}))
    volume = replace(EDSS, column="brain_volume_pct")
    for measure in (Measure.MEAN, Measure.MEAN_CHANGE, Measure.MEDIAN):
        found = replicate_figures(
            data,
            volume,
            CATALOGUE,
            outcome="brain_volume_change_pct",
            measure=measure,
            arm="a",
            time_months=12,
        )
        assert found.values.tolist() == [-1.0]


def test_median_time_is_in_months_or_in_days_as_the_outcome_says() -> None:
    months = ask("progression_cumulative", Measure.MEDIAN, "b").values
    assert months[0] == pytest.approx(183 / (365.25 / 12))
    assert months[1] == np.inf
    engraftment = Definition(
        definition_id="anc",
        kind=EventKind.ADVERSE_EVENT,
        label="",
        column="neutrophil_engraftment",
    )
    data = tables(
        *(Patient(end_day=90, adverse=[(d, "neutrophil_engraftment", None)]) for d in (9, 11, 16))
    )
    for measure, value in ((Measure.MEDIAN, 11.0), (Measure.MEAN, 12.0)):
        found = replicate_figures(
            data, engraftment, {}, outcome="neutrophil_engraftment_days", measure=measure, arm="a"
        )
        assert found.values.tolist() == [value]


def test_transplant_related_mortality_is_the_proportion_of_deaths() -> None:
    data = tables(
        Patient(end_day=20, end_reason="death"), *(Patient(end_day=400) for _ in range(3))
    )
    found = replicate_figures(
        data,
        DEATH,
        {},
        outcome="transplant_related_mortality",
        measure=Measure.PROPORTION,
        arm="a",
        time_months=3,
    )
    assert found.values.tolist() == [0.25]


def test_arms_whose_names_hold_the_separator_are_found() -> None:
    data = tables(
        Patient(visits=STABLE, arm="x_vs_y"), Patient(visits=WORSE, arm="z", relapses=[3])
    )
    found = replicate_figures(
        data, EDSS, {}, outcome="edss", measure=Measure.MEAN, arm="x_vs_y_vs_z", time_months=24
    )
    assert found.values.tolist() == [-1.0]


def test_an_unknown_arm_and_measures_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="arm or contrast 'c'"):
        ask("progression_free", Measure.PROPORTION, "c")
    with pytest.raises(UsageError, match="compares two arms"):
        ask("progression_free", Measure.HAZARD_RATIO, "a")
    with pytest.raises(UsageError, match="of one arm"):
        ask("progression_free", Measure.COUNT, "a_vs_b")
    with pytest.raises(UsageError, match="cannot be formed"):
        ask("progression_free", Measure.RATE_PER_YEAR, "a")


def test_curves_read_as_the_proportions_do() -> None:
    found = {curve.arm_id: curve for curve in curves(trial(), WORSENING, CATALOGUE)}
    curve = found["a"]
    assert curve.months[0] == 0
    assert curve.months[-1] == 24
    assert curve.survival[0] == 1.0
    assert curve.survival[12] == pytest.approx(0.75)
    assert curve.survival[11] == 1.0
    assert (curve.low[12], curve.high[12]) == pytest.approx((0.525, 0.975))
    assert curve.risk_months == (0.0, 12.0, 24.0)
    assert curve.at_risk == (1.5, 1.5, 1.0)


def test_a_curve_stops_where_fewer_than_five_are_at_risk() -> None:
    stays = [Patient(visits=STABLE, arm=arm) for arm in "ab" for _ in range(4)]
    goes = [Patient(visits=STABLE, arm="a", end_day=400) for _ in range(3)]
    early, late = 250, 550
    relapsing = [Patient(visits=STABLE, arm="a", relapses=[day]) for day in (early, late)]
    history = History.of(tables(*stays, *goes, *relapsing))
    found = {curve.arm_id: curve for curve in curves(history, RELAPSE, CATALOGUE)}
    assert found["a"].months[-1] == 18
    lengths = {len(part) for part in (found["a"].survival, found["a"].low, found["a"].high)}
    assert lengths == {19}
    assert found["a"].risk_months[-1] == 24
    assert found["b"].months[-1] == 24


def test_curves_have_no_missing_values() -> None:
    for curve in curves(trial(), RELAPSE, CATALOGUE):
        assert np.isfinite([curve.survival, curve.low, curve.high]).all()
        assert np.all(np.diff(curve.survival) <= 0)
