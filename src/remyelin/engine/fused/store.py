"""Compiled kernels on disk, so that only the first run on a machine compiles.

A kernel is kept under a hash of its text, the compiler and the processor: another model, version
or machine has another name. Files are written aside and renamed, and checked when they are read;
where the folder cannot be used, kernels are compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from remyelin.engine.fused.machine import Processor, compile_text, compiler

FOLDER_VARIABLE = "REMYELIN_CACHE"
"""Environment variable that names the folder; an empty value keeps nothing."""

_DIGEST_BYTES = 32


def folder() -> Path | None:
    """Give the folder of kept kernels; None: nothing is kept."""
    asked = os.environ.get(FOLDER_VARIABLE)
    if asked is not None:
        return Path(asked) / "kernels" if asked else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "remyelin" / "kernels" if base and base[0] != "~" else None


def compiled(text: str, processor: Processor) -> bytes:
    """Give the object file of a kernel, from the folder where it is there.

    Raises
    ------
    SimulationError
        It cannot be compiled.
    """
    place = folder()
    if place is None:
        return compile_text(text, processor)
    path = place / f"{_name(text, processor)}.o"
    kept = _read(path)
    if kept is None:
        kept = compile_text(text, processor)
        _write(path, kept)
    return kept


def _name(text: str, processor: Processor) -> str:
    try:
        package = version("remyelin")
    except PackageNotFoundError:
        package = "0"
    parts = (package, compiler(), processor.name, processor.features, text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    return body if hashlib.sha256(body).digest() == digest else None


def _write(path: Path, body: bytes) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(body).digest() + body)
            os.replace(aside, path)
        except OSError:
            with suppress(OSError):
                os.unlink(aside)
            raise
