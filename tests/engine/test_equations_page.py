"""The page of equations is what the code does, and a day stays affordable."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_type_hints

import pytest

from remyelin.engine.fused.layout import PARTS
from remyelin.engine.tracer import trace_stage
from remyelin.model.day import STAGES
from remyelin.model.stage import Stage
from tools import equations


@cache
def page() -> str:
    return equations.page()


def keys_of(shape: Any) -> Iterator[str]:
    for name, hint in get_type_hints(shape).items():
        if hasattr(hint, "_fields"):
            yield from keys_of(hint)
        else:
            yield name


def test_the_page_in_the_repository_is_the_one_that_the_code_writes() -> None:
    assert equations.PAGE.read_text(encoding="utf-8") == page(), "run `make equations`"


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_stands_there_with_all_that_it_changes_and_reads(stage: Stage) -> None:
    section = page().split(f"## {stage.name}\n")[1].split("\n## ")[0]
    if "Equations and parameters are those of" in section:
        return
    for leaf in trace_stage(stage, PARTS).changes:
        assert f"{leaf} ←" in section
    for key in keys_of(stage.parameters):
        assert f"`{key}`" in section


def test_a_normal_value_is_written_as_one() -> None:
    assert "cos(" not in page()
    assert "normal(u₁, u₂)" in page()


def test_a_day_without_therapy_stays_within_its_limits() -> None:
    assert equations.daily_operations() <= equations.MOST_OPERATIONS
    assert len(equations.daily_states()) <= equations.MOST_STATES
