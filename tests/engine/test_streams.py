"""Random streams: what a patient draws depends on seed, replicate, patient, day and purpose."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from remyelin.engine.philox import philox4x32, stream_key, to_uniform
from remyelin.engine.streams import Streams
from remyelin.model.stage import Purpose

COUNT = 50


def streams(count: int = COUNT, *, seed: int = 1, replicate: int = 0, first: int = 0) -> Streams:
    people = np.arange(first, first + count, dtype=np.int64)
    return Streams.of(seed, np.full(count, replicate, dtype=np.int64), people)


def draw(
    found: Streams, day: int = 3, purpose: int = Purpose.DAILY, blocks: int = 2
) -> NDArray[np.float64]:
    return np.array(found.uniforms(day, purpose, blocks))


def test_words_are_those_of_the_documented_counter() -> None:
    patient, day, block = 2**32 + 7, 1234, 1
    found = Streams.of(5, np.array([2]), np.array([patient]))
    key = tuple(np.array([word], dtype=np.uint64) for word in stream_key(5, 2))
    counter = (7, 1, day, Purpose.RATING << 16 | block)
    words = philox4x32(
        tuple(np.array([word], dtype=np.uint64) for word in counter),  # type: ignore[arg-type]
        key,  # type: ignore[arg-type]
    )
    expected = [to_uniform(word)[0] for word in words]
    assert [u[0] for u in found.uniforms(day, Purpose.RATING, 2)[4:]] == expected


@pytest.mark.parametrize(
    "other",
    [
        draw(streams(seed=2)),
        draw(streams(replicate=1)),
        draw(streams(first=COUNT)),
        draw(streams(), day=4),
        draw(streams(), purpose=Purpose.RATING),
    ],
    ids=["seed", "replicate", "patient", "day", "purpose"],
)
def test_another_address_gives_other_numbers(other: NDArray[np.float64]) -> None:
    assert not np.isin(other, draw(streams())).any()


def test_no_word_is_drawn_twice_by_different_patients_days_or_purposes() -> None:
    pool = np.concatenate(
        [
            draw(streams(200), day=day, purpose=purpose).ravel()
            for day in range(5)
            for purpose in Purpose
        ]
    )
    # Words have 24 bits, so that some agree by chance, as in the problem of shared birthdays.
    repeated = len(pool) - len(np.unique(pool))
    expected = len(pool) ** 2 / 2**25
    assert repeated == pytest.approx(expected, abs=5 * np.sqrt(expected) + 1)


def test_more_blocks_leave_the_first_ones_alone() -> None:
    assert np.array_equal(draw(streams(), blocks=1), draw(streams(), blocks=3)[:4])


def test_patients_draw_alone_what_they_draw_in_a_group() -> None:
    order = np.array([30, 2, 17])
    assert np.array_equal(draw(streams().take(order)), draw(streams())[:, order])


def test_each_patient_may_stand_on_a_day_of_its_own() -> None:
    days = np.arange(COUNT, dtype=np.int64)
    found = np.array(streams().uniforms(days, Purpose.RATING, 2))
    alone = [draw(streams(), day=k, purpose=Purpose.RATING)[:, k] for k in range(COUNT)]
    assert np.array_equal(found, np.array(alone).T)


@pytest.mark.parametrize("blocks", [1, 3])
def test_several_days_at_once_give_what_each_gives_alone(blocks: int) -> None:
    base = np.arange(COUNT, dtype=np.int64)
    found = streams().uniforms(base + np.arange(6)[:, None], Purpose.DAILY, blocks)
    for k in range(6):
        alone = streams().uniforms(base + k, Purpose.DAILY, blocks)
        assert np.array_equal(np.array([word[k] for word in found]), np.array(alone))


def test_patients_of_several_replicates_keep_their_keys() -> None:
    mixed = Streams.of(1, np.array([4, 0, 4]), np.array([9, 9, 2]))
    alone = [draw(streams(1, replicate=r, first=p)) for r, p in ((4, 9), (0, 9), (4, 2))]
    assert np.array_equal(draw(mixed), np.concatenate(alone, axis=1))


def test_uniforms_are_uniform_over_patients() -> None:
    found = draw(streams(20_000), blocks=1)
    for word in found:
        assert stats.kstest(word, "uniform").pvalue > 1e-4
    correlation = np.corrcoef(found)[np.triu_indices(4, 1)]
    assert np.abs(correlation).max() < 4 / np.sqrt(20_000)
