"""The commands on protocols: list, show, check, drugs, rules, schema; and a study of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remyelin.cli.main import main
from remyelin.therapies import catalogue

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(("therapies", *words)) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(("therapies", *words)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    return told.err


def test_the_list_names_every_protocol_and_those_that_do_not_act_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = said(capsys, "list").split("without an effect of their own")
    for name in catalogue.names():
        assert (f"\n{name} " in f"\n{first}") == catalogue.load(name).acts
        assert (f"\n{name} " in second) != catalogue.load(name).acts


def test_the_list_can_be_of_one_class(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(said(capsys, "list", "--class", "AHSCT", "--json"))
    assert {row["treatment_class"] for row in rows} == {"ahsct"}
    assert "magic" in refused(capsys, "list", "--class", "magic")


@pytest.mark.parametrize("name", catalogue.names())
def test_every_protocol_is_shown_with_source_mark_steps_and_timeline(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, protocol = said(capsys, "show", name), catalogue.load(name)
    assert protocol.label in text
    assert f"({protocol.mark})" in text
    assert "Timeline:" in text
    assert "no medical advice" in text
    for step in protocol.steps:
        assert step.agent in text
        assert all(f"moves {field} by" in text for field in step.moves)
    data = json.loads(said(capsys, "show", name, "--json"))
    for step, plain in zip(protocol.steps, data["steps"], strict=True):
        told = [one["input"] for one in plain["moved"]]
        assert set(step.moves) <= set(told), "every input is told"
        assert step.product or len(told) == len(step.moves), "cells tell their risks beside"


def test_what_moves_is_told_with_parameter_value_and_mark(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = said(capsys, "show", "natalizumab")
    assert "moves traffic_target by 0.85 (natalizumab_traffic_block = 0.85 1, assumed)" in text


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_picture_is_drawn(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"timeline.{suffix}"
    said(capsys, "show", "ahsct_cy200_ratg6", "--picture", str(file))
    assert file.stat().st_size > 2_000
    assert "--force" in refused(capsys, "show", "placebo", "--picture", str(file))
    assert ".svg or .png" in refused(
        capsys, "show", "placebo", "--picture", str(tmp_path / "a.gif")
    )


def test_the_example_is_checked_without_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no problem" in said(capsys, "check", str(EXAMPLES / "my_regimen.yaml"))


def test_a_bad_file_is_refused_with_all_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.yaml"
    text = (EXAMPLES / "my_regimen.yaml").read_text(encoding="utf-8")
    text = text.replace("agent: natalizumab,", "agent: natalizumap,").replace(
        "mark: assumed", "mark: x"
    )
    file.write_text(text, encoding="utf-8")
    told = refused(capsys, "check", str(file))
    assert "2 problems" in told
    assert "unknown_drug" in told
    assert "mark" in told


@pytest.mark.parametrize("name", ["nonsense", "no_such_file.yaml", "../placebo", ""])
def test_an_unknown_name_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "show", name)
    assert refused(capsys, "check", name)


def test_drugs_rules_and_schema_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "natalizumab" in said(capsys, "drugs")
    assert json.loads(said(capsys, "drugs", "--json"))
    assert "live_vaccine_after_lymphodepletion" in said(capsys, "rules")
    assert json.loads(said(capsys, "rules", "--json"))
    text = said(capsys, "schema")
    for word in ("`protocol_id`", "`every_days`", "`egress_target`", "`course_kill`", "mg/kg/d"):
        assert word in text
    assert "Step" in json.loads(said(capsys, "schema", "--json"))["$defs"]
