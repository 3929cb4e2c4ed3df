"""Every way to rate the EDSS gives what the text of the rule says, for any combination of grades.

`validation/oracle/compare_ratings.py` runs all combinations; here is a random part of them.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from remyelin.model import edss
from remyelin.model.edss import SIMULATED_RULE, EdssRule
from validation.oracle import compare_ratings, ratings
from validation.oracle.compare_ratings import COMBINATIONS, combinations, differences, ways

PART = combinations(np.random.default_rng(11).integers(0, COMBINATIONS, 20_000))


def test_the_ways_to_rate_give_what_the_text_says() -> None:
    assert differences(PART) == dict.fromkeys(ways(), 0)


def test_the_text_is_another_one_for_another_rule() -> None:
    other = next(rule for rule in EdssRule if rule is not SIMULATED_RULE)
    assert all(count > 0.05 * PART.shape[1] for count in differences(PART, other).values())


@pytest.mark.parametrize("walking", [1, 2, 4])
def test_a_floor_that_is_half_a_step_off_is_found(
    monkeypatch: pytest.MonkeyPatch, walking: int
) -> None:
    floors = list(edss.AMBULATION_EDSS[SIMULATED_RULE])
    floors[walking] += 0.5
    changed = {**edss.AMBULATION_EDSS, SIMULATED_RULE: tuple(floors)}
    monkeypatch.setattr(edss, "AMBULATION_EDSS", changed)
    monkeypatch.setattr("remyelin.endpoints.ratings.AMBULATION_EDSS", changed)
    found = differences(PART)
    assert found["numpy"] > 0
    assert found["remyelin edss"] > 0


def test_the_stored_run_of_all_combinations_found_no_difference() -> None:
    stored = json.loads(compare_ratings.RESULT.read_text(encoding="utf-8"))
    assert stored == {
        "command": compare_ratings.COMMAND,
        "rule": SIMULATED_RULE,
        "combinations": COMBINATIONS,
        "differences": dict.fromkeys(ways(), 0),
    }


def test_the_oracle_knows_every_rule_of_the_package() -> None:
    assert set(ratings.RULES) == set(EdssRule)
