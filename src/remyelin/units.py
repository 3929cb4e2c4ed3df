"""Units of parameters, and their conversion to the days used inside the model."""

from __future__ import annotations

import math
from typing import Final

DAYS_PER_YEAR: Final = 365.25
"""Length of a year in days (Julian year)."""

DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12
"""Length of a month in days."""

_PER_YEAR: Final = 1.0 / DAYS_PER_YEAR

INTERNAL_FACTOR: Final[dict[str, float]] = {
    "1": 1.0,
    "d": 1.0,
    "y": DAYS_PER_YEAR,
    "1/d": 1.0,
    "1/y": _PER_YEAR,
    "1/sqrt(y)": _PER_YEAR**0.5,
    "age_y": 1.0,
    "1/age_y": 1.0,
    "1/age_y2": 1.0,
    "lesions/y": _PER_YEAR,
    "lesion units": 1.0,
    "S": 1.0,
    "S/y": _PER_YEAR,
    "S/lesion": 1.0,
    "latent": 1.0,
    "1/latent": 1.0,
    "K": 1.0,
    "K/y/S": _PER_YEAR,
    "K/unit": 1.0,
    "%": 1.0,
    "%/y": _PER_YEAR,
    "%/y/age_y": _PER_YEAR,
    "%/y/S": _PER_YEAR,
    "%/unit": 1.0,
    "%/lesion": 1.0,
    "pg/mL": 1.0,
    "pg/mL/S": 1.0,
    "pg/mL/(unit/d)": 1.0,
    "pg/mL/(%/d)": 1.0,
    "log10": 1.0,
    "cells/uL": 1.0,
    "cells/uL/d": 1.0,
    "1e9/L": 1.0,
    "1e6/kg": 1.0,
    "1e6 cells": 1.0,
    "1/(1e6/kg)/d": 1.0,
    "mm/d": 1.0,
    "mL/unit": 1.0,
    "1/min": 1.0,
    "L": 1.0,
    "kg": 1.0,
    "EDSS": 1.0,
    "1/EDSS": 1.0,
    "courses": 1.0,
    "mg": 1.0,
    "mg/kg": 1.0,
    "mg/m2": 1.0,
    "g/m2": 1.0,
    "Gy": 1.0,
    "m2": 1.0,
    "s": 1.0,
    "points": 1.0,
    "points/age_y": 1.0,
}
"""Allowed units and the factor that brings a value to days.

``age_y`` is a patient's age in years and stays in years; ``S`` is smouldering burden, ``K``
irreversible damage on the latent disability scale, ``unit`` one mean-sized lesion.
"""


def to_internal(value: float, unit: str) -> float:
    """Convert a value to internal units (days).

    Parameters
    ----------
    value
        The figure in its published unit.
    unit
        A key of `INTERNAL_FACTOR`.

    Raises
    ------
    KeyError
        The unit is not known; the parameter table checks this when it is read.
    """
    return value * INTERNAL_FACTOR[unit]


def months_to_days(months: float) -> float:
    """Days in a number of months of equal length."""
    return months * DAYS_PER_MONTH


def months_to_whole_days(months: float) -> float:
    """Whole days in a number of months of equal length, to the nearest day (half a day up).

    3 months are 91 days, 6 are 183, 12 are 365 and 24 are 731.
    """
    return float(math.floor(months * DAYS_PER_MONTH + 0.5))
