"""Bits of kept files are turned: it is noticed, or nothing changes; never other figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from tools.fuzz.batches import Fault, Tally
from tools.fuzz.runs import Ended, contents, difference, ended, study_in

_SMALL: Final = ("--patients", "8", "--replicates", "2", "--workers", "1", "--quiet")
_MIST: Final = ("run", "mist", *_SMALL, "--tables", "none")
_OWN: Final = ("run", "my_study.yaml", *_SMALL, "--tables", "split")

Judge = Callable[[Path, bytes], str]
"""Looks what a spoilt file does, given its path and its bytes before; says what is wrong."""


def flipped(count: int, *, seed: int, folder: Path, tell: Callable[[str], None]) -> list[Tally]:
    """Turn bits of every kind of kept file.

    Parameters
    ----------
    count
        Bits turned, one at a time, in each kind of file.
    seed
        Of files and bits.
    folder, tell
        As in `tools.fuzz.batches.tried_kind`.
    """
    place, cache = folder / "flips", folder / "flips-cache"
    place.mkdir()
    study_in(place)
    tallies = [
        *_of_cache(place, cache, count, seed),
        *_of_run_folder(place, cache, count, seed),
        _of_store(place, count, seed),
    ]
    for tally in tallies:
        tell(f"{tally.kind}: {tally.tries} bits, {len(tally.faults)} faults")
    return tallies


def _turned(kind: str, files: list[Path], count: int, seed: int, judge: Judge) -> Tally:
    tally = Tally(kind)
    for number in range(count if files else 0):
        random = Random(f"{seed}/{kind}/{number}")
        path = random.choice(files)
        good = path.read_bytes()
        place, bit = random.randrange(len(good)), random.randrange(8)
        path.write_bytes(good[:place] + bytes([good[place] ^ 1 << bit]) + good[place + 1 :])
        fault = judge(path, good)
        path.write_bytes(good)
        tally.answers["done" if not fault else "flip"] += 1
        if fault:
            told = f"{path.name}, bit {bit} of byte {place} of {len(good)}: {fault}"
            tally.faults.append(Fault(kind=kind, number=number, fault="flip", told=told))
    return tally


def _judged(end: Ended, out: Path, whole: Path) -> str:
    if not end.is_clean:
        return f"ended with {end.code}: {end.said[:200]}"
    return difference(contents(out), contents(whole)) if end.code == 0 else ""


def _of_cache(place: Path, cache: Path, count: int, seed: int) -> list[Tally]:
    whole, out = place / "whole-mist", place / "out-mist"
    first = ended((*_MIST, "--out", whole.name), place, cache)
    if first.code:
        raise RuntimeError(f"the run with nothing spoilt failed: {first.said}")

    def judge(path: Path, good: bytes) -> str:
        shutil.rmtree(out, ignore_errors=True)
        return _judged(ended((*_MIST, "--out", out.name), place, cache), out, whole)

    folders = sorted(item for item in cache.iterdir() if item.is_dir())
    return [
        _turned(f"bits of kept {item.name}", _files(item), count, seed, judge) for item in folders
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def _of_run_folder(place: Path, cache: Path, count: int, seed: int) -> list[Tally]:
    whole, out = place / "whole-own", place / "out-own"
    for folder in (whole, out):
        end = ended((*_OWN, "--out", folder.name), place, cache)
        if end.code:
            raise RuntimeError(f"the run with nothing spoilt failed: {end.said}")

    def judge(path: Path, good: bytes) -> str:
        spoilt = path.read_bytes()
        shutil.rmtree(out)
        shutil.copytree(whole, out)
        path.write_bytes(spoilt)
        end = ended((*_OWN, "--out", out.name, "--resume"), place, cache)
        return _judged(end, out, whole)

    kinds = {
        "shards": _files(out / "shards"),
        "tables": _files(out / "tables"),
        "manifest": [out / "manifest.json"],
    }
    return [
        _turned(f"bits of a run's {name}", files, count, seed, judge)
        for name, files in kinds.items()
    ]


def _of_store(place: Path, count: int, seed: int) -> Tally:
    from remyelin.credibility.store import Finished, Store

    run = Finished(
        run="mist",
        patients=110,
        replicates=2,
        seed=1,
        endpoints={"edss": (1.5, 2.25, float("nan"))},
        measures={"rate": ((0.125, 0.5), (55.0, 55.0))},
        wall_seconds=1.0,
    )
    folder = place / "scoreboard"
    store = Store(folder)
    store.write("key", run)

    def judge(path: Path, good: bytes) -> str:
        found = store.read("key")
        if found is not None and repr(found) != repr(run):
            return f"read as {found!r}"[:200]
        return ""

    # Reading takes no time, so every bit gets its turn many times over.
    return _turned("bits of a kept scoreboard run", _files(folder), 20 * count, seed, judge)
