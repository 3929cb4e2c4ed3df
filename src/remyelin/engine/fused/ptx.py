"""The same kernel for NVIDIA graphics processors, as PTX text.

It holds explicit round-to-nearest operations and no library call. `cuda` launches it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from remyelin.engine.fused import day_kernel
from remyelin.engine.fused.machine import ptx_of
from remyelin.engine.fused.text import Form
from remyelin.errors import UsageError
from remyelin.files import shown
from remyelin.model.day import STAGES
from remyelin.model.stage import Stage

CHIP = "sm_80"
"""Oldest processor for which PTX is made unless another is named."""

TARGET = """target triple = "nvptx64-nvidia-cuda"
target datalayout = "e-p6:32:32-i64:64-i128:128-i256:256-v16:16-v32:32-n16:32:64"
"""
"""What the compiler has to know about the processor."""


def emit(precision: str, stages: Sequence[Stage] = STAGES, *, chip: str = CHIP) -> str:
    """Give the PTX of the kernel that carries patients through days, one in each thread.

    Raises
    ------
    UsageError
        The name of the chip is not of the form sm_80.
    SimulationError
        The compiler is missing, or was built without this target.
    """
    if not re.fullmatch(r"sm_\d{2,3}[af]?", chip):
        raise UsageError(f"chip is {shown(chip)}; allowed is sm_ and its number, such as {CHIP}")
    kernel = day_kernel.write(stages, Form(1, precision), gpu=True)
    return ptx_of(TARGET + kernel.text, chip)
