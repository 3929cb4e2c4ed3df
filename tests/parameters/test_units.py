"""Units: what a figure is worth in the days used inside the model."""

from __future__ import annotations

import pytest

from remyelin.units import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    INTERNAL_FACTOR,
    months_to_days,
    to_internal,
)


@pytest.mark.parametrize(
    ("value", "unit", "days"),
    [
        (3.0, "d", 3.0),
        (2.0, "y", 730.5),
        (36.525, "1/y", 0.1),
        (0.1, "1/d", 0.1),
        (73.05, "lesions/y", 0.2),
        (36.525, "S/y", 0.1),
        (36.525, "K/y/S", 0.1),
        (36.525, "%/y", 0.1),
        (36.525, "%/y/age_y", 0.1),
        (36.525, "%/y/S", 0.1),
        (40.0, "age_y", 40.0),
        (0.05, "1/age_y", 0.05),
    ],
)
def test_a_figure_becomes_days_and_ages_stay_years(value: float, unit: str, days: float) -> None:
    assert to_internal(value, unit) == pytest.approx(days, rel=1e-12)


def test_a_variance_per_year_becomes_a_variance_per_day() -> None:
    assert to_internal(1.0, "1/sqrt(y)") ** 2 == pytest.approx(to_internal(1.0, "1/y"), rel=1e-12)


def test_only_rates_per_year_and_years_are_rescaled() -> None:
    rescaled = {unit for unit, factor in INTERNAL_FACTOR.items() if factor != 1.0}
    assert rescaled == {unit for unit in INTERNAL_FACTOR if "y" in unit.split("age_")[0]} - {
        "age_y",
        "1/age_y",
        "1/age_y2",
        "Gy",
    }


def test_twelve_months_are_a_year() -> None:
    assert months_to_days(12.0) == pytest.approx(DAYS_PER_YEAR, rel=1e-15)
    assert pytest.approx(30.4375, rel=1e-15) == DAYS_PER_MONTH


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(KeyError, match="fortnight"):
        to_internal(1.0, "fortnight")
