"""The published protocols: all of the evidence base are there, with their facts and marks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from remyelin.files import parse_csv
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol, Step
from tools import protocol_files

ROWS = parse_csv(
    files("remyelin.evidence").joinpath("data", "protocols.csv").read_text(encoding="utf-8"),
    where="protocols.csv",
)
PUBLISHED = {
    protocol.published_as: protocol
    for protocol in map(catalogue.load, catalogue.names())
    if protocol.published_as
}
STEPS = {
    step.evidence_row: (protocol, step)
    for protocol in PUBLISHED.values()
    for step in protocol.steps
}


def test_every_published_protocol_is_in_the_catalogue() -> None:
    assert {row["protocol_id"] for row in ROWS} <= set(PUBLISHED)
    assert len({row["protocol_id"] for row in ROWS}) == 28


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row_id"])
def test_a_published_step_keeps_its_facts_and_its_mark(row: dict[str, str]) -> None:
    protocol, step = STEPS[int(row["row_id"])]
    assert protocol.published_as == row["protocol_id"]
    assert step.mark is not None
    assert step.mark.value == row["mark"]
    assert step.source.startswith(row["source"])
    assert (step.dose, _high(step)) == (_number(row["amount_low"]), _number(row["amount_high"]))
    if row["day_from"]:
        assert _published(protocol, step) == int(row["day_from"])
    if row["route"] and row["route"] != "not stated":
        routes = {route.value for route in (step.route, *step.more_routes) if route}
        assert routes == set(row["route"].replace(" or ", "/").split("/"))


def _high(step: Step) -> float | None:
    only_low = step.dose_text.startswith(">") or step.dose_text.endswith("or more")
    return step.dose_high if step.dose_high is not None or only_low else step.dose


def _number(text: str) -> float | None:
    return float(text) if text else None


def _published(protocol: Protocol, step: Step) -> int:
    assert step.day is not None
    return step.day - protocol.day_zero


def test_a_published_protocol_names_its_gaps() -> None:
    for protocol in PUBLISHED.values():
        if any(step.day is None for step in protocol.steps if step.kind == "conditioning"):
            assert any("day" in gap for gap in protocol.gaps)


def test_the_files_are_those_that_the_tool_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    protocol_files.main(tmp_path)
    folder = Path("src/remyelin/therapies/protocols")
    for path in tmp_path.iterdir():
        assert path.read_text(encoding="utf-8") == (folder / path.name).read_text(encoding="utf-8")
