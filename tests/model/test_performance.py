"""Peg test and fatigue: true function by the state of the patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from remyelin.engine.numpy_backend import NUMPY
from remyelin.model.performance import FatigueParameters, PegParameters, fatigue, peg_time
from remyelin.parameters import bind
from tests.model.bench import TABLE
from tests.model.tracing import TRACER, Symbol, evaluate, leaves_of, symbols

PEGS, TIRED = bind(PegParameters, TABLE), bind(FatigueParameters, TABLE)


def pegs(brainstem: float, spinal: float, offset: float = 0.0) -> float:
    return float(peg_time(NUMPY, PEGS, brainstem=brainstem, spinal=spinal, offset=offset))


def tired(
    worst: float, inflammation: float = 0.0, smouldering: float = 0.0, z: float = 0.0
) -> float:
    return float(
        fatigue(
            NUMPY, TIRED, worst=worst, inflammation=inflammation, smouldering=smouldering, offset=z
        )
    )


def test_hands_are_normal_until_disability_sets_in_and_then_slow_by_a_rate() -> None:
    assert pegs(-3.0, -3.0) == PEGS.peg_time_normal
    assert pegs(PEGS.peg_time_onset, PEGS.peg_time_onset) == PEGS.peg_time_normal
    rise = np.log(pegs(2.0, 3.0) / pegs(1.0, 2.0))
    assert rise == pytest.approx(PEGS.peg_time_slope)


def test_both_compartments_slow_the_hands_alike() -> None:
    assert pegs(2.0, 0.0) == pytest.approx(pegs(0.0, 2.0))
    assert pegs(2.0, 0.0) > pegs(0.0, 0.0)


def test_patients_differ_in_their_hands_by_the_spread() -> None:
    assert pegs(0.0, 0.0, 1.0) / pegs(0.0, 0.0) == pytest.approx(np.exp(PEGS.peg_time_log_sd))


def test_fatigue_rises_with_disability_inflammation_and_smouldering_within_the_scale() -> None:
    base = tired(0.0)
    assert base == TIRED.fatigue_normal
    assert tired(1.0) - base == pytest.approx(TIRED.fatigue_disability_gain)
    assert tired(-2.0) == base
    assert tired(0.0, np.e - 1.0) - base == pytest.approx(TIRED.fatigue_inflammation_gain)
    assert tired(0.0, 0.0, 1.0) - base == pytest.approx(TIRED.fatigue_smouldering_gain)
    assert tired(0.0, z=1.0) - base == pytest.approx(TIRED.fatigue_sd)
    assert tired(40.0) == 7.0
    assert tired(0.0, z=-40.0) == 1.0


def test_both_tests_can_be_traced_and_compute_the_same_to_the_bit() -> None:
    cases: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
        (PegParameters, peg_time, ("brainstem", "spinal", "offset")),
        (FatigueParameters, fatigue, ("worst", "inflammation", "smouldering", "offset")),
    )
    for shape, test, inputs in cases:
        values = {name: np.array([0.3 * k, 2.0]) for k, name in enumerate(inputs)}
        traced = test(TRACER, symbols(shape, "p"), **{n: Symbol(n) for n in inputs})
        known = leaves_of("p", bind(shape, TABLE)) | values
        direct = test(NUMPY, bind(shape, TABLE), **values)
        assert np.array_equal(evaluate(traced, known), direct)
