"""Units: every stage is walked, misfits are found, and accepted ones are named with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from remyelin.engine.dimensions import Check, dimension, written
from remyelin.engine.fused.layout import PARTS
from remyelin.engine.tracer import trace_stage
from remyelin.engine.unit_check import check_units, declared_units, exceptions
from remyelin.model.stage import Stage
from remyelin.model.states import Clock
from remyelin.parameters import ParameterTable
from remyelin.units import INTERNAL_FACTOR

TABLE = ParameterTable.load()


def test_the_units_of_every_stage_fit_or_are_named_with_a_reason() -> None:
    report = check_units(TABLE)
    assert report.problems == ()
    assert report.unused == ()
    assert all(len(reason) > 10 for reason in exceptions().values())


def test_a_group_of_values_is_declared_as_a_whole_and_exists() -> None:
    report = check_units(TABLE)
    assert report.unknown == ()
    begun = {leaf.split(".")[0] for leaf in declared_units()}
    assert [leaf for leaf in report.undeclared if leaf.split(".")[0] in begun] == []


def test_most_values_have_a_unit() -> None:
    assert len(declared_units()) >= 100


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("1", "1"),
        ("lesions/y", "d^-1"),
        ("K/y/S", "S^-1·d^-1·latent"),
        ("1/sqrt(y)", "d^-1/2"),
        ("pg/mL/(unit/d)", "d·pg_per_mL"),
        ("pg/mL/(%/d)", "%^-1·d·pg_per_mL"),
        ("1/age_y2", "age_y^-2"),
        ("points/age_y", "age_y^-1·points"),
    ],
)
def test_a_unit_is_taken_apart(unit: str, expected: str) -> None:
    assert written(dimension(unit)) == expected


@pytest.mark.parametrize("unit", INTERNAL_FACTOR)
def test_every_unit_of_the_parameter_table_is_understood(unit: str) -> None:
    assert not any(sign in name for name, _ in dimension(unit) for sign in "/() ")


def found(step: Any) -> set[str]:
    traced = trace_stage(Stage("clock", step), PARTS, step="h")
    check = Check(traced, {**declared_units(), "h": "d"}, {})
    return {f"{f.op.value}: {' | '.join(f.units)}" for f in check.findings}


def test_wrong_units_are_found() -> None:
    def sums(m: Any, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=clock.age + h)}

    def grows(m: Any, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=clock.age * m.exp(h))}

    def swaps(m: Any, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=clock.recovery_left)}

    def chooses(m: Any, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=m.where(clock.age > h, clock.age, 0.0))}

    assert found(sums) == {"add: age_y | d"}
    assert found(grows) == {"exp: 1 | d"}
    assert found(swaps) == {"value: age_y | d"}
    assert found(chooses) == {"greater: age_y | d"}


def test_a_misfit_without_reason_says_where_it_is_and_what_to_do() -> None:
    def sums(m: Any, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=clock.age + h)}

    report = check_units(TABLE, [Stage("wrong clock", sums)])
    assert len(report.problems) == 1
    assert "stage 'wrong clock': add meets age_y and d" in report.problems[0]
    assert "unit_exceptions.csv" in report.problems[0]
