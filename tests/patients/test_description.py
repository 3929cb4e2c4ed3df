"""A patient file is read whole or refused whole, with every problem in one message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remyelin.errors import InputError
from remyelin.inputs import Inputs
from remyelin.patients.description import default_patient, described, read_description, template
from remyelin.patients.intake import accept
from remyelin.patients.settings import Settings

GOOD: dict[str, Any] = {
    "age_years": 40,
    "sex": "male",
    "phenotype": "rrms",
    "disease_duration_years": 6.5,
    "edss": 3.5,
}


def problems(**changes: Any) -> tuple[str, ...]:
    data = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    with pytest.raises(InputError) as caught:
        described(data, where="patient.yaml")
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_what_is_not_known_may_be_left_out() -> None:
    found = described(GOOD, where="patient.yaml")
    assert found.relapses_last_12_months is None
    assert found.prior_drugs == ()


def test_the_template_describes_the_default_patient() -> None:
    assert "age_years" in template()
    assert default_patient().edss == 2.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"age_years": 12, "disease_duration_years": 1}, "age_years: 12"),
        ({"age_years": float("nan")}, "age_years"),
        ({"age_years": "forty"}, "forty given"),
        ({"age_years": True}, "age_years"),
        ({"sex": "x"}, "sex: x"),
        ({"phenotype": "xxms"}, "phenotype: xxms"),
        ({"edss": 3.2}, "no step of the EDSS"),
        ({"edss": 0.5}, "no step of the EDSS"),
        ({"edss": 10}, "edss: 10"),
        ({"edss": float("inf")}, "edss: inf"),
        ({"relapses_last_12_months": -1}, "relapses_last_12_months: -1"),
        ({"relapses_last_12_months": 1.5}, "whole number"),
        ({"gd_lesions": 10**40}, "gd_lesions"),
        ({"disease_duration_years": 35}, "onset at 5"),
        ({"disease_duration_years": 45}, "longer than a life of 40"),
        ({"relapses_last_12_months": 3, "relapses_last_24_months": 1}, "fewer than the 3"),
        ({"relapses_last_12_months": 0, "days_since_relapse": 20}, "contradicts"),
        ({"prior_drugs": ["natalizumb"]}, "did you mean natalizumab"),
        ({"prior_drugs": "natalizumab"}, "prior_drugs"),
        ({"prior_drugs": ["halt_ms"]}, "ahsct_halt_ms acts"),
        ({"weight": 70}, "unknown key"),
        ({"edss": None}, "edss: this key is missing"),
    ],
)
def test_an_impossible_value_is_named(changes: dict[str, Any], words: str) -> None:
    (problem,) = problems(**changes)
    assert words in problem


def test_all_problems_stand_in_one_message() -> None:
    found = problems(
        age_years=12,
        sex="x",
        phenotype="xxms",
        edss=3.2,
        relapses_last_12_months=-1,
        disease_duration_years=20,
        prior_drugs=["nothing_known"],
        weight=70,
    )
    assert len(found) == 8


def test_contradictions_are_found_beside_malformed_keys() -> None:
    assert len(problems(disease_duration_years=35, edss=3.2)) == 2


@pytest.mark.parametrize("data", [None, 3, "text", ["a"], {}])
def test_what_is_no_description_is_refused(data: object) -> None:
    with pytest.raises(InputError):
        described(data, where="patient.yaml")


def test_problems_of_file_and_settings_are_listed_together(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("age_years: 12\n", encoding="utf-8")
    settings = Settings(years=0, options=("none", "none", "nosuch"), draws=0)
    with pytest.raises(InputError) as caught:
        accept(file, settings, Inputs.packaged())
    text = str(caught.value)
    for words in ("age_years: 12", "sex: this key is missing", "years: 0", "draws: 0", "nosuch"):
        assert words in text
    assert "none is given twice" in text


def test_settings_are_listed_beside_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"(?s)no such file.*years: 0"):
        accept(tmp_path / "none.yaml", Settings(years=0), Inputs.packaged())


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("age_years: 40\n" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="1,400,000 bytes of YAML given, allowed: 1,000,000"):
        read_description(file)


def test_a_therapy_that_does_not_act_is_refused_with_the_reason_and_what_acts() -> None:
    (told,) = Settings(options=("none", "halt_ms")).problems()
    assert "halt_ms does not act:" in told
    assert "ahsct_halt_ms acts" in told
