"""The launcher for NVIDIA graphics processors: the kernel as PTX, by the driver's own interface.

No toolkit is needed, only the driver. It has been run against a stand-in for the driver alone,
never on a graphics processor.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.fused import day_kernel, ptx
from remyelin.engine.fused.chunk import KEPT
from remyelin.engine.fused.machine import ptx_of
from remyelin.engine.fused.pieces import Kernel
from remyelin.errors import SimulationError

LIBRARIES = {"win32": "nvcuda.dll"}
"""Name of the driver's library by system; elsewhere `DEFAULT_LIBRARY`."""

DEFAULT_LIBRARY = "libcuda.so.1"
OLDEST = (8, 0)
"""Oldest compute capability for which the kernel is written."""

GROUP = 64
"""Threads in a group: the kernel takes many registers."""

_ALIGN = 256
_MAJOR, _MINOR = 75, 76
_EVENT_BYTES = 12
_ADVICE = "Run without --device cuda to use the processor instead."


def library() -> Any:
    """Load the driver's library.

    Raises
    ------
    SimulationError
        It is not there.
    """
    name = LIBRARIES.get(sys.platform, DEFAULT_LIBRARY)
    try:
        return ctypes.CDLL(name)
    except OSError as problem:
        raise SimulationError(
            f"--device cuda needs NVIDIA's driver; its library {name} does not load: {problem}. "
            f"{_ADVICE}"
        ) from None


class Driver:
    """One graphics processor, the first that the driver names.

    Parameters
    ----------
    calls
        The driver's library, or something that stands for it.

    Raises
    ------
    SimulationError
        There is no graphics processor, or it is too old.
    """

    def __init__(self, calls: Any) -> None:
        self._calls = calls
        count, device = ctypes.c_int(0), ctypes.c_int(0)
        self.context = ctypes.c_void_p()
        if calls.cuInit(ctypes.c_uint(0)) or calls.cuDeviceGetCount(ctypes.byref(count)):
            count.value = 0
        if count.value < 1:
            raise SimulationError(
                f"--device cuda: the driver is there but finds no graphics processor. {_ADVICE}"
            )
        self.do("cuDeviceGet", ctypes.byref(device), ctypes.c_int(0))
        version = tuple(self._attribute(which, device) for which in (_MAJOR, _MINOR))
        if version < OLDEST:
            raise SimulationError(
                f"--device cuda: the graphics processor has compute capability {version[0]}."
                f"{version[1]}; the kernel needs {OLDEST[0]}.{OLDEST[1]} or newer. {_ADVICE}"
            )
        self.do("cuDevicePrimaryCtxRetain", ctypes.byref(self.context), device)

    def _attribute(self, which: int, device: ctypes.c_int) -> int:
        value = ctypes.c_int(0)
        self.do("cuDeviceGetAttribute", ctypes.byref(value), ctypes.c_int(which), device)
        return value.value

    def do(self, name: str, *arguments: Any) -> None:
        """Call a function of the driver.

        Raises
        ------
        SimulationError
            The driver gives an error.
        """
        code = getattr(self._calls, name)(*arguments)
        if code:
            raise SimulationError(
                f"the graphics processor could not be used: {name} gives error {code} "
                f"({self._reason(code)}). {_ADVICE}"
            )

    def _reason(self, code: int) -> str:
        text = ctypes.c_char_p()
        self._calls.cuGetErrorString(ctypes.c_int(code), ctypes.byref(text))
        return text.value.decode("ascii", "replace") if text.value else "no reason given"

    def here(self) -> None:
        """Make this thread use the processor."""
        self.do("cuCtxSetCurrent", self.context)

    def function(self, source: str, name: str) -> ctypes.c_void_p:
        """Load PTX and give one of its kernels; it stays loaded."""
        module, function = ctypes.c_void_p(), ctypes.c_void_p()
        self.here()
        self.do("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(source.encode("ascii")))
        self.do("cuModuleGetFunction", ctypes.byref(function), module, name.encode("ascii"))
        return function


@cache
def driver() -> Driver:
    """Give the graphics processor of this machine.

    Raises
    ------
    SimulationError
        There is none that can be used.
    """
    return Driver(library())


@cache
def _source(text: str) -> str:
    return ptx_of(ptx.TARGET + text, ptx.CHIP)


class _Memory:
    """One piece of the processor's memory, filled from the front."""

    def __init__(self, gpu: Driver, sizes: Sequence[int]) -> None:
        self._gpu = gpu
        steps = [-(-size // _ALIGN) * _ALIGN for size in sizes]
        self._base = ctypes.c_uint64(0)
        gpu.do("cuMemAlloc_v2", ctypes.byref(self._base), ctypes.c_size_t(max(sum(steps), 1)))
        ends = np.cumsum([0, *steps])
        self.places = [self._base.value + int(offset) for offset in ends[:-1]]

    def write(self, place: int, host: int, size: int) -> None:
        if size:
            gpu = (ctypes.c_uint64(place), ctypes.c_void_p(host), ctypes.c_size_t(size))
            self._gpu.do("cuMemcpyHtoD_v2", *gpu)

    def read(self, place: int, host: int, size: int) -> None:
        if size:
            gpu = (ctypes.c_void_p(host), ctypes.c_uint64(place), ctypes.c_size_t(size))
            self._gpu.do("cuMemcpyDtoH_v2", *gpu)

    def free(self) -> None:
        self._gpu.do("cuMemFree_v2", self._base)


@dataclass(frozen=True)
class CudaRunner:
    """A kernel on a graphics processor, called as `remyelin.engine.fused.runner.Runner` is.

    Attributes
    ----------
    gpu, function
        The processor, and the kernel on it.
    shared
        Numbers that are the same for all patients.
    lanes
        Patients in a block: each thread takes one.
    """

    gpu: Driver
    function: ctypes.c_void_p
    shared: NDArray[np.floating[Any]]
    lanes: int = 1

    @classmethod
    def of(
        cls, kernel: Kernel, parameters: Sequence[Mapping[str, float]], precision: str
    ) -> CudaRunner:
        """Load a kernel written for graphics processors.

        Raises
        ------
        SimulationError
            There is no graphics processor, no driver or no compiler.
        """
        gpu = driver()
        numbers = kernel.shared.values(kernel.graphs, parameters).astype(precision)
        return cls(gpu, gpu.function(_source(kernel.text), day_kernel.NAME), numbers)

    def run(self, arrays: Sequence[NDArray[Any]], blocks: int, *more: Any) -> None:
        """Copy the patients over, carry them, and copy back what changed.

        Parameters
        ----------
        arrays
            Arrays of whole blocks, in the order of the layout.
        blocks
            Number of patients.
        more
            First day, day after the last, whether there is a pulse, address of the events, how
            many there is room for, address of their count; values of ctypes.
        """
        start, stop, given, events, room, seen = more
        event_bytes = room.value * _EVENT_BYTES
        self.gpu.here()
        own = [*arrays, self.shared]
        sizes = [*(array.nbytes for array in own), 8 * len(arrays), event_bytes, 8]
        memory = _Memory(self.gpu, sizes)
        try:
            *data, shared, table, event_place, seen_place = memory.places
            addresses = np.array(data, dtype=np.uint64)
            for place, array in zip((*data, shared), own, strict=True):
                memory.write(place, array.ctypes.data, array.nbytes)
            memory.write(table, addresses.ctypes.data, addresses.nbytes)
            memory.write(seen_place, seen.value, 8)
            self._launch(
                blocks,
                (ctypes.c_uint64(table), ctypes.c_uint64(shared), ctypes.c_int64(blocks)),
                (start, stop, given),
                (ctypes.c_uint64(event_place), room, ctypes.c_uint64(seen_place)),
            )
            for place, array in zip(data[:KEPT], arrays[:KEPT], strict=True):
                memory.read(place, array.ctypes.data, array.nbytes)
            if events.value:
                # Events of earlier stretches stand before those of this one.
                before = ctypes.c_int64.from_address(seen.value).value
                memory.read(seen_place, seen.value, 8)
                after = min(ctypes.c_int64.from_address(seen.value).value, room.value)
                skip = min(before, room.value) * _EVENT_BYTES
                fresh = after * _EVENT_BYTES - skip
                memory.read(event_place + skip, events.value + skip, max(fresh, 0))
        finally:
            memory.free()

    def _launch(self, count: int, *groups: Sequence[Any]) -> None:
        values = [value for group in groups for value in group]
        pointers = (ctypes.c_void_p * len(values))(
            *(ctypes.cast(ctypes.byref(value), ctypes.c_void_p) for value in values)
        )
        grid = [ctypes.c_uint(k) for k in (-(-count // GROUP), 1, 1, GROUP, 1, 1, 0)]
        self.gpu.do("cuLaunchKernel", self.function, *grid, None, pointers, None)
        self.gpu.do("cuCtxSynchronize")
