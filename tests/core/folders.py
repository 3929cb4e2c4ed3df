"""Small folders for tests of what is written and removed."""

from __future__ import annotations

import os
from pathlib import Path

from remyelin.core.folders import new_folder
from remyelin.core.ownership import Layout

LAYOUT = Layout(
    kind="small",
    what="small folder",
    names=("record.json", "report.html"),
    patterns=(r"manifest\.json", r"shards/[0-9]{8}\.json"),
)


def write(target: Path | str, text: str = "one", *, force: bool = False) -> None:
    """Write a small folder as a command would."""
    with new_folder(target, LAYOUT, force=force) as aside:
        (aside / "shards").mkdir()
        (aside / "shards" / "00000000.json").write_text(text)
        (aside / "record.json").write_text(text)


def picture(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder: bytes of files, targets of links, names of folders."""
    found: dict[str, bytes | str] = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place) / name
            key = path.relative_to(folder).as_posix()
            if path.is_symlink():
                found[key] = os.readlink(path)
            elif path.is_dir():
                found[f"{key}/"] = ""
            else:
                found[key] = path.read_bytes()
    return found
