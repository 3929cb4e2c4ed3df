"""The multiverse from the command line: tables, pictures, page, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from remyelin.study.definitions import definitions
from tests.cli.helpers import call
from tests.multiverse.courses import STABLE, WORSE, WORSE_12, WORSE_24, visits

Capture = pytest.CaptureFixture[str]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CLINIC = (
    str(EXAMPLES / "clinic_visits_synthetic.csv"),
    "--relapses",
    str(EXAMPLES / "clinic_relapses_synthetic.csv"),
)
SMALL = ("--grid", "cdw24", "--vary", "confirmation", "--vary", "sustained")


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "visits.csv"
    courses = {"a": STABLE, "b": WORSE_12, "c": WORSE_24, "d": WORSE}
    visits(courses, centre={"a": "x", "b": "<b>y", "c": "x", "d": "<b>y"}).to_csv(path, index=False)
    return str(path)


def test_everything_is_written_and_every_definition_is_in_it(
    capsys: Capture, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = call(capsys, "multiverse", *CLINIC, *SMALL, "--out", str(out))
    assert done.code == 0
    assert "moves it most" in done.out
    assert "Not applicable" in done.out
    frame = pd.read_csv(out / "definitions.csv")
    assert frame["definition_id"].tolist() == list(definitions())
    assert (frame["not_applicable"].isna() == frame["assessable"].notna()).all()
    assert len(pd.read_csv(out / "grid.csv")) == 6
    for name in ("definitions", "grid"):
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in (out / f"{name}.svg").read_bytes()
    page = (out / "multiverse.html").read_text(encoding="utf-8")
    assert "moves it most" in page
    assert all(name in page for name in definitions())


def test_groups_give_hazard_ratios_and_their_names_are_escaped(
    capsys: Capture, tmp_path: Path, table: str
) -> None:
    out = tmp_path / "out"
    given = ("multiverse", table, "--by", "centre", "--reference", "x", "--definitions", "cdw12")
    done = call(capsys, *given, *SMALL, "--out", str(out), "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["groups"]["names"] == ["x", "<b>y"]
    (contrast,) = found["definitions"][0]["estimate"]["contrasts"]
    assert (contrast["events"], contrast["reference_events"]) == (2, 1)
    assert len(found["decompositions"]) == 2
    assert len(pd.read_csv(out / "hazard_ratios.csv")) == 1
    page = (out / "multiverse.html").read_text(encoding="utf-8")
    assert "<b>y" not in page
    assert "&lt;b&gt;y" in page


def test_the_same_data_give_the_same_files(capsys: Capture, tmp_path: Path, table: str) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        assert call(capsys, "multiverse", table, *SMALL, "--out", str(folder)).code == 0
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == sorted(path.name for path in folders[1].iterdir())
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_a_folder_is_never_written_over_unasked(
    capsys: Capture, tmp_path: Path, table: str
) -> None:
    out = str(tmp_path / "out")
    given = ("multiverse", table, "--definitions", "worsening", "--out", out)
    assert call(capsys, *given).code == 0
    assert "never overwritten" in call(capsys, *given).err
    assert call(capsys, *given, "--force").code == 0


def test_definitions_of_ones_own_are_applied_beside_a_family(
    capsys: Capture, tmp_path: Path, table: str
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "definitions:\n  own_half: {kind: worsening, label: Half, steps: [{from_edss: 0.0, "
        "change: 0.5}], confirmation_weeks: 12.0, text: Half a step., citation: own}\n"
    )
    given = ("--definitions", str(own), "--definitions", "improvement")
    done = call(capsys, "multiverse", table, *given, "--out", str(tmp_path / "out"), "--json")
    names = [row["definition_id"] for row in json.loads(done.out)["definitions"]]
    assert "own_half" in names
    assert "cdi24" in names
    assert "cdw24" not in names


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--reference", "x"), "--reference is given without --by"),
        (("--vary", "step"), "--vary is given without --grid"),
        (("--month", "0"), "--month is 0"),
        (("--month", "nan"), "--month is nan"),
        (("--definitions", "worsning"), "did you mean"),
        (("--grid", "cdw25"), "did you mean"),
        (("--against", "cdw25"), "did you mean"),
        (("--by", "nothing"), "unknown column 'nothing'"),
        (("--by", "day"), "who had"),
        (("--grid", "cdw24", "--vary", "lesions"), "does not apply"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    capsys: Capture, tmp_path: Path, table: str, options: tuple[str, ...], what: str
) -> None:
    out = tmp_path / "out"
    done = call(capsys, "multiverse", table, *options, "--out", str(out))
    assert done.code != 0
    assert what in done.err
    assert not out.exists()


def test_one_patient_is_enough_for_tables_and_pictures(capsys: Capture, tmp_path: Path) -> None:
    path, out = tmp_path / "one.csv", tmp_path / "out"
    visits({"d": WORSE}).to_csv(path, index=False)
    done = call(capsys, "multiverse", str(path), *SMALL, "--out", str(out))
    assert done.code == 0
    assert "the same under every definition; no choice moves it" in done.out
    assert (out / "grid.png").exists()


def test_where_no_definition_can_be_applied_the_reasons_are_written(
    capsys: Capture, tmp_path: Path, table: str
) -> None:
    out = tmp_path / "out"
    done = call(capsys, "multiverse", table, "--definitions", "neda", "--out", str(out))
    assert done.code == 0
    assert "No definition could be applied." in done.out
    assert not (out / "definitions.png").exists()
    assert pd.read_csv(out / "definitions.csv")["not_applicable"].notna().all()
