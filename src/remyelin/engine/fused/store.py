"""Compiled kernels on disk, so that only the first run on a machine compiles.

A kernel is kept under a hash of its text, the compiler and the processor: another model, version
or machine has another name. `remyelin.core.cache` says how a kept file is trusted.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from remyelin.core.cache import Cache
from remyelin.core.digest import digest_of
from remyelin.engine.fused.machine import Processor, compile_text, compiler

KIND = "kernels"
_NAME_LENGTH = 40


def compiled(text: str, processor: Processor) -> bytes:
    """Give the object file of a kernel, from the folder where it is there.

    Raises
    ------
    SimulationError
        It cannot be compiled.
    """
    return Cache.of(KIND).kept(
        f"{_name(text, processor)}.o",
        lambda: compile_text(text, processor),
        pack=bytes,
        unpack=bytes,
    )


def _name(text: str, processor: Processor) -> str:
    try:
        package = version("remyelin")
    except PackageNotFoundError:
        package = "0"
    parts = (package, compiler(), processor.name, processor.features, text)
    return digest_of(*parts, length=_NAME_LENGTH)
