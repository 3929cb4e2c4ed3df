"""The launcher for graphics processors, against a stand-in for the driver."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pytest

from remyelin.engine.fused import cuda
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.fused.settings import FusedSettings
from remyelin.errors import SimulationError, UsageError
from tests.cli.helpers import call
from tests.engine.fused.cases import TABLE, advanced, digest, patients
from tests.engine.fused.driver import StandIn

GPU = FusedSettings(device="cuda")
COUNT, DAYS = 133, 100


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cuda.driver.cache_clear()
    yield
    cuda.driver.cache_clear()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    given = StandIn()
    monkeypatch.setattr(cuda, "library", lambda: given)
    return given


def test_patients_events_and_dated_inputs_go_there_and_back(stand_in: StandIn) -> None:
    here = digest(*advanced(FusedEngine(TABLE), patients(COUNT), DAYS))
    there = digest(*advanced(FusedEngine(TABLE, settings=GPU), patients(COUNT), DAYS))
    assert there == here
    assert set(stand_in.launches) == {(-(-COUNT // cuda.GROUP), cuda.GROUP)}
    assert ".visible .entry advance(" in stand_in.source
    assert stand_in.calls.count("cuLaunchKernel") == stand_in.calls.count("cuCtxSynchronize") > 3


def test_the_memory_is_given_back_also_after_an_error(stand_in: StandIn) -> None:
    engine = FusedEngine(TABLE, settings=GPU)
    advanced(engine, patients(8), 5)
    stand_in.failing = "cuCtxSynchronize"
    with pytest.raises(SimulationError, match=r"cuCtxSynchronize gives error 700 \(an illegal"):
        advanced(engine, patients(8), 5)
    assert stand_in.memory == {}


def test_too_little_room_for_events_is_mended(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = digest(*advanced(FusedEngine(TABLE), patients(COUNT), DAYS))
    monkeypatch.setattr("remyelin.engine.fused.chunk._FEW_EVENTS", 1)
    monkeypatch.setattr("remyelin.engine.fused.chunk._DAYS_PER_EVENT", 100_000)
    assert digest(*advanced(FusedEngine(TABLE, settings=GPU), patients(COUNT), DAYS)) == here


def missing(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")


def test_without_the_driver_the_command_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", missing)
    done = call(capsys, "run", "mist", "--device", "cuda")
    assert done.code == 1
    assert "needs NVIDIA's driver" in done.err
    assert "does not load" in done.err
    assert "without --device cuda" in done.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"devices": 0}, "finds no graphics processor"),
        ({"version": (7, 5)}, r"compute capability 7\.5; the kernel needs 8\.0"),
    ],
)
def test_a_processor_that_cannot_be_used_is_named(
    given: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuda, "library", lambda: StandIn(**given))
    with pytest.raises(SimulationError, match=words):
        FusedEngine(TABLE, settings=GPU)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--device", "tpu"), "--device is tpu; allowed: cpu, cuda"),
        (("--device", "cuda", "--backend", "numpy"), "needs the compiled engine"),
    ],
)
def test_a_wrong_device_is_wrong_use(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    done = call(capsys, "run", "mist", *options)
    assert done.code == 2
    assert words in done.err
    with pytest.raises(UsageError, match="allowed: cpu, cuda"):
        FusedSettings(device="tpu")
