"""Hashes of all that a simulated figure depends on: code, data, and versions of libraries.

One list serves manifest, record, workers and every kept artefact. A file of the package counts
unless it is named here as one that no simulated figure can depend on; a new file counts by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

LENGTH: Final = 16
"""Hexadecimal digits of a hash that people see."""

LIBRARIES: Final = ("numpy", "scipy", "pandas", "llvmlite")
"""Libraries that can move the last bits of a figure.

numpy and scipy compute elementary functions, sums, quantiles and the weights of a cohort, pandas
adds up groups, llvmlite makes the code of the engine. The others read, write or draw: what they
give is exact or no figure. Processor and Python are left out: the engine gives the same bits on
every processor, and a run may be spread over several.
"""

FACES: Final = (
    "__init__.py",
    "__main__.py",
    "calibration/",
    "cli/",
    "comparison/",
    "credibility/",
    "py.typed",
    "reports/",
    "standards/",
    "verification/",
    "web/",
)
"""What only shows, judges, fits or exports figures; nothing that makes one may import it."""

COUNTED: Final = ("credibility/course.py", "credibility/measures/", "credibility/reading.py")
"""Parts of the faces that read figures from tables."""

BY_CONTENT: Final = ("parameters/posterior.csv", "study/planned/", "study/studies/")
"""Study files and draws: text and draws that are run are part of the run's identity."""

OBSERVED: Final = ("evidence/",)
"""What was published: it is set beside figures when a run ends, and has a hash of its own."""

_PART_OF: Final = {"_plain_yaml": "files"}
_CODE: Final = (".py", ".pyi")


@dataclass(frozen=True)
class Provenance:
    """What figures depend on, part by part.

    Attributes
    ----------
    parts
        Hash of code and of data of each room, as ``{"data of therapies": "0f3a..."}``, and version
        of each library.
    evidence
        Hash of the evidence base with the code that reads it.
    """

    parts: Mapping[str, str]
    evidence: str

    @classmethod
    def of(cls, contents: Mapping[str, str], libraries: Mapping[str, str]) -> Provenance:
        """Fold the hashes of files into parts.

        Parameters
        ----------
        contents
            Hash of each file of the package by its path, as ``therapies/drugs.csv``.
        libraries
            Version of each library.
        """
        parts: dict[str, list[str]] = {}
        observed: list[str] = []
        for path in sorted(contents):
            line = f"{path} {contents[path]}"
            if path.startswith(OBSERVED):
                observed.append(line)
            elif counts(path):
                parts.setdefault(part_of(path), []).append(line)
        made = {name: digest_of(*lines) for name, lines in sorted(parts.items())}
        return cls({**made, **libraries}, digest_of(*observed))

    def digest(self) -> str:
        """Give one hash of everything that simulated figures depend on."""
        return digest_of(*(f"{name} {value}" for name, value in sorted(self.parts.items())))


@cache
def provenance() -> Provenance:
    """Give what the figures of this installation depend on; read once by a process."""
    return Provenance.of(contents_of(files("remyelin")), versions())


def differing_parts(here: object, there: object) -> tuple[str, ...]:
    """Name the parts that are not the same in two places, sorted; what is no mapping has none."""
    one, other = (side if isinstance(side, Mapping) else {} for side in (here, there))
    names = sorted({*map(str, one), *map(str, other)})
    return tuple(name for name in names if one.get(name) != other.get(name))


def contents_of(root: Traversable) -> dict[str, str]:
    """Give the hash of every file of a package by its path; what Python or an editor leaves is not.

    Parameters
    ----------
    root
        Folder of the package.
    """
    return {
        path: hashlib.sha256(file.read_bytes()).hexdigest()
        for path, file in _walk(root, "")
        if counts(path) or path.startswith(OBSERVED)
    }


def _walk(folder: Traversable, above: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        name = item.name
        if name.startswith(".") or name == "__pycache__" or name.endswith((".pyc", "~")):
            continue
        if item.is_dir():
            if not _is_left_out(f"{above}{name}/"):
                yield from _walk(item, f"{above}{name}/")
        else:
            yield f"{above}{name}", item


def _is_left_out(folder: str) -> bool:
    """Say whether nothing in a folder counts, so that it need not be gone through."""
    inside = any(counted.startswith(folder) for counted in COUNTED)
    return folder.startswith((*FACES, *BY_CONTENT)) and not (inside or folder.startswith(COUNTED))


def counts(path: str) -> bool:
    """Say whether simulated figures may depend on a file of the package."""
    return path.startswith(COUNTED) or not path.startswith((*FACES, *BY_CONTENT, *OBSERVED))


def part_of(path: str) -> str:
    """Name the part to which a file of the package belongs."""
    room = path.split("/", 1)[0].rsplit(".", 1)[0]
    kind = "code" if path.endswith(_CODE) else "data"
    return f"{kind} of {_PART_OF.get(room, room)}"


def versions() -> dict[str, str]:
    """Give the versions of the libraries that can move the last bits of a figure."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def text_digest(text: str) -> str:
    """Give the hash of one text, as ``sha256sum`` gives it, cut short."""
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def digest_of(*texts: str, length: int = LENGTH) -> str:
    """Give the hash of some texts in order, in hexadecimal digits."""
    found = hashlib.sha256()
    for text in texts:
        found.update(hashlib.sha256(text.encode()).digest())
    return found.hexdigest()[:length]
