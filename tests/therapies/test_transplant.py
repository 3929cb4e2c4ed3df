"""Transplantation from its parts: regimens come back from drugs, doses matter, order is checked."""

from __future__ import annotations

from collections import defaultdict
from math import log10
from pathlib import Path
from typing import Any

import pytest

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.catalogue import parse
from remyelin.therapies.drugs_by_dose import BY_ATG, SHARES, TARGETS, additive
from remyelin.therapies.inspection import inspect
from remyelin.therapies.sequences import written_out
from remyelin.therapies.transplant import given

TABLE = ParameterTable.load()
TRANSPLANTS = tuple(name for name in catalogue.names() if name.startswith("ahsct_"))

HEAD = """\
protocol_id: mine
label: Mine
treatment_class: ahsct
steps:
"""
TAIL = """\
citation: "assumption"
mark: assumed
"""
HARVEST = """\
  - {agent: filgrastim, route: SC, day: 0, moves: {mobilisation: by_dose}}
  - {agent: leukapheresis, route: apheresis, day: 5, moves: {apheresis: apheresis_per_session}}
"""
GRAFT = "  - {agent: graft, route: IV, day: 40, moves: {graft_stored: cryopreserved_viability}}\n"


def drug(agent: str, dose: float, unit: str, day: int = 35, days: int = 1) -> str:
    return (
        f"  - {{agent: {agent}, dose: {dose}, unit: {unit}, route: IV, day: {day}, "
        f"lasts_days: {days}, moves: {{conditioning: by_dose}}}}\n"
    )


def protocol_of(*steps: str) -> str:
    return HEAD + HARVEST + "".join(steps) + GRAFT + TAIL


def total(text: str, table: ParameterTable = TABLE) -> dict[str, float]:
    """Effects of a whole regimen, ATG at the reference count included, on the additive scale."""
    protocol = parse(text, where="mine.yaml")
    found: dict[str, float] = defaultdict(float)
    for item in given(protocol, table):
        for key, value in item.amounts.items():
            found[key] += additive(key, value)
    for key in BY_ATG:
        if key != "clone_kill":
            found[key] += found["atg"] * table[f"ratg_{key}"].internal
    return found


def clone_kill(found: dict[str, float], *, removed: float, table: ParameterTable = TABLE) -> float:
    """Mean kill of clones of the reference patient with one leukapheresis, in the split form."""
    atg = table["ratg_clone_kill"].internal
    left = 10.0 ** -(found["clone_kill"] + atg * found["clone_atg"])
    brought = table["graft_t_share"].internal * 10.0 ** -(atg * found["graft_atg"] + removed)
    return -log10(left + brought)


CY = drug("cyclophosphamide", 50.0, "mg/kg/d", 35, 4)
BEAM = (
    drug("carmustine", 300.0, "mg/m2", 33),
    drug("etoposide", 200.0, "mg/m2/d", 33, 4),
    drug("cytarabine", 200.0, "mg/m2/d", 33, 4),
    drug("melphalan", 140.0, "mg/m2", 37),
)
REFERENCES = {
    "cy200_atg": (0.0, (CY, drug("rabbit ATG", 1.2, "mg/kg/d", 35, 5))),
    "beam_atg": (0.0, (*BEAM, drug("rabbit ATG", 3.75, "mg/kg/d", 41, 2))),
    "bucy_atg": (
        3.0,
        (drug("busulfan", 2.4, "mg/kg/d", 30, 4), CY, drug("rabbit ATG", 1.25, "mg/kg/d", 36, 4)),
    ),
    "cy_rituximab": (0.0, (CY, drug("rituximab", 1000.0, "mg", 50))),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_reference_regimens_give_exactly_the_figures_of_the_model(name: str) -> None:
    removed, steps = REFERENCES[name]
    found = total(protocol_of(*steps))
    for key in TARGETS:
        if key != "clone_kill":
            wanted = additive(key, TABLE[f"{name}_{key}"].internal)
            assert found[key] == pytest.approx(wanted, rel=1e-9), key
    wanted = TABLE[f"{name}_clone_kill"].internal
    assert clone_kill(found, removed=removed) == pytest.approx(wanted, rel=1e-9)


def test_the_figures_come_back_for_other_values_of_the_parameters() -> None:
    other = TABLE.with_values({"cy200_atg_clone_kill": 1.7, "graft_t_share": 0.01})
    _, steps = REFERENCES["cy200_atg"]
    found = total(protocol_of(*steps), other)
    assert clone_kill(found, removed=0.0, table=other) == pytest.approx(1.7, rel=1e-9)


def test_half_the_cyclophosphamide_does_half_of_what_it_does_alone() -> None:
    whole = total(protocol_of(CY))
    half = total(protocol_of(drug("cyclophosphamide", 25.0, "mg/kg/d", 35, 4)))
    for key in (*TARGETS, "gonadotoxicity"):
        assert half[key] == pytest.approx(0.5 * whole[key], rel=1e-9), key
        assert whole[key] > 0.0


def test_two_ways_of_giving_one_dose_add_up_to_the_same() -> None:
    days = total(protocol_of(CY))
    once = total(protocol_of(drug("cyclophosphamide", 200.0, "mg/kg", 36)))
    per_m2 = 200.0 * TABLE["body_weight"].internal / TABLE["body_surface"].internal / 1000.0
    area = total(protocol_of(drug("cyclophosphamide", per_m2, "g/m2", 36)))
    for key in TARGETS:
        assert days[key] == pytest.approx(once[key], rel=1e-9)
        assert area[key] == pytest.approx(once[key], rel=1e-9)


def test_more_of_any_drug_never_does_less() -> None:
    for agent, dose, unit in (
        ("cyclophosphamide", 50.0, "mg/kg"),
        ("busulfan", 3.2, "mg/kg"),
        ("melphalan", 100.0, "mg/m2"),
        ("carmustine", 300.0, "mg/m2"),
        ("etoposide", 400.0, "mg/m2"),
        ("cytarabine", 400.0, "mg/m2"),
        ("total body irradiation", 2.0, "Gy"),
        ("rabbit ATG", 2.0, "mg/kg"),
        ("horse ATG", 30.0, "mg/kg"),
        ("alemtuzumab", 10.0, "mg"),
        ("rituximab", 500.0, "mg"),
    ):
        less, more = (total(protocol_of(drug(agent, k * dose, unit))) for k in (1.0, 2.0))
        assert all(more[key] >= less[key] for key in less), agent
        assert any(more[key] > less[key] for key in less), agent


def test_a_cd34_selected_graft_with_the_same_drugs_leaves_fewer_clones() -> None:
    _, steps = REFERENCES["cy200_atg"]
    found = total(protocol_of(*steps))
    assert clone_kill(found, removed=3.0) > clone_kill(found, removed=0.0) + 0.2


def test_horse_atg_goes_by_its_equivalence_and_oral_busulfan_by_its_exposure() -> None:
    horse = total(protocol_of(drug("horse ATG", 60.0, "mg/kg")))
    rabbit = total(protocol_of(drug("rabbit ATG", 6.0, "mg/kg")))
    assert horse["atg"] == pytest.approx(rabbit["atg"])
    oral = drug("busulfan", 12.0, "mg/kg").replace("route: IV", "route: PO")
    by_mouth = total(protocol_of(oral))
    by_vein = total(protocol_of(drug("busulfan", 9.6, "mg/kg")))
    assert by_mouth["neurotoxicity"] == pytest.approx(by_vein["neurotoxicity"])


@pytest.mark.parametrize("name", TRANSPLANTS)
def test_every_transplant_of_the_catalogue_is_put_together(name: str) -> None:
    items = given(catalogue.load(name), TABLE)
    amounts = [value for item in items for value in item.amounts.values()]
    assert min(amounts) > 0.0
    for item in items:
        for key in SHARES:
            assert item.amounts.get(key, 0.0) < 1.0
    grafts = [item.day for item in items if "graft_stored" in item.amounts]
    killed = [item.day for item in items if "clone_kill" in item.amounts]
    assert grafts == killed


def test_no_two_transplants_of_the_catalogue_are_the_same_treatment() -> None:
    found = {
        name: tuple(sorted((i.day, k, v) for i in given(catalogue.load(name), TABLE)
                           for k, v in i.amounts.items()))
        for name in TRANSPLANTS
    }  # fmt: skip
    assert len(set(found.values())) == len(found) >= 12


def test_the_page_on_transplantation_holds_the_figures_of_every_protocol() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "transplantation.md").read_text("utf-8")
    for name in TRANSPLANTS:
        found: dict[str, float] = defaultdict(float)
        for item in given(catalogue.load(name), TABLE):
            for key, value in item.amounts.items():
                found[key] += value
        share = "graft_t_share" if found["apheresis"] > 0.0 else "marrow_t_share"
        one = TABLE.with_values({"graft_t_share": TABLE[share].internal})
        kill = clone_kill(found, removed=found["graft_selection"], table=one)
        assert f"| `{name}` | {kill:.2f} |" in page
        assert f"| {found['gonadotoxicity']:.1f} |" in page


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text, where="mine.yaml")
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (drug("moonshine", 1.0, "mg/kg"), ("moonshine", "cyclophosphamide")),
        (drug("cyclophosphamide", 50.0, "Gy"), ("steps.3", "Gy", "mg/kg")),
        (drug("total body irradiation", 10.0, "mg/kg"), ("mg/kg", "Gy")),
        (drug("cyclophosphamide", 50.0, "mg/kg").replace("conditioning", "naive_kill"),
         ("steps.3", "naive_kill")),
        (drug("cyclophosphamide", 50.0, "mg/kg", 200), ("day 200", "no graft")),
    ],
)  # fmt: skip
def test_a_wrong_step_is_named_with_its_rule(step: str, words: tuple[str, ...]) -> None:
    message = refused(protocol_of(step))
    for word in words:
        assert word in message


def test_a_graft_before_its_harvest_is_refused() -> None:
    early = GRAFT.replace("day: 40", "day: 3")
    message = refused(HEAD + HARVEST + early + TAIL)
    assert "day 3" in message
    assert "collect" in message


def test_all_problems_of_a_transplant_are_listed_at_once() -> None:
    text = protocol_of(drug("moonshine", 1.0, "mg/kg"), drug("busulfan", 1.0, "Gy"))
    assert len(refused(text).splitlines()) == 2


def test_repeats_of_a_dose_are_each_given() -> None:
    by_days = total(protocol_of(CY))
    row = drug("cyclophosphamide", 50.0, "mg/kg", 35)
    one = row.replace("lasts_days: 1", "every_days: 1, times: 4")
    other = row.replace("lasts_days: 1", "every_days: 1, times: 9, ends_day: 39")
    for text in (one, other):
        again = total(protocol_of(text))
        for key in (*TARGETS, "gonadotoxicity"):
            assert again[key] == pytest.approx(by_days[key], rel=1e-9), key


def test_mobilisation_over_several_days_costs_the_whole_dose() -> None:
    row = (
        "{{agent: cyclophosphamide, dose: {}, unit: {}, route: IV, day: 0, {}"
        "moves: {{mobilisation: by_dose}}}}"
    )
    once = HEAD + "  - " + row.format(4.0, "g/m2", "") + "\n" + TAIL
    days = HEAD + "  - " + row.format(2.0, "g/m2/d", "lasts_days: 2, ") + "\n" + TAIL
    twice = HEAD + "  - " + row.format(2.0, "g/m2", "every_days: 1, times: 2, ") + "\n" + TAIL
    assert total(days) == pytest.approx(total(once))
    assert total(twice) == pytest.approx(total(once))


def test_an_endless_dose_by_dose_is_refused() -> None:
    endless = drug("cyclophosphamide", 50.0, "mg/kg").replace("lasts_days: 1", "every_days: 7")
    message = refused(protocol_of(endless))
    assert "times" in message
    assert "ends_day" in message


CUT: dict[str, Any] = {
    "protocol_id": "cut",
    "label": "Cut between conditioning and graft",
    "treatment_class": "other",
    "sequence": [{"protocol_id": "ahsct_cy200_ratg6", "day": 0, "lasts_days": 38}],
    "citation": "x",
    "mark": "assumed",
}


@pytest.mark.parametrize("later", [False, True])
def test_a_sequence_that_cuts_a_transplantation_in_two_is_refused(later: bool) -> None:
    more = [{"protocol_id": "ahsct_melphalan200", "day": 400}] if later else []
    data = {**CUT, "sequence": [*CUT["sequence"], *more]}
    whole = catalogue.from_mapping(data, where="mine")
    with pytest.raises(InputError, match="no graft"):
        written_out(whole, catalogue.load_as_written)
    assert any("no graft" in problem for problem in inspect(data, TABLE).problems)


def test_a_graft_that_was_never_collected_is_found_by_inspection() -> None:
    data = parse_yaml(HEAD + CY + GRAFT + TAIL, where="mine")
    assert any("collected" in problem for problem in inspect(data, TABLE).problems)
