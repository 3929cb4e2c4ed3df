"""Classes of outcomes: on these roles are balanced, and effects of studies are shared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from remyelin.files import parse_csv
from remyelin.study.schema import CONTRAST_SEPARATOR, Study, split_contrast

FILE = "classes.csv"


def text() -> str:
    """Give the table of classes as it is written."""
    return (resources.files("remyelin.comparison") / FILE).read_text(encoding="utf-8")


@cache
def outcome_classes() -> Mapping[str, str]:
    """Give the outcome class of every outcome of a study and quantity of a target."""
    rows = parse_csv(text(), where=FILE)
    return {row["quantity"]: row["outcome_class"] for row in rows}


def treatment_of(study: Study, arm: str) -> str:
    """Give the class of treatment of an arm, or of the first arm of a contrast."""
    first = split_contrast(arm)[0] if CONTRAST_SEPARATOR in arm else arm
    return next(
        (one.treatment_class.value for one in study.arms if first in ("all", one.arm_id)), ""
    )
