"""A stand-in for NVIDIA's driver: its memory is this process's, its kernel the processor's.

A launch runs the same kernel compiled for the processor with one lane, on the very arguments that
the launcher hands over. So what is tested is the launcher, not a graphics processor.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from remyelin.engine.fused import day_kernel
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.fused.runner import Runner
from remyelin.engine.fused.settings import FusedSettings
from tests.engine.fused.cases import TABLE

KINDS = (
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_int32,
    ctypes.c_int32,
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_void_p,
)
"""Arguments of the kernel, in order."""


class StandIn:
    """Answers the calls of the launcher and writes them down."""

    def __init__(self, *, devices: int = 1, version: tuple[int, int] = (9, 0)) -> None:
        self.devices = devices
        self.version = version
        self.calls: list[str] = []
        self.failing = ""
        self.memory: dict[int, Any] = {}
        self.source = ""
        self.launches: list[tuple[int, int]] = []
        runner = FusedEngine(TABLE, settings=FusedSettings(lanes=1))._runner
        assert isinstance(runner, Runner)
        self._code = runner.code

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("cu"):
            raise AttributeError(name)

        def call(*arguments: Any) -> int:
            self.calls.append(name)
            if name == self.failing:
                return 700
            answer = getattr(self, f"_{name}", None)
            if answer is not None:
                answer(*arguments)
            return 0

        return call

    def _cuDeviceGetCount(self, count: Any) -> None:  # noqa: N802
        count._obj.value = self.devices

    def _cuDeviceGetAttribute(self, value: Any, which: Any, device: Any) -> None:  # noqa: N802
        value._obj.value = self.version[which.value - 75]

    def _cuGetErrorString(self, code: Any, text: Any) -> None:  # noqa: N802
        text._obj.value = b"an illegal memory access was encountered"

    def _cuModuleLoadData(self, module: Any, source: Any) -> None:  # noqa: N802
        self.source = source.value.decode("ascii")
        module._obj.value = 1

    def _cuModuleGetFunction(self, function: Any, module: Any, name: bytes) -> None:  # noqa: N802
        assert name.decode("ascii") == day_kernel.NAME
        function._obj.value = 2

    def _cuMemAlloc_v2(self, place: Any, size: Any) -> None:  # noqa: N802
        room = np.zeros(size.value // 8 + 1)
        self.memory[room.ctypes.data] = room
        place._obj.value = room.ctypes.data

    def _cuMemFree_v2(self, place: Any) -> None:  # noqa: N802
        del self.memory[place.value]

    def _cuMemcpyHtoD_v2(self, place: Any, host: Any, size: Any) -> None:  # noqa: N802
        ctypes.memmove(place.value, host.value, size.value)

    def _cuMemcpyDtoH_v2(self, host: Any, place: Any, size: Any) -> None:  # noqa: N802
        ctypes.memmove(host.value, place.value, size.value)

    def _cuLaunchKernel(self, function: Any, *rest: Any) -> None:  # noqa: N802
        assert function.value == 2
        grid, pointers = rest[:7], rest[8]
        self.launches.append((grid[0].value, grid[3].value))
        values = [kind.from_address(pointer) for kind, pointer in zip(KINDS, pointers, strict=True)]
        self._code.call(day_kernel.NAME, values)
