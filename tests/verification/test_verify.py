"""The model as it is passes its checks, and says what was checked."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from remyelin.errors import UnknownNameError
from remyelin.verification.bench import Bench
from remyelin.verification.catalogue import CHECKS, names
from remyelin.verification.check import MONTE_CARLO_Z, Finding, centred, falls, rises
from remyelin.verification.friberg import Friberg
from remyelin.verification.run import Verdict, verify
from tests.cli.helpers import call

SLOW = {"clones_depleted", "triggers_doubled", "regulation_lost", "regulation_whole"} | {
    "no_triggers",
    "memory_b_raised",
}
"""Sign tests that take seconds each; tests/model/test_mechanism.py has them too."""


@pytest.mark.parametrize("name", [name for name in names() if name not in SLOW])
def test_the_model_passes(name: str) -> None:
    (result,) = verify([name], bench=Bench(scale=0.5)).results
    bad = [f for f in result.findings if not f.passed]
    assert result.verdict is not Verdict.FAILED, (result.reason, bad)
    assert result.findings or result.reason


def test_names_are_unique_and_every_check_says_what_it_proves() -> None:
    assert len(set(names())) == len(CHECKS)
    assert all(check.proves.endswith(".") for check in CHECKS)


def test_the_quantile_of_the_bounds_is_the_one_of_the_false_alarm() -> None:
    from scipy.stats import norm

    from remyelin.verification.check import FALSE_ALARM

    assert pytest.approx(norm.isf(FALSE_ALARM)) == MONTE_CARLO_Z


@pytest.mark.parametrize(
    ("found", "passed"), [(1.0, True), (0.0, True), (2.1, False), (math.nan, False)]
)
def test_a_finding_passes_within_its_bounds_only(found: float, passed: bool) -> None:
    assert Finding("x", found, 0.0, 2.0, "test").passed is passed


def test_monte_carlo_bounds_hold_what_is_right_and_refuse_what_is_not() -> None:
    values = np.random.default_rng(1).normal(0.5, 1.0, 400)
    assert centred("x", values, 0.5).passed
    assert not centred("x", values, 0.9).passed
    assert rises("x", values).passed
    assert not falls("x", values).passed
    assert not rises("x", np.zeros(10)).passed


def test_an_unknown_check_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match="dose_zero"):
        verify(["dose_zer"])


def test_the_drug_effect_is_integrated_as_its_equations_say() -> None:
    friberg = Friberg.load()
    times = np.linspace(0.0, 0.5, 20_001)
    amount = np.zeros((len(times), 3))
    amount[0, 0] = friberg.values["dose_mg"]
    step = times[1]
    one = np.linalg.inv(np.eye(3) - step * friberg.exchange)
    for k in range(1, len(times)):
        amount[k] = one @ amount[k - 1]
    summed = friberg.effect_per_mg * amount[1:, 0].sum() * step
    assert friberg.dose_integral(times)[-1] == pytest.approx(summed, rel=0.01)


def test_the_command_prints_a_verdict_and_ends_with_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = call(capsys, "verify", "--only", "marrow_at_rest", "--only", "seeds")
    assert done.code == 0
    assert "2 checks: 2 passed" in done.out
    monkeypatch.setattr("remyelin.verification.bookkeeping._UNIT_ROUNDOFF", -1.0)
    failed = call(capsys, "verify", "--only", "marrow_at_rest", "--json")
    assert failed.code == 1
    assert json.loads(failed.out)["checks"][0]["verdict"] == "failed"


def test_checks_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(call(capsys, "verify", "--list", "--json").out)
    assert [row["name"] for row in listed] == list(names())
    assert call(capsys, "verify", "--only", "nosuch").code == 2
