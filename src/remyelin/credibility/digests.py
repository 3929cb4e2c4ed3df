"""Digests by which a stored result is known to belong to this code and these parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from remyelin.parameters import ParameterTable

_ROOMS = (
    "cohorts",
    "endpoints",
    "engine",
    "model",
    "parameters",
    "statistics",
    "study",
    "therapies",
    "trials",
    "credibility/measures",
)
"""Rooms on which a simulated figure may depend."""

_SUFFIXES = (".py", ".yaml", ".csv", ".parquet", ".json")
_LENGTH = 16


def parameters_digest() -> str:
    """Give the hash of the parameter table of the package."""
    return ParameterTable.load().digest()


@cache
def code_digest() -> str:
    """Give the hash of all files of the rooms on which a simulated figure depends.

    Study files do not count: a study's own text is part of its key.
    """
    root, found = resources.files("remyelin"), hashlib.sha256()
    for room in _ROOMS:
        folder = root
        for part in room.split("/"):
            folder = folder / part
        for name, file in _files(folder, room):
            found.update(name.encode())
            found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:_LENGTH]


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        here = f"{name}/{item.name}"
        if item.is_dir():
            if item.name not in ("__pycache__", "studies", "planned"):
                yield from _files(item, here)
        elif item.name.endswith(_SUFFIXES):
            yield here, item


def digest(*parts: str) -> str:
    """Give the hash of some texts in order."""
    found = hashlib.sha256()
    for part in parts:
        found.update(hashlib.sha256(part.encode()).digest())
    return found.hexdigest()[: 2 * _LENGTH]
