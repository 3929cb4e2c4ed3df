"""Doses: units that compare, drugs under their names, and effects that follow the dose."""

from __future__ import annotations

import pytest

from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.amounts import amounts_of
from remyelin.therapies.dose_units import known_units, unit_of
from remyelin.therapies.drugs import dose_ranges, drugs, find
from remyelin.therapies.step import Step

TABLE = ParameterTable.load()


def size(name: str, field: str, place: int = 0, **changes: object) -> float:
    step = catalogue.load(name).steps[place].model_copy(update=changes)
    return amounts_of(step, TABLE)[field]


@pytest.mark.parametrize("unit", known_units())
def test_every_known_unit_may_be_followed_by_a_schedule(unit: str) -> None:
    assert unit_of(unit) == unit_of(f"{unit} every 4 weeks") == unit_of(f"{unit} in 5 days")


@pytest.mark.parametrize("unit", ["", "milligram", "mg per day", "mg every blue moon", "kg/mg"])
def test_an_unknown_unit_is_none(unit: str) -> None:
    assert unit_of(unit) is None


def test_units_of_one_kind_compare() -> None:
    gram, milligram = unit_of("g/m2"), unit_of("mg/m2")
    assert gram is not None
    assert milligram is not None
    assert gram.measures == milligram.measures
    assert gram.size == 1000.0 * milligram.size


def test_a_drug_is_found_by_other_names_and_brackets_do_not_count() -> None:
    assert find("rATG") is find("Rabbit anti-thymocyte globulin")
    assert find("cyclophosphamide (mobilisation)") is find("cyclophosphamide")
    assert find("cyclofosfamide") is None


def test_ranges_and_reference_doses_speak_of_known_drugs_in_known_units() -> None:
    for one in dose_ranges():
        assert find(one.agent) is not None
        assert unit_of(one.unit) is not None
        assert 0.0 < one.low < one.high
        assert one.source
    for drug in drugs().values():
        assert drug.unit == "" or unit_of(drug.unit) is not None


def test_the_reference_dose_has_the_amount_of_its_parameter() -> None:
    for name, field, key in (
        ("natalizumab", "traffic_target", "natalizumab_traffic_block"),
        ("fingolimod", "egress_target", "fingolimod_traffic_block"),
        ("interferon_beta", "activation_target", "interferon_activation_block"),
        ("alemtuzumab", "course_kill", "alemtuzumab_clone_kill"),
    ):
        assert size(name, field) == TABLE[key].internal


def test_two_regimens_of_one_drug_with_other_doses_differ() -> None:
    assert size("teriflunomide_7", "activation_target") < size("teriflunomide", "activation_target")
    assert size("fingolimod", "egress_target", dose=1.25) > size("fingolimod", "egress_target")


def test_the_second_course_of_alemtuzumab_is_three_fifths_of_the_first() -> None:
    for field in ("course_kill", "course_share", "naive_kill"):
        assert size("alemtuzumab", field, 1) == pytest.approx(0.6 * size("alemtuzumab", field))


def test_the_share_that_natalizumab_lets_through_falls_by_the_same_factor_with_every_dose() -> None:
    through = [1.0 - size("natalizumab", "traffic_target", dose=d) for d in (150.0, 300.0, 600.0)]
    assert through[1] == pytest.approx(through[0] ** 2)
    assert through[2] == pytest.approx(through[1] ** 2)


def test_a_longer_interval_lowers_a_level_and_leaves_a_pulse() -> None:
    rare = size("natalizumab", "traffic_target", every_days=42)
    assert 0.5 < rare < size("natalizumab", "traffic_target")
    assert size("rituximab", "cd20", every_days=365) == size("rituximab", "cd20")


def test_a_dose_in_another_unit_of_the_same_kind_is_the_same_dose() -> None:
    assert size("natalizumab", "traffic_target", dose=0.3, unit="g") == pytest.approx(
        size("natalizumab", "traffic_target")
    )


def test_no_dose_is_no_effect_and_a_step_without_a_dose_acts_in_full() -> None:
    assert size("rituximab", "cd20", dose=0.0) == 0.0
    steps = catalogue.load("ahsct_cy200_ratg6").steps
    (graft,) = [step for step in steps if "graft_stored" in step.moves]
    assert graft.dose is None
    assert amounts_of(graft, TABLE)["graft_stored"] == TABLE["cryopreserved_viability"].internal


def test_a_drug_without_a_reference_dose_is_not_scaled() -> None:
    step = Step(
        agent="busulfan", dose=5.0, unit="mg/kg", route="IV", day=0, moves={"b_kill": "full_level"}
    )
    assert amounts_of(step, TABLE) == {"b_kill": 1.0}
