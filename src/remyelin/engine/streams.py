"""Random streams of a group of patients: a function of seed, replicate, patient, day, purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.philox import Words, philox4x32, stream_key, to_uniform

Uniforms: TypeAlias = list[NDArray[np.float64]]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
PURPOSE_SHIFT = 16
"""Place of the purpose in the last word of the counter, above the number of the block."""


@dataclass(frozen=True)
class Streams:
    """Keys and identities of patients.

    Attributes
    ----------
    patient
        Identity of each patient within its replicate, shape (n,).
    key0, key1
        Key words of each patient's replicate, shape (n,).
    """

    patient: NDArray[np.uint64]
    key0: Words
    key1: Words

    @classmethod
    def of(cls, seed: int, replicate: NDArray[np.int64], patient: NDArray[np.int64]) -> Streams:
        """Make the streams of patients, each in its own replicate."""
        unique, place = np.unique(replicate, return_inverse=True)
        keys = np.array([stream_key(seed, int(r)) for r in unique], dtype=np.uint64).reshape(-1, 2)
        return cls(patient.astype(np.uint64), keys[place, 0], keys[place, 1])

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.patient)

    def take(self, index: NDArray[np.intp]) -> Streams:
        """Give the streams of some of the patients."""
        return Streams(self.patient[index], self.key0[index], self.key1[index])

    def uniforms(self, day: NDArray[np.int64] | int, purpose: int, blocks: int) -> Uniforms:
        """Give ``4 * blocks`` uniforms for each patient.

        Parameters
        ----------
        day
            Day of the decision, one for all or one per patient, or an array of shape (days, 1)
            for several days at once (results then have shape (days, n)).
        purpose
            What is decided; each purpose has its own stream.
        blocks
            Blocks of four words.
        """
        when = np.asarray(day, dtype=np.uint64) & _LOW
        low, high = self.patient & _LOW, self.patient >> _HALF
        label = np.asarray(purpose << PURPOSE_SHIFT, dtype=np.uint64)
        if blocks > 1:
            number = np.arange(blocks, dtype=np.uint64)
            label = (label | number).reshape(blocks, *(1,) * max(when.ndim, 1))
        words = philox4x32((low, high, when, label), (self.key0, self.key1))
        drawn = [to_uniform(word) for word in words]
        if blocks == 1:
            return drawn
        return [word[block] for block in range(blocks) for word in drawn]
