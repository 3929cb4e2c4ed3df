"""The same bits however the work is divided and whatever processor it runs on."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from remyelin.engine import leaves
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.fused.machine import Processor
from remyelin.engine.fused.rate import FusedAssessor
from remyelin.engine.fused.settings import FusedSettings
from remyelin.engine.population import Population
from remyelin.model.stage import Purpose, Stage
from remyelin.model.states import Clock, Tissue
from tests.engine.fused.cases import AVX2, SSE2, TABLE, advanced, digest, newcomers, patients

COUNT, DAYS = 101, 150
HOST = Processor.host()
PRECISIONS = ("float64", "float32")

pytestmark = pytest.mark.skipif(
    "+avx2" not in HOST.features, reason="code for other processors runs on x86 with AVX2 only"
)


def result(settings: FusedSettings, count: int = COUNT) -> str:
    people, seen = advanced(FusedEngine(TABLE, settings=settings), patients(count), DAYS)
    return digest(people, seen)


@cache
def usual(precision: str, count: int = COUNT) -> str:
    return result(FusedSettings(precision=precision), count)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("lanes", [1, 2, 4, 8, 16, 32])
def test_lanes_change_no_bit(lanes: int, precision: str) -> None:
    assert result(FusedSettings(precision=precision, lanes=lanes)) == usual(precision)


@pytest.mark.parametrize(("threads", "chunk"), [(2, 2048), (2, 16), (1, 32), (3, 1)])
def test_threads_and_chunks_change_no_bit(threads: int, chunk: int) -> None:
    assert result(FusedSettings(threads=threads, chunk=chunk)) == usual("float64")


@pytest.mark.parametrize("precision", PRECISIONS)
def test_code_for_avx2_gives_the_same_bits(precision: str) -> None:
    assert result(FusedSettings(precision=precision, processor=AVX2)) == usual(precision)


@pytest.mark.skipif("+avx512f" not in HOST.features, reason="the processor has no AVX-512")
@pytest.mark.parametrize("precision", PRECISIONS)
def test_code_for_avx512_gives_the_same_bits(precision: str) -> None:
    wide = Processor("skylake-avx512", "-prefer-256-bit")
    assert result(FusedSettings(precision=precision, processor=wide)) == usual(precision)


def test_code_for_the_oldest_processors_gives_the_same_bits() -> None:
    settings = FusedSettings(lanes=4, processor=SSE2)
    assert result(settings, 64) == usual("float64", 64)


def test_patients_do_not_depend_on_who_is_beside_them() -> None:
    people = newcomers(40)
    some = np.array([31, 7, 8, 22, 3])
    engine = FusedEngine(TABLE)
    together, _ = engine.advance(people, 0, DAYS)
    apart, _ = engine.advance(people.take(some), 0, DAYS)
    for whole, part in zip(leaves_of(together.take(some)), leaves_of(apart), strict=True):
        np.testing.assert_array_equal(part, whole)


def leaves_of(population: Population) -> list[Any]:
    found: list[Any] = []
    leaves.map_leaves(found.append, population.state)
    return found


def test_other_threads_go_on_while_the_kernel_runs() -> None:
    people, engine = newcomers(64), FusedEngine(TABLE)
    engine.advance(people, 0, 2)
    work = threading.Thread(target=engine.advance, args=(people, 0, 200_000))
    work.start()
    turns = 0
    while work.is_alive():
        time.sleep(0.002)
        turns += 1
    assert turns > 10


def test_ratings_have_the_same_bits_on_every_processor() -> None:
    people = patients(50)
    first = FusedAssessor(TABLE).rate(people)
    for settings in (FusedSettings(lanes=4), FusedSettings(processor=AVX2)):
        again = FusedAssessor(TABLE, settings=settings).rate(people)
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


class _Toy(NamedTuple):
    female_share: float
    lesion_rate: float


def _toy(
    m: Any, p: _Toy, h: float, *, clock: Clock, tissue: Tissue, u: Any
) -> Mapping[str, NamedTuple]:
    """Every operation that the engine knows, on numbers that are not tidy."""
    noise = m.sqrt(-2.0 * m.log(u[0])) * m.cos(6.283185307179586 * u[1])
    level = m.exp(-0.1 * tissue.milieu + 0.05 * noise) / (1.0 + u[2])
    return {
        "clock": clock._replace(age=clock.age + h / 365.25),
        "tissue": tissue._replace(
            milieu=m.minimum(m.maximum(level, tissue.milieu * 0.5), 3.0),
            nfl=m.where((u[3] < 0.3) & (clock.age > 20.0), -tissue.nfl, tissue.nfl + noise),
        ),
    }


def _sunday(m: Any, p: Any, h: float, *, tissue: Tissue, u: Any) -> Mapping[str, NamedTuple]:
    return {"tissue": tissue._replace(volume=tissue.volume - 0.1 * m.log(u[5]))}


TOYS = (
    Stage("toy", _toy, purpose=Purpose.DAILY, blocks=1),
    Stage("sunday", _sunday, purpose=Purpose.LESION_1, blocks=2, every=7),
)
"""Stages of this test alone, so that the stored hash tells of the engine, not of the model."""

STORED = {"float64": "814b745792815194", "float32": "5fb4d0dedbb1191b"}


@pytest.mark.parametrize("processor", [HOST, AVX2, SSE2], ids=["host", "avx2", "sse2"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_stored_cohort_has_the_bits_that_it_had(precision: str, processor: Processor) -> None:
    people = newcomers(64)
    tidy = leaves.map_leaves(lambda leaf: np.arange(64) % 7 + 0.5, people.state)
    people = replace(people, state=tidy)
    settings = FusedSettings(precision=precision, processor=processor)
    there, seen = FusedEngine(TABLE, TOYS, settings=settings).advance(people, 0, 300)
    assert digest(there, seen) == STORED[precision]
