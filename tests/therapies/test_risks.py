"""Risks of drugs: on which days of a protocol they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.risks import joined
from remyelin.therapies.sequences import written_out
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.therapies.transplant import Given, given

TABLE = ParameterTable.load()


def steps(*given_steps: dict[str, Any], kind: str = "dmt") -> Protocol:
    filled = [{"route": "IV", "day": 0, **step} for step in given_steps]
    data = {"protocol_id": "mine", "label": "Mine", "treatment_class": kind, "steps": filled}
    return catalogue.from_mapping({**data, "citation": "x", "mark": "assumed"}, where="mine")


def sequence(*parts: tuple[str, int, int | None], kind: str = "dmt") -> Protocol:
    named = [{"protocol_id": n, "day": d, "lasts_days": lasts} for n, d, lasts in parts]
    data = {"protocol_id": "mine", "label": "Mine", "treatment_class": kind, "sequence": named}
    whole = catalogue.from_mapping({**data, "citation": "x", "mark": "assumed"}, where="mine")
    return written_out(whole, catalogue.load_as_written)


def moving(protocol: Protocol, field: str) -> list[Given]:
    return sorted((g for g in given(protocol, TABLE) if field in g.amounts), key=lambda g: g.day)


def spans(protocol: Protocol, field: str) -> list[tuple[int, int | None]]:
    return joined((one.day, one.end) for one in moving(protocol, field))


@pytest.mark.parametrize("name", ["ocrelizumab", "ofatumumab", "ublituximab", "rituximab"])
def test_a_rate_outlives_the_loading_doses(name: str) -> None:
    assert spans(catalogue.load(name), "serious_infection_rate") == [(0, None)]


def test_a_rate_comes_back_with_a_drug_that_is_stopped_and_resumed() -> None:
    found = sequence(("natalizumab", 0, 100), ("natalizumab", 200, None))
    assert spans(found, "pml_rate") == [(0, 100), (200, None)]


@pytest.mark.parametrize("name", ["cladribine", "cladribine_5_25"])
def test_the_rate_of_cladribine_holds_for_the_two_years_of_its_courses(name: str) -> None:
    ((begin, end),) = spans(catalogue.load(name), "lymphopenia_rate")
    assert begin == 0
    assert end is not None
    assert abs(end - 730) <= 7


def test_a_drug_with_a_last_dose_is_over_when_the_next_would_be_due() -> None:
    last = {"agent": "natalizumab", "dose": 300.0, "unit": "mg", "every_days": 28, "times": 3}
    assert spans(steps(last), "pml_rate") == [(0, 84)]


def test_rates_of_two_drugs_at_once_add_up() -> None:
    found = sequence(("mitoxantrone", 0, 200), ("ocrelizumab", 100, None))
    one, two = (TABLE[f"{n}_infection_rate"].internal for n in ("mitoxantrone", "anti_cd20"))
    rates = [
        (g.day, g.end, g.amounts["serious_infection_rate"])
        for g in moving(found, "serious_infection_rate")
    ]
    assert rates[0] == (0, 100, one)
    assert rates[1][:2] == (100, 200)
    assert rates[1][2] == pytest.approx(one + two)
    assert all(rate == two for day, _, rate in rates if day >= 200)
    assert rates[-1][1] is None


def test_a_drug_before_a_transplantation_keeps_its_risk() -> None:
    for kind in ("dmt", "ahsct", "other"):
        found = sequence(("natalizumab", 0, 365), ("ahsct_cy_rituximab", 420, None), kind=kind)
        assert spans(found, "pml_rate") == [(0, 365)]
        assert moving(found, "serious_infection_rate") == []
        late = [g for g in moving(found, "infusion_reaction") if g.day >= 420]
        assert late
        assert all(g.every_days is None or g.end is not None for g in late)


def test_a_single_dose_gives_one_reaction_and_ublituximab_one_endless_series() -> None:
    found = moving(catalogue.load("ublituximab"), "infusion_reaction")
    assert [(g.day, g.every_days) for g in found] == [(0, None), (14, None), (168, 168)]
    once = {"agent": "rituximab", "dose": 1000.0, "unit": "mg", "moves": {"cd20": "cd20_course"}}
    (only,) = moving(steps(once), "infusion_reaction")
    assert only.every_days is None
    held = {"agent": "natalizumab", "moves": {"traffic_target": "natalizumab_traffic_block"}}
    (lasting,) = moving(steps(held), "infusion_reaction")
    assert lasting.every_days == 28


@pytest.mark.parametrize("agent", ["Natalizumab", "natalizumab (biosimilar)"])
def test_an_agent_is_known_by_all_its_names(agent: str) -> None:
    step = {"agent": agent, "dose": 300.0, "unit": "mg", "every_days": 28}
    assert spans(steps(step), "pml_rate") == [(0, None)]


def test_every_interferon_of_the_catalogue_has_its_rate_of_liver_injury() -> None:
    names = [n for n in catalogue.names() if "interferon" in n and catalogue.load(n).acts]
    assert len(names) >= 4
    for name in names:
        assert spans(catalogue.load(name), "liver_rate") == [(0, None)], name


def test_a_slow_heart_comes_only_with_the_first_dose() -> None:
    daily = {"agent": "fingolimod", "dose": 0.5, "unit": "mg", "route": "PO", "every_days": 1}
    assert [(g.day, g.every_days) for g in moving(steps(daily), "bradycardia")] == [(0, None)]


def test_no_risk_comes_with_a_dose_of_nothing() -> None:
    step = {"agent": "natalizumab", "dose": 0.0, "unit": "mg", "every_days": 28}
    assert given(steps(step), TABLE) == ()


def test_alemtuzumab_brings_secondary_autoimmunity_by_its_dose() -> None:
    reference = TABLE["alemtuzumab_reference"].internal
    found = {
        g.day: g.amounts["alemtuzumab"]
        for g in moving(catalogue.load("alemtuzumab"), "alemtuzumab")
    }
    assert found == {0: pytest.approx(60.0 / reference), 365: pytest.approx(36.0 / reference)}


def test_pulses_of_cyclophosphamide_add_their_dose_to_the_alkylating_dose_of_a_life() -> None:
    protocol = catalogue.load("cyclophosphamide_pulses")
    (one,) = moving(protocol, "gonadotoxicity")
    assert one.every_days == 30
    assert one.amounts["gonadotoxicity"] == pytest.approx(0.7)
    half = protocol.steps[0].model_copy(update={"dose": 350.0})
    (less,) = moving(protocol.model_copy(update={"steps": (half,)}), "gonadotoxicity")
    assert less.amounts["gonadotoxicity"] == pytest.approx(0.35)


@pytest.mark.parametrize(
    ("name", "exposure"), [("alemtuzumab", "antibody"), ("cyclophosphamide_pulses", "alkylator")]
)
def test_signature_harms_reach_the_patient(name: str, exposure: str) -> None:
    streams = Streams.of(1, np.zeros(2, dtype=np.int64), np.arange(2))
    people = at_onset(TABLE, streams, era_factor=1.0)
    course = Course(catalogue.load(name), np.array([1]), np.array([0]), np.array([FOREVER]))
    plan = Schedule(entries(course, TABLE, Window(0, 40)))
    after, _ = Engine(TABLE).advance(people, 0, 40, plan)
    untouched, treated = getattr(after.state.harm, exposure)
    wanted = {"antibody": TABLE["alemtuzumab_autoimmunity_factor"].internal, "alkylator": 1.4}
    assert (untouched, treated) == (0.0, pytest.approx(wanted[exposure]))
