"""A loaded kernel, its table of shared numbers, and the addresses that it is given."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.fused import store
from remyelin.engine.fused.machine import Code, Processor
from remyelin.engine.fused.pieces import Kernel
from remyelin.engine.fused.settings import FusedSettings
from remyelin.engine.population import Population

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@cache
def _code(text: str, processor: Processor) -> Code:
    return Code(store.compiled(text, processor), processor)


@dataclass(frozen=True)
class Runner:
    """A loaded kernel with its table of shared numbers.

    Attributes
    ----------
    code, name
        Machine code, and the name of the function in it.
    shared
        Numbers that are the same for all patients.
    lanes
        Patients in a block.
    """

    code: Code
    name: str
    shared: NDArray[np.floating[Any]]
    lanes: int

    @classmethod
    def of(
        cls,
        kernel: Kernel,
        name: str,
        parameters: Sequence[Mapping[str, float]],
        settings: FusedSettings,
    ) -> Runner:
        """Load a kernel for parameters, given by name for each of its graphs.

        Raises
        ------
        SimulationError
            The compiler is missing or fails.
        """
        form = settings.form
        numbers = kernel.shared.values(kernel.graphs, parameters).astype(form.precision)
        return cls(_code(kernel.text, settings.processor), name, numbers, form.lanes)

    def run(self, arrays: Sequence[NDArray[Any]], blocks: int, *more: Any) -> None:
        """Run the kernel.

        Parameters
        ----------
        arrays
            Arrays of whole blocks, in the order of the layout.
        blocks
            Number of blocks.
        more
            What the kernel takes beside them, as values of ctypes.
        """
        addresses = np.array([array.ctypes.data for array in arrays], dtype=np.uintp)
        arguments = (
            ctypes.c_void_p(addresses.ctypes.data),
            ctypes.c_void_p(self.shared.ctypes.data),
            ctypes.c_int64(blocks),
            *more,
        )
        self.code.call(self.name, arguments)


@dataclass(frozen=True)
class Part:
    """Patients ``low`` to ``high`` of a population, laid out in whole blocks."""

    low: int
    high: int
    lanes: int

    @property
    def count(self) -> int:
        """Patients in the part."""
        return self.high - self.low

    @property
    def blocks(self) -> int:
        """Blocks that hold them."""
        return -(-self.count // self.lanes)

    @property
    def room(self) -> int:
        """Places in the blocks."""
        return self.blocks * self.lanes

    def reals(self, group: Any) -> list[NDArray[np.float64]]:
        """Give the part of every array of a nested NamedTuple, in order."""
        return [self._padded(leaf[self.low : self.high], np.float64) for leaf in listed(group)]

    def identity(self, population: Population, days_passed: int) -> list[NDArray[np.uint32]]:
        """Give who the patients are and their day, in the order of the layout."""
        here = slice(self.low, self.high)
        people = population.streams
        patient = people.patient[here]
        day = (population.day[here] + days_passed).astype(np.uint64) & _LOW
        keys = (people.key0[here], people.key1[here])
        columns = (patient & _LOW, patient >> _HALF, *keys, day)
        return [self._padded(words, np.uint32) for words in columns]

    def _padded(self, values: NDArray[Any], kind: type[Any]) -> NDArray[Any]:
        """Fill up the last block with the last patient."""
        part = np.ascontiguousarray(values, dtype=kind)
        if self.count == self.room:
            return part
        return np.concatenate([part, np.full(self.room - self.count, part[-1])])


def listed(group: Any) -> list[NDArray[np.float64]]:
    """Give every array of a nested NamedTuple in order."""
    found: list[NDArray[np.float64]] = []
    leaves.map_leaves(found.append, group)
    return found
