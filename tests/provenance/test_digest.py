"""What a result depends on is named part by part, quickly, and by every file that can move it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

from remyelin.core import digest
from remyelin.core.digest import Provenance, contents_of, differing_parts, part_of, provenance

CONTENTS = contents_of(files("remyelin"))
LIBRARIES = digest.versions()
WANTED_SECONDS = 0.15
"""Thrice what it may take on a machine with nothing else to do."""


def changed(path: str) -> Provenance:
    """Give what figures depend on after one byte of a file was changed."""
    other = hashlib.sha256(CONTENTS[path].encode()).hexdigest()
    return Provenance.of({**CONTENTS, path: other}, LIBRARIES)


@pytest.mark.parametrize("name", ["a room of code", "a table", "a figure", "no figure"])
def test_files_are_found_by_what_they_are(name: str) -> None:
    known = {
        "a room of code": ("model/day.py", "units.py", "files.py", "_plain_yaml.py"),
        "a table": ("therapies/drugs.csv", "parameters/life_tables.csv", "study/definitions.yaml"),
        "a figure": ("credibility/measures/accrual.py", "credibility/course.py"),
        "no figure": (
            "reports/html.py",
            "cli/run.py",
            "__init__.py",
            "credibility/rows.py",
            "comparison/join.py",
        ),
    }[name]
    assert all((path in CONTENTS) is (name != "no figure") for path in known)


def test_one_changed_byte_of_any_counted_file_changes_its_part_and_no_other() -> None:
    here = provenance()
    assert Provenance.of(CONTENTS, LIBRARIES) == here
    for path in CONTENTS:
        other = changed(path)
        if digest.counts(path):
            assert differing_parts(here.parts, other.parts) == (part_of(path),), path
            assert other.digest() != here.digest(), path
            assert other.evidence == here.evidence, path
        else:
            assert other.parts == here.parts, path
            assert other.evidence != here.evidence, path


def test_a_file_that_comes_goes_or_is_renamed_is_a_change() -> None:
    here, path = provenance(), "therapies/drugs.csv"
    rest = {name: value for name, value in CONTENTS.items() if name != path}
    renamed = {**rest, "therapies/drogs.csv": CONTENTS[path]}
    for contents in (rest, renamed, {**CONTENTS, "therapies/new.yaml": "0"}):
        assert differing_parts(here.parts, Provenance.of(contents, LIBRARIES).parts) == (
            "data of therapies",
        )


@pytest.mark.parametrize("library", digest.LIBRARIES)
def test_another_version_of_a_library_is_a_change(library: str) -> None:
    other = Provenance.of(CONTENTS, {**LIBRARIES, library: "0.0"})
    assert differing_parts(provenance().parts, other.parts) == (library,)
    assert other.digest() != provenance().digest()


def test_parts_that_are_known_in_one_place_only_differ() -> None:
    assert differing_parts({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == ("a", "c")
    assert differing_parts({"a": "1"}, None) == ("a",)
    assert differing_parts({"a": "1"}, {"a": "1"}) == ()


def test_the_bytes_on_disk_decide(tmp_path: Path) -> None:
    (tmp_path / "therapies" / "data").mkdir(parents=True)
    (tmp_path / "cli").mkdir()
    table = tmp_path / "therapies" / "data" / "risks.yaml"
    table.write_bytes(b"one")
    face, left = tmp_path / "cli" / "run.py", tmp_path / "therapies" / ".risks.yaml.swp"
    for ignored in (face, left):
        ignored.write_bytes(b"one")
    before = contents_of(tmp_path)
    assert list(before) == ["therapies/data/risks.yaml"]
    for ignored in (face, left):
        ignored.write_bytes(b"two")
    assert contents_of(tmp_path) == before
    table.write_bytes(b"onf")
    assert contents_of(tmp_path) != before


def test_it_takes_no_time_that_a_person_would_notice() -> None:
    provenance.cache_clear()
    best = float("inf")
    for _ in range(5):
        provenance.cache_clear()
        start = time.process_time()
        provenance()
        best = min(best, time.process_time() - start)
    assert best < WANTED_SECONDS


def test_help_is_given_without_it() -> None:
    program = (
        "import sys; from remyelin.cli.main import main; code = main(['--help']); "
        "assert 'remyelin.core.digest' not in sys.modules; sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
