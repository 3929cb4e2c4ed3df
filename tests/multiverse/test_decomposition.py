"""The variance of an estimate is shared among choices as it was put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.multiverse import decompose

CHOICES = {"one": ("a", "b", "c"), "two": ("x", "y"), "three": ("p", "q")}
CELLS = [dict(zip(CHOICES, levels, strict=True)) for levels in product(*CHOICES.values())]
Cell = Mapping[str, str]


def values(rule: Callable[[Cell], float]) -> list[float]:
    return [rule(cell) for cell in CELLS]


def test_where_one_choice_alone_matters_it_has_all_of_the_variance() -> None:
    made = decompose(
        "share", values(lambda cell: {"a": 0.1, "b": 0.2, "c": 0.6}[cell["one"]]), CELLS
    )
    first, *others = made.effects
    assert made.largest is first
    assert (first.choice, first.main, first.total) == ("one", pytest.approx(1), pytest.approx(1))
    assert first.levels == pytest.approx({"a": 0.1, "b": 0.2, "c": 0.6})
    assert first.range == pytest.approx(0.5)
    assert first.flip == pytest.approx((0.1 + 0.5 + 0.4) / 3)
    assert all(effect.main == effect.total == effect.flip == 0 for effect in others)
    assert made.interactions == 0


def test_two_choices_that_add_up_share_the_variance_by_their_squares() -> None:
    made = decompose(
        "share", values(lambda cell: 3.0 * (cell["two"] == "y") + (cell["three"] == "q")), CELLS
    )
    main = {effect.choice: effect.main for effect in made.effects}
    assert main == pytest.approx({"two": 0.9, "three": 0.1, "one": 0.0})
    assert made.interactions == pytest.approx(0, abs=1e-12)


def test_a_pure_interaction_belongs_to_no_choice_alone() -> None:
    made = decompose(
        "share", values(lambda cell: float((cell["two"] == "y") != (cell["three"] == "q"))), CELLS
    )
    total = {effect.choice: effect.total for effect in made.effects}
    assert all(effect.main == 0 for effect in made.effects)
    assert total == pytest.approx({"two": 1.0, "three": 1.0, "one": 0.0})
    assert made.interactions == pytest.approx(1)
    assert made.largest is not None


def test_the_same_answer_everywhere_is_moved_by_nothing() -> None:
    made = decompose("share", values(lambda _: 0.3), CELLS)
    assert made.variance == 0
    assert made.largest is None
    assert {effect.main for effect in made.effects} == {0.0}


def test_missing_cells_do_not_move_what_a_choice_alone_does() -> None:
    def rule(cell: Cell) -> float:
        gone = cell["two"] == "y" and cell["three"] == "q"
        return np.nan if gone else {"a": 1.0, "b": 2.0, "c": 4.0}[cell["one"]]

    made = decompose("share", values(rule), CELLS)
    assert (made.cells, made.missing) == (9, 3)
    main = {effect.choice: effect.main for effect in made.effects}
    assert main == pytest.approx({"one": 1.0, "two": 0.0, "three": 0.0})
    assert all(effect.separable for effect in made.effects)


def test_choices_that_missing_cells_tie_together_are_told() -> None:
    def rule(cell: Cell) -> float:
        same = (cell["two"] == "y") == (cell["three"] == "q")
        return float(cell["two"] == "y") if same else np.nan

    tied = {
        effect.choice
        for effect in decompose("share", values(rule), CELLS).effects
        if not effect.separable
    }
    assert tied == {"two", "three"}


def test_a_choice_with_one_level_left_is_named_and_has_no_share() -> None:
    made = decompose(
        "share",
        values(lambda cell: 1.0 * (cell["one"] == "a") if cell["two"] == "x" else np.nan),
        CELLS,
    )
    assert made.single == ("two",)
    assert [effect.choice for effect in made.effects] == ["one", "three"]


def test_no_estimate_at_all_gives_no_effects() -> None:
    made = decompose("share", values(lambda _: np.nan), CELLS)
    assert (made.cells, made.effects, made.largest) == (0, (), None)


@given(st.lists(st.floats(-5, 5), min_size=len(CELLS), max_size=len(CELLS)))
def test_in_a_complete_grid_the_shares_are_those_of_the_level_means(y: list[float]) -> None:
    made = decompose("share", y, CELLS)
    spread = float(np.var(y))
    if spread < 1e-6:
        return
    for effect in made.effects:
        means = [
            np.mean([v for v, cell in zip(y, CELLS, strict=True) if cell[effect.choice] == level])
            for level in effect.levels
        ]
        assert effect.main == pytest.approx(np.var(means) / spread, abs=1e-6)
        assert list(effect.levels.values()) == pytest.approx(means, abs=1e-6)
        assert effect.main <= effect.total + 1e-6
    alone = sum(effect.main for effect in made.effects)
    assert alone + made.interactions == pytest.approx(1, abs=1e-6)
