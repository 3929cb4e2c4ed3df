"""Philox4x32-10: random words as a function of key and counter (Salmon 2011).

Reference: doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
"""32-bit words carried in 64-bit integers, so that products do not overflow."""

MULTIPLIERS: Final = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS: Final = (0x9E3779B9, 0xBB67AE85)
ROUNDS: Final = 10
"""Constants of the generator."""

DISCARDED_BITS: Final = 8
UNIT: Final = 2.0**-24
"""Uniforms have 24 bits, so that they are the same in single and double precision."""

_M0, _M1 = np.uint64(MULTIPLIERS[0]), np.uint64(MULTIPLIERS[1])
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_SHIFT: Final = np.uint64(DISCARDED_BITS)


def philox4x32(
    counter: tuple[Words, Words, Words, Words], key: tuple[Words, Words]
) -> tuple[Words, Words, Words, Words]:
    """Give four random words for each counter.

    Parameters
    ----------
    counter, key
        Four and two words; arrays that broadcast against each other.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for turn in range(ROUNDS):
        bump0 = np.uint64(turn * KEY_STEPS[0] & 0xFFFFFFFF)
        bump1 = np.uint64(turn * KEY_STEPS[1] & 0xFFFFFFFF)
        first = _M0 * c0
        second = _M1 * c2
        c0 = (second >> _HALF) ^ c1 ^ ((k0 + bump0) & _LOW)
        c2 = (first >> _HALF) ^ c3 ^ ((k1 + bump1) & _LOW)
        c1 = second & _LOW
        c3 = first & _LOW
    return c0, c1, c2, c3


def to_uniform(word: Words) -> NDArray[np.float64]:
    """Turn words into numbers strictly between 0 and 1."""
    return ((word >> _SHIFT).astype(np.float64) + 0.5) * UNIT


def stream_key(seed: int, replicate: int) -> tuple[int, int]:
    """Give the key of one replicate of one seed.

    Parameters
    ----------
    seed
        0 to 2**63 - 1.
    replicate
        0 to 2**32 - 1.
    """
    words = [seed & 0xFFFFFFFF, seed >> 32, replicate & 0xFFFFFFFF, replicate >> 32]
    counter = tuple(np.array([word], dtype=np.uint64) for word in words)
    zero = np.zeros(1, dtype=np.uint64)
    mixed = philox4x32((counter[0], counter[1], counter[2], counter[3]), (zero, zero))
    return int(mixed[0][0]), int(mixed[1][0])
