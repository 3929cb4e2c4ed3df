"""Whatever stands in a folder: bytes that remyelin did not write survive every way of writing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.core.asides import Kind, beside
from remyelin.core.folders import added_to, folder_target, merge, put, resumed_folder
from remyelin.core.inventory import INVENTORY_NAME
from remyelin.core.outputs import write_file
from remyelin.errors import OutputError, RemyelinError
from remyelin.reports.folder import write_run_folder
from remyelin.trials.layout import RUN
from remyelin.trials.vault import Vault
from tests import synthetic_run
from tests.core.folders import LAYOUT, write

OURS = (
    *("record.json", "manifest.json", "report.html", "outcomes.csv", INVENTORY_NAME),
    *("shards", "tables", "00000000.json", "00000000.parquet", "shards/00000000.json"),
    *(".remyelin-1a2b3c", ".remyelin-new-0-0-0-0-0", "run.kept", "x.part"),
)
CONTENTS = (
    *(b"", b"thesis", b"{}", b"[]", b'{"format": 1}', b'{"package": "remyelin"}', b"one"),
    b"# written by remyelin, folder format 1, kind run\n",
    b"# written by remyelin, folder format 1, kind small\n" + b"0" * 64 + b"  record.json\n",
)


@dataclass(frozen=True)
class Entry:
    """Something that a person put into a folder: a file, a folder or a link."""

    name: str
    content: bytes
    kind: str


names = st.sampled_from(OURS) | st.text(alphabet="ab.-_ é='", min_size=1, max_size=6).filter(
    lambda name: name.strip(".") != ""
)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
entries = st.lists(
    st.builds(
        Entry,
        name=paths,
        content=st.sampled_from(CONTENTS) | st.binary(max_size=8),
        kind=st.sampled_from(("file", "file", "folder", "link")),
    ),
    max_size=6,
)
IDENTITY = {"format": 1, "seed": 1}


def _vault(folder: Path, *, resume: bool, force: bool) -> None:
    vault = Vault.open(folder, IDENTITY, resume=resume, force=force)
    for name in ("shards/00000000.json", "tables/visits/00000000.parquet"):
        vault._write(name, b"ours")
    with added_to(folder, RUN, last="record.json") as aside:
        (aside / "report.html").write_text("ours")
        (aside / "record.json").write_text("ours")


def _resumed(folder: Path) -> None:
    resumed_folder(folder, LAYOUT)
    with suppress(OSError):  # `put` leaves it to its callers to say what the system refused
        put(folder, LAYOUT, "shards/00000000.json", b"ours")


Way: TypeAlias = "Callable[[Path], object]"
WAYS: dict[str, Way] = {
    "new": write,
    "force": lambda folder: write(folder, "two", force=True),
    "twice": lambda folder: [write(folder, word, force=True) for word in ("two", "three")],
    "check": lambda folder: folder_target(folder, LAYOUT, force=True),
    "resume": _resumed,
    "merge": lambda folder: merge(folder, LAYOUT, {"record.json": b"ours", "img/a.svg": b"ours"}),
    "vault": lambda folder: _vault(folder, resume=False, force=False),
    "vault force": lambda folder: _vault(folder, resume=False, force=True),
    "vault resume": lambda folder: _vault(folder, resume=True, force=False),
    "file": lambda folder: write_file(folder / "outcomes.csv", b"ours"),
    "file into it": lambda folder: write_file(folder, b"ours", force=True),
}


def _fill(folder: Path, found: list[Entry]) -> dict[str, bytes]:
    """Put entries into a folder where they fit; gives the bytes of a person that must survive."""
    made: dict[str, bytes] = {}
    for entry in found:
        path = folder / entry.name
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry.kind == "folder":
                path.mkdir(exist_ok=True)
            elif entry.kind == "link":
                path.symlink_to(folder.parent / "elsewhere")
            elif not path.exists() and not path.is_symlink():
                path.write_bytes(entry.content)
                made[entry.name] = entry.content
    return made


def _all_bytes(place: Path) -> list[bytes]:
    return [p.read_bytes() for p in place.rglob("*") if p.is_file() and not p.is_symlink()]


def _links(place: Path) -> int:
    return sum(path.is_symlink() for path in place.rglob("*"))


@settings(max_examples=150, deadline=None)
@given(entries, st.sampled_from(sorted(WAYS)), st.booleans(), st.booleans())
def test_bytes_of_a_person_survive(
    found: list[Entry], way: str, after_a_run: bool, through_a_link: bool
) -> None:
    with tempfile.TemporaryDirectory() as top:
        place = Path(top) / "place"
        (place / "elsewhere").mkdir(parents=True)
        (place / "elsewhere" / "diary.txt").write_bytes(b"diary")
        folder = place / "run"
        if after_a_run:
            write(folder)
        else:
            folder.mkdir()
        mine = _fill(folder, found)
        target = folder
        if through_a_link:
            target = place / "link"
            target.symlink_to("run")
        links = _links(place)
        with suppress(RemyelinError):
            WAYS[way](target)
        left = _all_bytes(place)
        for content in [*mine.values(), b"diary"]:
            assert content in left
            left.remove(content)
        assert _links(place) == links
        assert not list(place.glob(".remyelin-new-*")), "nothing half-written"


@settings(max_examples=8, deadline=None)
@given(entries, st.booleans())
def test_bytes_of_a_person_survive_a_run_of_the_whole_kind(
    found: list[Entry], after_a_run: bool
) -> None:
    with tempfile.TemporaryDirectory() as top:
        place = Path(top) / "place"
        (place / "elsewhere").mkdir(parents=True)
        folder = place / "run"
        if after_a_run:
            write_run_folder(synthetic_run.result(), folder)
        mine = _fill(folder, found) if after_a_run or found else {}
        with suppress(OutputError):
            write_run_folder(synthetic_run.result(), folder, force=True)
        left = _all_bytes(place)
        for content in mine.values():
            assert content in left
            left.remove(content)


def test_the_ways_do_write_where_nothing_is_in_the_way(tmp_path: Path) -> None:
    for number, way in enumerate(sorted(set(WAYS) - {"file", "file into it", "resume"})):
        folder = tmp_path / str(number)
        WAYS[way](folder)
        assert way == "check" or any(folder.iterdir()), way


def test_a_living_name_aside_is_not_for_others(tmp_path: Path) -> None:
    left = beside(tmp_path / "run", Kind.NEW)
    left.mkdir()
    (left / "record.json").write_text("half")
    write(tmp_path / "run")
    assert (left / "record.json").read_text() == "half"


def test_a_file_where_a_folder_of_shards_should_be_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "shards").write_bytes(b"mine")
    with pytest.raises(OutputError, match="cannot write into the run folder"):
        Vault(tmp_path)._write("shards/00000000.json", b"ours")
    assert (tmp_path / "shards").read_bytes() == b"mine"
