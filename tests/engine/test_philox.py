"""The generator: published test vectors, and uniforms and keys made from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from remyelin.engine.philox import philox4x32, stream_key, to_uniform

VECTORS = [
    # Random123, kat_vectors, philox4x32 with 10 rounds: counter, key, result.
    (
        (0x00000000,) * 4,
        (0x00000000,) * 2,
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]

Word = tuple[int, ...]


def array(*words: int) -> tuple[NDArray[np.uint64], ...]:
    return tuple(np.array([word], dtype=np.uint64) for word in words)


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS, ids=["zeros", "ones", "pi"])
def test_the_published_vectors_come_out(counter: Word, key: Word, expected: Word) -> None:
    found = philox4x32(array(*counter), array(*key))  # type: ignore[arg-type]
    assert tuple(int(word[0]) for word in found) == expected


def test_many_counters_at_once_give_what_each_gives_alone() -> None:
    counters = tuple(np.array([v[0][k] for v in VECTORS], dtype=np.uint64) for k in range(4))
    keys = tuple(np.array([v[1][k] for v in VECTORS], dtype=np.uint64) for k in range(2))
    found = np.array(philox4x32(counters, keys)).T  # type: ignore[arg-type]
    assert found.tolist() == [list(v[2]) for v in VECTORS]


@given(st.lists(st.integers(0, 2**32 - 1), min_size=6, max_size=6))
def test_every_word_has_32_bits(words: list[int]) -> None:
    found = philox4x32(array(*words[:4]), array(*words[4:]))  # type: ignore[arg-type]
    assert all(0 <= int(word[0]) < 2**32 for word in found)


@given(st.integers(0, 2**32 - 1))
def test_a_uniform_lies_strictly_between_0_and_1_and_has_24_bits(word: int) -> None:
    (value,) = to_uniform(np.array([word], dtype=np.uint64))
    assert 0.0 < value < 1.0
    assert float(value * 2**24 - 0.5).is_integer()
    assert value == (word >> 8) / 2**24 + 2.0**-25


@pytest.mark.parametrize(("word", "expected"), [(0, 2.0**-25), (2**32 - 1, 1.0 - 2.0**-25)])
def test_the_ends_are_never_reached(word: int, expected: float) -> None:
    assert to_uniform(np.array([word], dtype=np.uint64))[0] == expected


def test_keys_differ_by_seed_and_by_replicate() -> None:
    seeds = (0, 1, 2, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1)
    replicates = (0, 1, 2, 2**32 - 1)
    keys = {stream_key(seed, replicate) for seed in seeds for replicate in replicates}
    assert len(keys) == len(seeds) * len(replicates)


def test_seed_and_replicate_cannot_stand_in_for_each_other() -> None:
    assert stream_key(1, 2) != stream_key(2, 1)


def test_a_key_is_a_function_of_seed_and_replicate_alone() -> None:
    assert stream_key(7, 3) == stream_key(7, 3)
    assert all(0 <= word < 2**32 for word in stream_key(7, 3))
