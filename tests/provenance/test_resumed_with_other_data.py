"""A run is gone on with by the code and data with which it was begun, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.provenance.package_copy import command, copied

PROTOCOL = "ahsct_cy200_ratg6.yaml"
RUN = ("run", "burt2021_rrms", "--patients", "4", "--replicates", "1", "--tables", "none")
RESUME = ("run", "burt2021_rrms", "--out", "half", "--resume")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A copy of the package, and a folder in which it has begun a run."""
    place = tmp_path_factory.mktemp("begun")
    package = copied(place)
    done = command(package, *RUN, "--out", "half", cwd=place)
    assert done.returncode == 0, done.stderr
    (place / "half" / "shards" / "00000000.json").unlink()
    return package, place


def test_a_dose_changed_between_two_halves_of_a_run_is_refused(begun: tuple[Path, Path]) -> None:
    package, place = begun
    file = package / "therapies" / "protocols" / PROTOCOL
    old = file.read_text(encoding="utf-8")
    file.write_text(old.replace("dose: 50.0", "dose: 5.0"), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != old
    refused = command(package, *RESUME, cwd=place)
    file.write_text(old, encoding="utf-8")
    assert refused.returncode == 1, refused.stdout
    assert "it was begun with other data of therapies\n" in refused.stderr
    assert "Go on with the version of remyelin with which it was begun" in refused.stderr
    allowed = command(package, *RESUME, cwd=place)
    assert allowed.returncode == 0, allowed.stderr
