"""Settings of the fused engine; results depend on the precision alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import pairwise

from remyelin.engine.fused.machine import Processor
from remyelin.engine.fused.text import Form
from remyelin.errors import UsageError

DEFAULT_PRECISION = "float64"
DEFAULT_LANES = {"float32": 16, "float64": 8}
"""Lanes that fill the widest vector; measured to be fastest."""

CHUNK = 2048
"""Patients carried by one call at most."""

GPU_CHUNK = 262_144
"""The same on a graphics processor."""

DEVICES = ("cpu", "cuda")
"""What may carry the patients."""


def cores() -> int:
    """Count the processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@dataclass(frozen=True)
class FusedSettings:
    """How the fused engine runs.

    Attributes
    ----------
    precision
        float64 or float32.
    lanes
        Patients in a block; None: `DEFAULT_LANES`.
    threads
        Threads that share the blocks.
    chunk
        Patients carried by one call at most.
    processor
        What code is made for.
    device
        cpu, or cuda for the first NVIDIA graphics processor; lanes, threads, chunk and processor
        then mean nothing.
    """

    precision: str = DEFAULT_PRECISION
    lanes: int | None = None
    threads: int = 1
    chunk: int = CHUNK
    processor: Processor = field(default_factory=Processor.host)
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Refuse an unknown device.

        Raises
        ------
        UsageError
            It is none of `DEVICES`.
        """
        if self.device not in DEVICES:
            raise UsageError(f"device is {self.device!r}; allowed: {', '.join(DEVICES)}")

    @property
    def gpu(self) -> bool:
        """Whether a graphics processor carries the patients."""
        return self.device == "cuda"

    @property
    def form(self) -> Form:
        """Form of the code."""
        if self.gpu:
            return Form(1, self.precision)
        return Form(self.lanes or DEFAULT_LANES.get(self.precision, 1), self.precision)

    def cuts(self, count: int) -> list[tuple[int, int]]:
        """Divide patients into chunks of whole blocks; only the last block may be partly empty."""
        lanes = self.form.lanes
        blocks = -(-count // lanes)
        most = GPU_CHUNK if self.gpu else max(1, self.chunk // lanes)
        pieces = max(-(-blocks // most), 0 if self.gpu else min(self.threads, blocks))
        ends = [blocks * k // pieces * lanes for k in range(pieces + 1)] if pieces else []
        return [(low, min(high, count)) for low, high in pairwise(ends)]
