"""Whose is what in a folder: only what remyelin wrote is ever replaced or removed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from remyelin.core.asides import Kind, beside, recognised
from remyelin.core.inventory import INVENTORY_NAME, Inventory, read_inventory


@dataclass(frozen=True)
class Layout:
    """A kind of folder that a command writes.

    Attributes
    ----------
    kind
        Word of its inventory: lower case letters.
    what
        What a person calls it.
    names
        Files of its first level that are written again when such a folder is gone on with.
    patterns
        Regular expressions of the other files that may be in it.
    is_earlier
        Whether a folder without inventory is one of this kind, written by an earlier version.
    """

    kind: str
    what: str
    names: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    is_earlier: Callable[[Path], bool] = lambda _: False

    @cached_property
    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        fixed = (re.escape(name) for name in (*self.names, INVENTORY_NAME))
        return tuple(re.compile(pattern) for pattern in (*fixed, *self.patterns))

    def has(self, name: str) -> bool:
        """Whether a file of this name belongs to such a folder."""
        return any(pattern.fullmatch(name) for pattern in self._compiled)


Owns = Callable[[str], bool]


def strangers(folder: Path, layout: Layout) -> list[str]:
    """Name what is in a folder and was not written by remyelin, or was changed since, sorted.

    Folders that hold nothing count as strangers, unless they hold files of ours.
    """
    return sorted(_strangers(folder, _owner(folder, layout), layout))


def is_of(folder: Path, layout: Layout) -> bool:
    """Whether a folder is of this kind, by its inventory or as an earlier version wrote it."""
    found = read_inventory(folder)
    return layout.is_earlier(folder) if found is None else found.kind == layout.kind


def is_bare(folder: Path, layout: Layout) -> bool:
    """Whether nothing but empty folders of the layout, and what a killed process left, is there."""
    return not list(_strangers(folder, lambda _: False, layout))


def _owner(folder: Path, layout: Layout) -> Owns:
    found: Inventory | None = read_inventory(folder)
    if found is not None:
        return lambda name: name == INVENTORY_NAME or found.vouches(folder, name)
    if (folder / INVENTORY_NAME).exists() or not layout.is_earlier(folder):
        return lambda _: False
    return lambda name: layout.has(name) and name != INVENTORY_NAME


def _is_orphan(name: str, kind: Kind) -> bool:
    found = recognised(name)
    return found is not None and found.kind is kind and found.is_orphan(name)


def _strangers(folder: Path, owns: Owns, layout: Layout, above: str = "") -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name, place = above + entry.name, Path(entry.path)
            if entry.is_symlink():
                yield name
            elif entry.is_dir():
                if _is_orphan(entry.name, Kind.NEW) and not list(_unlike(place, layout)):
                    continue
                inner = list(_strangers(place, owns, layout, f"{name}/"))
                yield from inner
                if not inner and not os.listdir(place) and not _is_place(name, layout):
                    yield f"{name}/"
            elif not (entry.is_file() and (owns(name) or _is_orphan(entry.name, Kind.FILE))):
                yield name


def _is_place(name: str, layout: Layout) -> bool:
    """Whether files of the layout lie in a folder of this name."""
    above = (pattern.rpartition("/")[0] for pattern in layout.patterns)
    return any(re.fullmatch(pattern, name) for pattern in above if pattern)


def _unlike(folder: Path, layout: Layout, above: str = "") -> Iterator[str]:
    """Name what could not have been written by a process that was writing such a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = above + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _unlike(Path(entry.path), layout, f"{name}/")
            elif entry.is_symlink() or not (layout.has(name) or recognised(entry.name) is not None):
                yield name


def remove(folder: Path, layout: Layout) -> list[str]:
    """Remove what remyelin wrote into a folder, and the folder where nothing else is in it.

    Each file is looked at once more before it goes.

    Returns
    -------
    list of str
        What was left: files of others, links, and what could not be removed.
    """
    return sorted(_removed(folder, _owner(folder, layout), layout))


def _removed(folder: Path, owns: Owns, layout: Layout, above: str = "") -> list[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: (entry.name == INVENTORY_NAME, entry.name))
    left: list[str] = []
    for entry in entries:
        name, path = above + entry.name, Path(entry.path)
        if not entry.is_symlink() and entry.is_dir():
            if _is_orphan(entry.name, Kind.NEW) and not list(_unlike(path, layout)):
                left += _removed(path, lambda _: True, layout, f"{name}/")
            elif os.listdir(path) or _is_place(name, layout):
                left += _removed(path, owns, layout, f"{name}/")
            else:
                left.append(f"{name}/")
        elif name == INVENTORY_NAME and left:
            continue  # it tells which of the files that were left are ours
        elif entry.is_symlink() or not (owns(name) or _is_orphan(entry.name, Kind.FILE)):
            left.append(name)
        else:
            try:
                os.unlink(path)
            except OSError:
                left.append(name)
    with suppress(OSError):
        os.rmdir(folder)
    return left


def sweep(place: Path, layout: Layout) -> None:
    """Remove what processes of ours that were killed left aside in a folder.

    A name vouches for its process; a folder goes only where nothing but files of the layout is in
    it. What cannot be removed stays.
    """
    with suppress(OSError), os.scandir(place) as entries:
        for entry in list(entries):
            found = recognised(entry.name)
            if found is None or not found.is_orphan(entry.name) or entry.is_symlink():
                continue
            path = Path(entry.path)
            if found.kind is Kind.FILE and entry.is_file():
                path.unlink(missing_ok=True)
            elif found.kind is Kind.NEW and entry.is_dir() and not list(_unlike(path, layout)):
                _removed(path, lambda _: True, layout)
            elif found.kind is Kind.GONE and entry.is_dir():
                remove(path, layout)


def restore(target: Path, layout: Layout) -> None:
    """Bring back the folder that a killed process had set aside and not yet replaced.

    Where the new folder is in place already, the older one is removed, as was asked for.
    """
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in list(entries):
            found = recognised(entry.name)
            is_old = found is not None and found.kind is Kind.OLD and found.is_for(target)
            if not is_old or found is None or not found.is_orphan(entry.name):
                continue
            if not os.path.lexists(target):
                os.rename(entry.path, target)
            else:
                gone = beside(target, Kind.GONE)
                os.rename(entry.path, gone)
                remove(gone, layout)
