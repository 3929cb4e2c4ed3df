"""Folders that commands are asked to write: refused before any work is done, or written whole.

Every command that writes a folder goes through here. What remyelin did not write is never removed
or replaced.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from remyelin.core.asides import Kind, beside
from remyelin.core.atomic import reason_of, write_bytes
from remyelin.core.inventory import (
    INVENTORY_NAME,
    add_to_inventory,
    begin_inventory,
    digest_of,
    read_inventory,
)
from remyelin.core.outputs import Inputs, Name, is_there, name_of
from remyelin.core.ownership import Layout, is_bare, is_of, remove, restore, strangers, sweep
from remyelin.errors import OutputError
from remyelin.files import shown

_MOST_NAMES = 8
_ANOTHER = "Give another folder with --out."


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    text = ", ".join(shown(name) for name in names[:_MOST_NAMES])
    return f"{text} and {more} more" if more > 0 else text


def _failed(target: Path, error: OSError, *, what: str) -> OutputError:
    return OutputError(
        f"cannot write the {what} {shown(target)}: {reason_of(error)}; nothing was written\n"
        "Give a folder that you may write to, on a disk with room, with --out."
    )


def folder_target(given: Name, layout: Layout, *, force: bool = False, inputs: Inputs = ()) -> Path:
    """Make sure that a folder could be written anew, before any work is done.

    Parameters
    ----------
    given
        The folder; of its parents only the last may be missing. A link is followed.
    layout
        Kind of the folder.
    force
        Whether a folder of this kind that is there may be replaced.
    inputs
        Files that the command reads; a folder that holds one is not replaced.

    Returns
    -------
    Path
        The folder with links resolved.

    Raises
    ------
    OutputError
        The name is not possible; the folder is there (without ``force``), is of another kind or
        holds what remyelin did not write; it is the current folder, the home folder, a mount
        point or the root; or it could not be written.
    """
    text = name_of(given, "folder")
    try:
        path = Path(os.path.realpath(text))
        restore(path, layout)
        _refuse_existing(path, layout, force=force, inputs=inputs)
        ground = path.parent if path.parent.is_dir() else path.parent.parent
        if path.parent.exists() > path.parent.is_dir() or not ground.is_dir():
            raise OutputError(
                f"cannot write {shown(text)}: {shown(path.parent)} is no folder\n"
                "Create it first, or give another folder with --out."
            )
        sweep(ground, layout)
        probe = beside(ground / path.name, Kind.NEW)
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise _failed(Path(text), error, what=layout.what) from error
    return path


def _refuse_existing(
    path: Path, layout: Layout, *, force: bool, inputs: Inputs = (), looked: bool = False
) -> None:
    if not is_there(path):
        return
    name, what = shown(path), layout.what
    if not path.is_dir():
        raise OutputError(f"{name} is a file, not a folder\n{_ANOTHER}")
    if place := _special(path):
        raise OutputError(
            f"{name} is {place}; no {what} is written in its place\nGive a new folder with --out."
        )
    for source in inputs:
        if source is not None and Path(os.path.realpath(source)).is_relative_to(path):
            raise OutputError(
                f"{name} holds the input {shown(os.fspath(source))}; it is not replaced\n{_ANOTHER}"
            )
    if is_bare(path, layout):
        return
    if not is_of(path, layout):
        raise OutputError(
            f"the folder {name} exists already and is not a {what}: it is never overwritten or "
            f"replaced\n{_ANOTHER}"
        )
    if not force:
        raise OutputError(
            f"the folder {name} exists already and holds a {what}; it is never overwritten "
            "unasked\nGive another folder with --out, replace it with --force, or go on with a "
            "run in shards with --resume."
        )
    if not looked and (foreign := strangers(path, layout)):
        raise OutputError(
            f"the folder {name} holds what remyelin did not write, or what was changed since: "
            f"{_listed(foreign)}\nNothing was removed. Move these away, or give another folder "
            "with --out."
        )


def _special(path: Path) -> str:
    """Say what a folder is that must stay where it is; nothing for others."""
    if path.parent == path:
        return "the root"
    with suppress(OSError):
        if path.is_mount():
            return "a mount point"
    for whose, of in (("current", Path.cwd), ("home", Path.home)):
        with suppress(OSError, RuntimeError):
            place = Path(os.path.realpath(of()))
            if place.is_relative_to(path):
                return f"the {whose} folder" if place == path else f"above the {whose} folder"
    return ""


@contextmanager
def new_folder(
    given: Name, layout: Layout, *, force: bool = False, inputs: Inputs = ()
) -> Iterator[Path]:
    """Give a hidden folder to write into; it takes the place of the target when all is well.

    An older folder is set aside first, and removed when the new one is in its place. When the
    block fails or is interrupted, the older folder is as it was.

    Raises
    ------
    OutputError
        As `folder_target`; or the disk is full; or the older folder got files of others
        meanwhile: these are kept beside, under a name that the message tells.
    """
    path = folder_target(given, layout, force=force, inputs=inputs)
    hidden = beside(path, Kind.NEW)
    is_parent_new = not path.parent.exists()
    try:
        path.parent.mkdir(exist_ok=True)
        hidden.mkdir()
        yield hidden
        begin_inventory(hidden, layout.kind)
        _swap(hidden, path, layout, force=force)
    except OSError as error:
        raise _failed(path, error, what=layout.what) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)  # made above, under a name nobody else has
        if is_parent_new:
            with suppress(OSError):  # it holds the folder now, unless that could not be made
                path.parent.rmdir()


def _swap(new: Path, target: Path, layout: Layout, *, force: bool) -> None:
    _refuse_existing(target, layout, force=force, looked=True)
    old, gone = beside(target, Kind.OLD), beside(target, Kind.GONE)
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    if not old.exists():
        return
    old.rename(gone)
    if remove(gone, layout):
        kept = _free(target.with_name(f"{target.name}.kept"))
        gone.rename(kept)
        raise OutputError(
            f"the {layout.what} {shown(target)} is written; the older one got files of others "
            f"meanwhile\nThey are kept in {shown(kept)}."
        )


def _free(path: Path) -> Path:
    found, count = path, 1
    while os.path.lexists(found):
        count += 1
        found = path.with_name(f"{path.name}-{count}")
    return found


def resumed_folder(given: Name, layout: Layout) -> Path:
    """Make sure that a folder can be gone on with, before any work is done.

    Returns
    -------
    Path
        The folder with links resolved. What a killed process left aside in it is removed.

    Raises
    ------
    OutputError
        It is no folder, or a file that would be written again is not as remyelin wrote it.
    """
    text = name_of(given, "folder")
    try:
        path = Path(os.path.realpath(text))
        restore(path, layout)
        if not is_there(path):
            return path
        if not path.is_dir():
            raise OutputError(f"{shown(path)} is a file, not a folder\n{_ANOTHER}")
        _refuse_changed(path, layout, layout.names)
        for place in (path, *(p for p in path.rglob("*") if p.is_dir() and not p.is_symlink())):
            sweep(place, layout)
    except OSError as error:
        raise _failed(Path(text), error, what=layout.what) from error
    return path


def _refuse_changed(
    folder: Path, layout: Layout, names: Iterable[str], new: Mapping[str, bytes] | None = None
) -> None:
    """Refuse to write over files that are not as remyelin wrote them; the same bytes do no harm."""
    found = read_inventory(folder)
    changed = [
        name
        for name in names
        if os.path.lexists(folder / name)
        and not (found is not None and found.vouches(folder, name))
        and not (new is not None and digest_of(folder / name) == sha256(new[name]).hexdigest())
    ]
    if found is None and os.path.lexists(folder / INVENTORY_NAME):
        changed.append(INVENTORY_NAME)
    if changed:
        raise OutputError(
            f"in the {layout.what} {shown(folder)} these are not as remyelin wrote them: "
            f"{_listed(changed)}\nNothing was replaced. Move these away, or give another folder "
            "with --out."
        )


@contextmanager
def added_to(folder: Path, layout: Layout, *, last: str) -> Iterator[Path]:
    """Give a hidden folder to write into; move its files into a folder that is there.

    Parameters
    ----------
    folder, layout
        The folder and its kind.
    last
        File that is moved last: a folder that has it is complete.

    Raises
    ------
    OutputError
        The disk is full, a file could not be written, or one that is there is not as remyelin
        wrote it; what was finished before stays.
    """
    _refuse_changed(folder, layout, layout.names)
    hidden = beside(folder / "x", Kind.NEW)
    try:
        hidden.mkdir()
        yield hidden
        written = sorted(hidden.iterdir(), key=lambda path: (path.name == last, path.name))
        _refuse_changed(folder, layout, [path.name for path in written])
        add_to_inventory(
            folder, layout.kind, {path.name: digest_of(path) or "" for path in written}
        )
        for path in written:
            path.replace(folder / path.name)
    except OSError as error:
        raise OutputError(
            f"cannot write into the {layout.what} {shown(folder)}: {reason_of(error)}; the "
            "finished shards stay\nMake room; the same command with --resume writes the rest."
        ) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def put(folder: Path, layout: Layout, name: str, content: bytes) -> None:
    """Write one file of a folder; one that is there and is not ours is kept under another name.

    Raises
    ------
    OSError, OutputError
        It cannot be written.
    """
    path, digest = folder / name, sha256(content).hexdigest()
    if os.path.lexists(path):
        if digest_of(path) == digest:
            return
        found = read_inventory(folder)
        if found is None or not found.vouches(folder, name):
            path.rename(_free(path.with_name(f"{path.name}.kept")))
    path.parent.mkdir(parents=True, exist_ok=True)
    add_to_inventory(folder, layout.kind, {name: digest})
    write_bytes(path, content)


def merge(given: Name, layout: Layout, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, which is made where it is missing; nothing else in it is touched.

    Raises
    ------
    OutputError
        A file is there that remyelin did not write, or one cannot be written.
    """
    folder = _merged(given)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_changed(folder, layout, files, files)
        for name, content in files.items():
            put(folder, layout, name, content)
    except OSError as error:
        raise _failed(folder, error, what=layout.what) from error
    return [Path(given) / name for name in files]


def merge_target(given: Name, layout: Layout, names: Iterable[str]) -> Path:
    """Make sure, before any work is done, that files of these names may be put into a folder.

    Raises
    ------
    OutputError
        The name is no folder, or a file is there that remyelin did not write.
    """
    folder = _merged(given)
    try:
        _refuse_changed(folder, layout, names)
    except OSError as error:
        raise _failed(folder, error, what=layout.what) from error
    return folder


def _merged(given: Name) -> Path:
    text = name_of(given, "folder")
    folder = Path(os.path.realpath(text))
    if os.path.lexists(folder) and not folder.is_dir():
        raise OutputError(f"{shown(text)} is a file, not a folder\n{_ANOTHER}")
    return folder
