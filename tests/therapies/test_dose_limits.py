"""Regimens that would kill are refused with limit, source and what was given; slips are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.dose_limits import Over, converted, dose_limits, limits_of
from remyelin.therapies.dose_units import rhythm_of, unit_of
from remyelin.therapies.drugs import dose_ranges, drugs, find, routes_of
from remyelin.therapies.findings import errors
from remyelin.therapies.inspection import Inspection, inspect
from remyelin.therapies.protocol import Protocol, Route
from remyelin.therapies.rules import check
from remyelin.therapies.step import DoseIs, Step
from remyelin.therapies.transplant import given

TABLE = ParameterTable.load()
DRUGS = {drug.agent: drug for drug in drugs().values()}
CYCLOPHOSPHAMIDE = {
    "kind": "conditioning",
    "agent": "cyclophosphamide",
    "dose": 50.0,
    "unit": "mg/kg/d",
    "route": "IV",
    "day": 35,
    "lasts_days": 4,
}
NATALIZUMAB = {
    "agent": "natalizumab",
    "dose": 300.0,
    "unit": "mg",
    "route": "IV",
    "day": 0,
    "every_days": 28,
    "moves": {"traffic_target": "natalizumab_traffic_block"},
}


def seen(*steps: Mapping[str, Any], kind: str = "dmt", **other: Any) -> Inspection:
    data = {
        "protocol_id": "mine",
        "label": "Mine",
        "treatment_class": kind,
        "steps": [dict(step) for step in steps],
        "citation": "mine",
        "mark": "assumed",
        **other,
    }
    return inspect(data, TABLE)


def problems(*steps: Mapping[str, Any], **other: Any) -> str:
    return "\n".join(seen(*steps, **other).problems)


def test_a_total_given_on_each_day_is_beyond_the_limit_of_a_course() -> None:
    found = problems({**CYCLOPHOSPHAMIDE, "dose": 4.0, "unit": "g/m2/d"})
    for words in ("dose_limit_course", "4 x 4 g/m2/d", "411.4 mg/kg", "240 mg/kg", "70 kg"):
        assert words in found
    assert "dose_limit" not in problems(CYCLOPHOSPHAMIDE)


@pytest.mark.parametrize("unit", ["mg/kg", "mg/kg for 4 days"])
def test_a_dose_over_several_days_is_asked_for_what_it_stands(unit: str) -> None:
    step = {**CYCLOPHOSPHAMIDE, "unit": unit}
    found = problems(step)
    for words in ("ambiguous", "dose_is: per_day", "200 mg/kg in all", "12.5 mg/kg/d"):
        assert words in found
    assert "ambiguous" not in problems({**step, "dose_is": "total"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dose_is": "total"}, "tells a dose of each time"),
        ({"dose_is": "per_day", "unit": "mg/kg over 4 days"}, "tells a total"),
        ({"dose_is": "both"}, "dose_is"),
    ],
)
def test_an_answer_against_the_unit_is_refused(changes: dict[str, Any], words: str) -> None:
    assert words in problems({**CYCLOPHOSPHAMIDE, **changes})


def amounts(*, dose: float, unit: str, dose_is: DoseIs | None) -> list[tuple[int, object]]:
    whole = catalogue.load("ahsct_cy200_ratg6")
    steps = tuple(
        Step.model_validate({**step.model_dump(), "dose": dose, "unit": unit, "dose_is": dose_is})
        if (step.kind, step.agent) == ("conditioning", "cyclophosphamide")
        else step
        for step in whole.steps
    )
    changed = whole.model_copy(update={"steps": steps})
    return [(one.day, dict(one.amounts)) for one in given(changed, TABLE)]


def test_a_total_and_its_doses_a_day_are_the_same_to_the_bit() -> None:
    usual = amounts(dose=50.0, unit="mg/kg/d", dose_is=None)
    assert amounts(dose=200.0, unit="mg/kg", dose_is=DoseIs.TOTAL) == usual
    assert amounts(dose=50.0, unit="mg/kg", dose_is=DoseIs.PER_DAY) == usual
    assert amounts(dose=100.0, unit="mg/kg", dose_is=DoseIs.TOTAL) != usual


@pytest.mark.parametrize(
    ("step", "route"),
    [(CYCLOPHOSPHAMIDE, "IT"), (NATALIZUMAB, "PO"), (NATALIZUMAB, "not stated")],
)
def test_a_route_that_no_human_gets_is_refused(step: Mapping[str, Any], route: str) -> None:
    assert "route_of_drug" in problems({**step, "route": route})
    assert "route_of_drug" in problems({**step, "more_routes": [route]})


def test_natalizumab_by_vein_and_under_the_skin_is_taken() -> None:
    for route in ("IV", "SC"):
        assert problems({**NATALIZUMAB, "route": route}) == ""


HALVES = {**CYCLOPHOSPHAMIDE, "dose": 40.0}


@pytest.mark.parametrize(
    "steps",
    [
        (HALVES, {**HALVES, "agent": "Endoxan"}),
        (HALVES, {**HALVES, "agent": "cyclophosphamide (second vial)"}),
        ({**CYCLOPHOSPHAMIDE, "lasts_days": 40},),
        ({**CYCLOPHOSPHAMIDE, "dose": 25.0, "unit": "mg/kg three times daily"},),
        ({**CYCLOPHOSPHAMIDE, "dose": 300.0, "dose_is": "total", "unit": "mg/kg"},),
        ({**CYCLOPHOSPHAMIDE, "lasts_days": 1, "every_days": 1, "times": 9},),
        ({**CYCLOPHOSPHAMIDE, "kind": "processing", "dose": 90.0, "moves": {"b_kill": "by_dose"}},),
        (
            HALVES,
            {
                **CYCLOPHOSPHAMIDE,
                "agent": "cyclophosphamide pulses",
                "unit": "mg/m2",
                "dose": 1500.0,
                "lasts_days": 1,
                "every_days": 1,
                "times": 6,
            },
        ),
    ],
    ids=["brand", "brackets", "long", "thrice", "total", "repeats", "processing", "pulses"],
)
def test_a_course_is_added_up_however_it_is_written(steps: tuple[dict[str, Any], ...]) -> None:
    assert "dose_limit" in problems(*steps)


def test_one_dose_for_two_drugs_is_refused() -> None:
    found = problems({**CYCLOPHOSPHAMIDE, "agent": "mesna + cyclophosphamide"})
    assert "dose_of_several_drugs" in found


def test_doses_of_all_parts_of_a_sequence_are_added_up() -> None:
    parts = [{"protocol_id": "ahsct_cy200_ratg6", "day": day} for day in (0, 50)]
    assert "400 mg/kg in 90 days" in problems(kind="other", sequence=parts)


def test_the_lifetime_of_mitoxantrone_is_140_mg_per_m2() -> None:
    step = {
        "agent": "Novantrone",
        "dose": 12.0,
        "unit": "mg/m2",
        "route": "IV",
        "day": 0,
        "every_days": 91,
        "moves": {"activation_target": "mitoxantrone_activation_block"},
    }
    assert problems({**step, "times": 11}) == ""
    assert "dose_limit_lifetime" in problems({**step, "times": 12})
    endless = seen(step)
    assert endless.problems == ()
    assert "day 0 to 1001 if it goes on" in "\n".join(endless.warnings)


@pytest.mark.parametrize("every", [1, 7, 20])
def test_doses_too_close_together_are_refused(every: int) -> None:
    assert "dose_interval" in problems({**NATALIZUMAB, "every_days": every})


@pytest.mark.parametrize(
    "name",
    [n for n in catalogue.names() if any(s.dose for s in catalogue.load_as_written(n).steps)],
)
def test_every_published_protocol_passes_and_ten_times_its_doses_do_not(name: str) -> None:
    protocol = catalogue.load_as_written(name)
    assert errors(check(protocol, TABLE, catalogue.load_as_written)) == []
    if not any(find(step.agent) and _limited(step) for step in protocol.steps):
        return
    assert errors(check(_times_ten(protocol), TABLE, catalogue.load_as_written))


def _limited(step: Step) -> bool:
    unit = unit_of(step.unit) if step.unit else None
    told = step.dose is not None and unit is not None and unit.is_amount
    return told and step.kind not in ("collection", "processing", "monitoring", "remark")


def _times_ten(protocol: Protocol) -> Protocol:
    steps = tuple(
        s.model_copy(
            update={
                "dose": None if s.dose is None else 10.0 * s.dose,
                "dose_high": None if s.dose_high is None else 10.0 * s.dose_high,
            }
        )
        for s in protocol.steps
    )
    return protocol.model_copy(update={"steps": steps})


@pytest.mark.parametrize("agent", DRUGS)
def test_no_drug_is_silently_fine_by_any_route_at_ten_times_a_dose_each_day(agent: str) -> None:
    drug = DRUGS[agent]
    doses = [(r.high, r.unit) for r in dose_ranges() if r.agent == agent]
    known = routes_of(drug)
    assert known is not None
    for route in Route:
        for factor in (1.0, 10.0):
            for dose, unit in doses or [(None, "")]:
                told: dict[str, Any] = {} if dose is None else {"dose": factor * dose, "unit": unit}
                step = {"agent": agent, "route": route.value, "day": 0, "every_days": 1, **told}
                text = problems({**step, "times": 400})
                if route not in known.routes and agent != "placebo":
                    assert "route_of_drug" in text
                elif factor > 1.0 and dose is not None:
                    assert "dose_range" in text or "dose_limit" in text


@pytest.mark.parametrize("agent", DRUGS)
def test_every_drug_has_a_limit_or_says_that_it_has_none(agent: str) -> None:
    if agent == "placebo" or limits_of(DRUGS[agent]):
        return
    step = {"agent": agent, "route": "IV", "day": 0}
    assert "no_limit_on_file" in "\n".join(seen(step).warnings) + problems(step)
    dosed = problems({**step, "dose": 1.0, "unit": "mg"})
    assert "name each drug in a step of its own" in dosed


def test_limits_are_of_known_drugs_in_comparable_units_with_a_source() -> None:
    for limit in dose_limits():
        assert limit.agent in DRUGS
        assert limit.source
        known = routes_of(DRUGS[limit.agent])
        assert known is not None
        assert limit.route is None or limit.route in known.routes
        assert (limit.over is Over.INTERVAL) == (limit.unit == "")
        if limit.unit:
            ranges = [r for r in dose_ranges() if r.agent == limit.agent]
            assert any(converted(r.high, r.unit, limit.unit, TABLE) is not None for r in ranges), (
                limit
            )


def test_a_dose_is_brought_to_another_unit_by_weight_and_surface() -> None:
    assert converted(4.0, "g/m2", "mg/kg", TABLE) == pytest.approx(4000.0 * 1.8 / 70.0)
    assert converted(1.0, "mg/kg/d", "mg", TABLE) == pytest.approx(70.0)
    assert converted(1.0, "1e6 cells/kg", "1e6 cells", TABLE) == pytest.approx(70.0)
    assert converted(1.0, "mg", "Gy", TABLE) is None


def test_words_on_the_schedule_are_read() -> None:
    assert rhythm_of("ug/kg twice daily")[:2] == (2, 1)
    assert rhythm_of("mg every 4 weeks").every == 28
    assert rhythm_of("mg/kg over 4 days").over == 4
