"""The library beside a second program written from the texts; `validation/oracle` runs 10,000."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from remyelin.study.definitions import definitions
from validation.oracle import compare
from validation.oracle.courses import courses
from validation.oracle.rules import CHANGES, RULES, Change

FEW, SEED = 300, 7


def test_every_definition_of_events_is_in_the_oracle() -> None:
    named = {name for name, one in definitions().items() if not one.kind.is_measured}
    assert named == set(RULES)


def test_the_library_gives_what_the_texts_say() -> None:
    found, happened = compare.compared(courses(FEW, SEED))
    assert found == []
    assert min(happened.values()) > 0


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("cdw24", {"wait": 169}),
        ("cdw24", {"wait": 167}),
        ("cdw_3_months", {"wait": 92}),
        ("cdw_6_months", {"wait": 182}),
        ("cdw24_outside_relapse", {"confirm_apart": 29}),
        ("cdw24_outside_relapse", {"start_apart": 29}),
        ("cdw24_rebaselined", {"reference_apart": 31}),
        ("pira24_lublin2022", {"relapse": ""}),
        ("edss4_sustained", {"lasting": False}),
        ("spms_lorscheider2016", {"secondary": False}),
        ("cdw24_roving", {"roving": ""}),
        ("pirma24_edss", {"quiet": False}),
        ("cdw24_on_treatment", {"until_switch": False}),
    ],
)
def test_a_rule_that_is_a_little_wrong_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: dict[str, object]
) -> None:
    other: Change = replace(CHANGES[name], **wrong)  # type: ignore[arg-type]
    monkeypatch.setattr(compare, "RULES", {name: other})
    assert compare.differences(courses(4 * FEW, SEED))


def test_the_stored_run_of_many_courses_found_no_difference() -> None:
    stored = json.loads(compare.RESULT.read_text(encoding="utf-8"))
    assert (stored["courses"], stored["differences"]) == (compare.COURSES, 0)
    assert set(stored["events"]) == set(RULES)
    assert stored["differences_of_every_event"] == 0
    assert set(stored["events_after_the_first"]) == set(CHANGES)
    assert stored["command"] == compare.COMMAND
