"""Certificates of analysis: each test judged by a sourced limit, the route's own for endotoxin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from remyelin.cli.main import main
from remyelin.errors import InputError
from remyelin.evidence.certificates import (
    CellKind,
    Judged,
    Verdict,
    from_mapping,
    judge,
    of_batch,
)
from remyelin.evidence.certificates import (
    tests_of as asked_of,
)

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "certificate.yaml"
Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    found: Data = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return found


def judged(data: Data) -> dict[str, Judged]:
    return {one.test: one for one in judge(from_mapping(data, where="x.yaml"))}


def change(data: Data, test: str, **result: object) -> None:
    rest = [one for one in data["tests"] if one["test"] != test]
    data["tests"] = [*rest, {"test": test, **result}]


def test_the_example_fails_by_one_marker_and_leaves_two_tests_open(data: Data) -> None:
    found = judged(data)
    assert {n for n, one in found.items() if one.verdict is Verdict.FAIL} == {"HLA-DR"}
    open_ = {n for n, one in found.items() if one.verdict is Verdict.UNKNOWN}
    assert open_ == {"karyotype", "potency"}
    assert of_batch(tuple(found.values())) is Verdict.FAIL


def test_every_verdict_names_its_source_and_its_mark(data: Data) -> None:
    for one in judged(data).values():
        assert "row " in one.source
        assert one.mark in ("seen", "recalled", "assumed")


@pytest.mark.parametrize(
    ("value", "verdict"), [(95.0, Verdict.PASS), (94.9, Verdict.FAIL), (100.0, Verdict.PASS)]
)
def test_a_marker_is_judged_at_its_threshold(data: Data, value: float, verdict: Verdict) -> None:
    change(data, "CD105", value=value, unit="percent")
    assert judged(data)["CD105"].verdict is verdict


def test_the_limit_of_endotoxin_is_that_of_the_route(data: Data) -> None:
    change(data, "endotoxin", value=1.0, unit="EU/kg/h")
    assert judged(data)["endotoxin"].verdict is Verdict.FAIL
    data["route"] = "IV"
    assert judged(data)["endotoxin"].verdict is Verdict.PASS


def test_endotoxin_per_millilitre_needs_volume_weight_and_hours(data: Data) -> None:
    # 0.5 EU/mL x 5 mL / 70 kg / 0.25 h = 0.143 EU/kg/h, below 0.2
    assert judged(data)["endotoxin"].verdict is Verdict.PASS
    data["hours"] = 0.15
    assert judged(data)["endotoxin"].verdict is Verdict.FAIL
    del data["volume_ml"]
    unknown = judged(data)["endotoxin"]
    assert unknown.verdict is Verdict.UNKNOWN
    assert "EU/mL cannot be compared with EU/kg/h" in unknown.reason


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("negative", Verdict.PASS),
        ("No growth at 14 days", Verdict.PASS),
        ("growth of a skin germ", Verdict.FAIL),
        ("POSITIVE", Verdict.FAIL),
        ("pending", Verdict.UNKNOWN),
    ],
)
def test_words_are_read(data: Data, words: str, verdict: Verdict) -> None:
    change(data, "sterility", result=words)
    assert judged(data)["sterility"].verdict is verdict


def test_a_graft_is_judged_by_its_dose_of_cd34(data: Data) -> None:
    data |= {"kind": "stem_cell_graft", "route": "IV"}
    data["tests"] = [{"test": "CD34 dose", "value": 1.4, "unit": "1e6 cells/kg"}]
    found = judged(data)
    assert found["CD34 dose"].verdict is Verdict.FAIL
    assert found["sterility"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("kind", list(CellKind))
def test_every_kind_is_asked_for_viability_and_sterility(kind: CellKind) -> None:
    assert {"viability", "sterility"} <= set(asked_of(kind))


def test_a_bad_certificate_is_told_every_problem_at_once(data: Data) -> None:
    data["route"] = "by mouth"
    data["hours"] = -1.0
    data["tests"] = [
        {"test": "CD105", "value": 98.0},
        {"test": "sterility", "result": "negative", "value": 1.0},
    ]
    with pytest.raises(InputError) as caught:
        from_mapping(data, where="x.yaml")
    text = str(caught.value)
    assert "route" in text
    assert "hours" in text
    assert "unit: needed with a value" in text
    assert "give one of the two" in text


def test_unknown_tests_and_tests_told_twice_are_named(data: Data) -> None:
    data["tests"] += [{"test": "magic", "result": "negative"}, data["tests"][0]]
    with pytest.raises(InputError, match="magic is no release test") as caught:
        from_mapping(data, where="x.yaml")
    assert "CD105 stands twice" in str(caught.value)


def test_the_command_judges_and_ends_with_1_where_a_batch_does_not_pass(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["product", "check", str(EXAMPLE)]) == 1
    out = capsys.readouterr().out
    assert "fail     HLA-DR" in out
    assert "no medical advice" in out
    assert main(["product", "check", "absent.yaml"]) == 2
    assert "no such file" in capsys.readouterr().err
