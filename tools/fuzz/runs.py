"""Small runs in processes of their own, and what they leave."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from remyelin.core.inventory import INVENTORY_NAME
from tools.fuzz.batches import ROOT
from tools.fuzz.kinds import EXAMPLES

PATIENCE_SECONDS: Final = 300.0
_NEVER_THE_SAME: Final = ("record.json", "report.html")
"""Files that hold times."""

_KEPT_SUFFIX: Final = ".kept"
"""A damaged shard is set aside under this ending, in case a person changed it."""


@dataclass(frozen=True)
class Ended:
    """Exit status of a run and what it complained of."""

    code: int
    said: str

    @property
    def is_clean(self) -> bool:
        """Whether it succeeded or refused with one error."""
        if "internal error" in self.said or "Traceback" in self.said:
            return False
        return self.code == 0 or (self.code in (1, 2) and "error:" in self.said)


def study_in(folder: Path) -> None:
    """Put a small study with a protocol of its own into a folder."""
    for name in ("my_study.yaml", "my_regimen.yaml"):
        shutil.copyfile(EXAMPLES / name, folder / name)


def started(words: tuple[str, ...], folder: Path, cache: Path) -> subprocess.Popen[str]:
    """Begin a command in a folder."""
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "remyelin", *words],
        cwd=folder,
        env={**os.environ, "REMYELIN_CACHE": str(cache), "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(words: tuple[str, ...], folder: Path, cache: Path) -> Ended:
    """Run a command to its end; one that does not end is a fault."""
    child = started(words, folder, cache)
    try:
        _, said = child.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return Ended(-9, f"internal error: no end within {PATIENCE_SECONDS:g} s")
    return Ended(child.returncode, said)


def contents(folder: Path) -> Mapping[str, bytes]:
    """Bytes of all files of a run folder that must be the same for the same run.

    Of the inventory the lines of those files, in the order of their names: shards are finished in
    any order.
    """
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_never_the_same(path.name)
    }
    if INVENTORY_NAME in found:
        lines = found[INVENTORY_NAME].decode().splitlines()
        kept = sorted({line for line in lines if not _is_never_the_same(line)})
        found[INVENTORY_NAME] = "\n".join(kept).encode()
    return found


def _is_never_the_same(name: str) -> bool:
    last = name.rpartition(" ")[2].rpartition("/")[2]
    return last in _NEVER_THE_SAME or last.endswith((".md", _KEPT_SUFFIX))


def difference(found: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> str:
    """Names of files that are missing, too many or of other content; empty where there are none."""
    names = sorted(found.keys() ^ wanted.keys())
    names += [name for name in found if name in wanted and found[name] != wanted[name]]
    return ", ".join(names[:9])
