"""Scales and the rule of the factor of 2."""

from __future__ import annotations

import math

import pytest

from remyelin.comparison.scales import Scale, distance, scale_of
from remyelin.study.vocabulary import Measure


@pytest.mark.parametrize(
    ("scale", "value"), [(Scale.RATIO, 3.0), (Scale.PROPORTION, 0.2), (Scale.CHANGE, -1.5)]
)
def test_a_scale_takes_a_value_there_and_back(scale: Scale, value: float) -> None:
    assert scale.back(float(scale.forward(value))) == pytest.approx(value)


def test_rates_differ_by_their_ratio_either_way() -> None:
    assert distance(Scale.RATIO, 1.0, 2.0, None) == pytest.approx(2.0)
    assert distance(Scale.RATIO, 2.0, 1.0, None) == pytest.approx(2.0)
    assert distance(Scale.RATIO, 0.0, 1.0, None) == math.inf
    assert distance(Scale.RATIO, 0.0, 0.0, None) == 1.0


def test_proportions_differ_by_their_odds() -> None:
    assert distance(Scale.PROPORTION, 0.5, 0.75, None) == pytest.approx(3.0)
    assert distance(Scale.PROPORTION, 0.9, 0.1, None) == pytest.approx(81.0)


def test_nobody_of_few_is_not_infinitely_far() -> None:
    # (0.5 / 51) against (1.5 / 51): odds 0.5 / 50.5 and 1.5 / 49.5
    wanted = (1.5 / 49.5) / (0.5 / 50.5)
    assert distance(Scale.PROPORTION, 0.02, 0.0, None, n=50) == pytest.approx(wanted)
    assert distance(Scale.PROPORTION, 0.02, 0.0, None) == math.inf


def test_changes_differ_in_standard_errors() -> None:
    assert distance(Scale.CHANGE, 0.5, -0.5, 0.25) == pytest.approx(4.0)
    assert distance(Scale.CHANGE, 0.5, -0.5, None) is None
    assert distance(Scale.CHANGE, math.nan, -0.5, 0.25) is None


def test_a_negative_level_has_no_place_among_ratios() -> None:
    assert distance(Scale.RATIO, -1.0, 2.0, None) is None


def test_the_scale_follows_from_the_measure_and_from_names_that_say_change() -> None:
    assert scale_of(Measure.HAZARD_RATIO, "progression_cumulative") is Scale.RATIO
    assert scale_of(Measure.PROPORTION, "relapse_free") is Scale.PROPORTION
    assert scale_of(Measure.MEAN_DIFFERENCE, "edss") is Scale.CHANGE
    assert scale_of(Measure.MEAN, "brain_volume_change_pct") is Scale.CHANGE
    assert scale_of(Measure.MEAN, "new_t2_lesions") is Scale.RATIO
