"""Rules between parameters hold in the shipped table and are checked wherever values change."""

from __future__ import annotations

import pytest

from remyelin.errors import InputError, ParameterError
from remyelin.model.edss import THRESHOLDS
from remyelin.parameters import ParameterTable
from remyelin.parameters.consistency import RULES, Rule, inconsistencies
from tests.parameters.test_table import csv_text

TABLE = ParameterTable.load()
KEYS = {parameter.key for parameter in TABLE}


def test_every_rule_speaks_of_parameters_that_exist_and_holds() -> None:
    assert {key for rule in RULES for key in rule.keys} <= KEYS
    assert inconsistencies({parameter.key: parameter for parameter in TABLE}) == []


def test_every_threshold_of_every_rating_item_is_under_a_rule() -> None:
    ruled = {key for rule in RULES for key in rule.keys if key.startswith("item_threshold_")}
    items = {f"item_threshold_{i}_{k}" for i, n in THRESHOLDS.items() for k in range(1, n + 1)}
    assert ruled == items


def test_every_pair_of_a_lowest_and_a_highest_value_is_under_a_rule() -> None:
    ordered = {rule.keys[::2] if len(rule.keys) == 3 else rule.keys for rule in RULES}
    for low, high in (("_min", "_max"), ("_floor", "_ceiling")):
        for key in KEYS:
            other = key.removesuffix(low) + high
            if key.endswith(low) and other in KEYS:
                assert (key, other) in ordered, key


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.keys[0])
def test_a_broken_rule_is_one_clear_error(rule: Rule) -> None:
    first, second = rule.keys[:2]
    if rule.sum_at_most is not None:
        change = {first: 0.7, second: 0.6}
    else:
        low, high = TABLE[first], TABLE[second]
        middle = min(low.maximum, high.maximum, max(low.minimum, high.value))
        change = {first: middle, second: max(high.minimum, min(low.value, middle))}
    with pytest.raises(ParameterError) as caught:
        TABLE.with_values(change)
    assert first in str(caught.value)
    assert rule.why in str(caught.value)


def test_all_that_is_wrong_with_new_values_is_said_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        TABLE.with_values(
            {
                "gd_duration": -3.0,
                "female_share": 7.0,
                "site_share_cerebral": 0.9,
                "site_share_brainstem": 0.2,
                "residue_min": 0.5,
                "residue_max": 0.4,
            }
        )
    said = str(caught.value).splitlines()
    assert len(said) == 4
    for key in ("gd_duration", "female_share", "site_share_cerebral", "residue_min"):
        assert any(key in line for line in said), key


def test_a_table_that_contradicts_itself_is_not_read() -> None:
    cells = next(r for r in csv_text().splitlines() if r.startswith("residue_min,")).split(",")
    cells[2] = cells[5] = cells[6] = "0.45"
    low = ",".join(cells)
    other = next(r for r in csv_text().splitlines() if r.startswith("residue_max,")).split(",")
    other[2] = other[5] = other[6] = "0.4"
    lines = [
        low
        if r.startswith("residue_min,")
        else ",".join(other)
        if r.startswith("residue_max,")
        else r
        for r in csv_text().splitlines()
    ]
    with pytest.raises(InputError, match=r"residue_min 0\.45 must be less than residue_max 0\.4"):
        ParameterTable.parse("\n".join(lines))
