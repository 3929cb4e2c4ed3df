"""Harvest, ATG and harm: what a patient's own counts, doses and drugs bring about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.advance import Engine
from remyelin.engine.happenings import Happenings
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.model.antithymocyte import ExposureParameters, atg_exposure
from remyelin.model.schedule import Entry, Schedule
from remyelin.model.states import Harvest
from remyelin.parameters import ParameterTable, bind
from tests.model.bench import TABLE, newcomers

COUNT = 300
FIRST = 100
"""Day on which tests begin to treat."""

HARVEST = {"mobilisation": 134.0, "apheresis": 0.0686}
CONDITIONING = {
    "conditioning": 1.0,
    "naive_kill": 2.0,
    "memory_kill": 1.5,
    "atg": 1.0,
    "toxicity": 1.0,
    "gonadotoxicity": 7.8,
}
GRAFT = {"conditioning": 1.0, "clone_kill": 1.6, "progenitor_kill": 2.0, "graft_stored": 0.8}


@cache
def patients() -> Population:
    return Engine(TABLE).advance(newcomers(COUNT, seed=8), 0, FIRST)[0]


def plan(*days: tuple[int, Mapping[str, float]]) -> Schedule:
    rows = np.arange(COUNT)
    return Schedule(
        Entry(field, rows, np.full(COUNT, FIRST + day), amount)
        for day, amounts in days
        for field, amount in amounts.items()
    )


def carried(
    schedule: Schedule,
    days: int,
    *,
    table: ParameterTable = TABLE,
    people: Population | None = None,
) -> tuple[Population, Happenings]:
    start = patients() if people is None else people
    return Engine(table).advance(start, FIRST, FIRST + days, schedule)


def counted(seen: Happenings) -> Counter[str]:
    return Counter(seen.event[kind] for kind in seen.kind)


def transplant(first: int = 0) -> tuple[tuple[int, Mapping[str, float]], ...]:
    return ((first, HARVEST), (first + 10, CONDITIONING), (first + 12, GRAFT))


def test_nothing_happens_to_the_untreated() -> None:
    people, seen = carried(Schedule(), 200)
    for group in (people.state.harvest, people.state.harm, people.state.harm_today):
        assert all((leaf == 0.0).all() for leaf in group)
    assert set(counted(seen)) <= {"relapse", "infection"}


def test_the_graft_follows_each_patients_own_mobilisation() -> None:
    people, seen = carried(plan((0, HARVEST)), 2)
    stored, trait = people.state.harvest.stored, people.traits.blood_traits.mobilisation
    collected = stored > 0.0
    assert stored[collected] == pytest.approx(134.0 * 0.0686 * trait[collected])
    assert counted(seen)["leukapheresis"] == collected.sum()


def test_collection_ends_when_the_target_is_in_store() -> None:
    days = [(0, HARVEST)] + [(day, {"apheresis": 0.0686}) for day in (1, 2, 3, 4)]
    people, _ = carried(plan(*days), 6)
    harvest, target = people.state.harvest, TABLE["graft_target"].internal
    enough = patients().traits.blood_traits.mobilisation * 134.0 * 0.0686 >= target
    assert (harvest.sessions[enough] == 1.0).all()
    assert (harvest.sessions[~enough] > 1.0).mean() > 0.9


def test_a_second_mobilisation_and_marrow_are_only_for_those_with_too_few_cells() -> None:
    low = {"mobilisation": 25.0, "apheresis": 0.0686}
    second = {"mobilisation": 60.0, "apheresis": 0.0686, "marrow_harvest": 2.2}
    once, _ = carried(plan((0, low)), 5)
    both, seen = carried(plan((0, low), (5, second)), 10)
    before, after = once.state.harvest, both.state.harvest
    few = before.stored < TABLE["graft_minimum"].internal
    assert 0 < few.sum() < COUNT
    assert counted(seen)["mobilisation_failure"] == few.sum()
    assert (after.stored[few] > before.stored[few]).all()
    assert (after.peak[~few] <= before.peak[~few]).all()


def test_nobody_without_a_graft_in_store_is_conditioned() -> None:
    people, seen = carried(plan((0, CONDITIONING), (2, GRAFT)), 40)
    plain, _ = carried(Schedule(), 40)
    assert people.state.t_cells.naive.tolist() == plain.state.t_cells.naive.tolist()
    assert people.state.clones.first.tolist() == plain.state.clones.first.tolist()
    assert "neutropenia" not in counted(seen)


def test_cd34_selection_takes_t_cells_and_some_cd34_cells() -> None:
    plain, _ = carried(plan((0, HARVEST)), 5)
    selected, _ = carried(plan((0, HARVEST), (2, {"graft_selection": 3.0})), 5)
    before, after = plain.state.harvest, selected.state.harvest
    assert after.t_cells == pytest.approx(before.t_cells / 1000.0)
    assert after.stored == pytest.approx(before.stored * TABLE["selection_recovery"].internal)


def test_over_its_whole_tail_a_course_of_atg_kills_what_the_table_says() -> None:
    still = TABLE.with_values({"naive_expansion": 0.0, "thymic_output": 0.0})
    people, _ = carried(plan((0, {"atg": 1.0})), 90, table=still)
    plain, _ = carried(Schedule(), 90, table=still)
    ratio = people.state.t_cells.naive / plain.state.t_cells.naive
    half = np.median(carried(plan((0, {"atg": 1.0})), 6, table=still)[0].state.harm.atg)
    assert half == pytest.approx(0.5, rel=1e-9)
    assert np.median(ratio) == pytest.approx(10.0 ** -TABLE["ratg_naive_kill"].internal, rel=0.1)
    assert (people.state.harm.atg == 0.0).all()


def test_many_lymphocytes_clear_atg_sooner() -> None:
    counts = np.array([0.0, 200.0, 850.0, 2000.0])
    zero = np.zeros(4)
    harvest = Harvest(zero, zero, zero, zero, counts, zero, zero)
    found = atg_exposure(NUMPY, bind(ExposureParameters, TABLE), harvest)
    assert found[0] == found[2] == 1.0
    assert found[1] > 1.0 > found[3]


def test_a_transplant_brings_neutropenia_to_nearly_all_and_fever_to_some_of_them() -> None:
    people, seen = carried(plan(*transplant()), 70)
    found = counted(seen)
    grafted = (patients().traits.blood_traits.mobilisation * 134.0 * 0.0686 >= 2.0).sum()
    assert people.state.harvest.stored.max() < 2.0
    assert found["neutropenia"] > 0.9 * grafted
    assert 0.15 * grafted < found["febrile_neutropenia"] < 0.8 * grafted
    low = {(r, d) for r, d in zip(*seen.of("neutropenia"), strict=True)}
    first = {r: d for r, d in sorted(low, reverse=True)}
    assert all(d >= first[r] for r, d in zip(*seen.of("febrile_neutropenia"), strict=True))
    assert found["ebv_reactivation"] > 0.8 * grafted
    assert 0 < found["cmv_reactivation"] < found["ebv_reactivation"]


def women(age: float) -> Population:
    people = patients()
    clock = people.state.clock._replace(age=np.full(COUNT, age))
    person = people.traits.person._replace(female=(np.arange(COUNT) % 2).astype(float))
    state, traits = people.state._replace(clock=clock), people.traits._replace(person=person)
    return replace(people, state=state, traits=traits)


def amenorrhoea(age: float, *doses: float) -> NDArray[np.float64]:
    days = [(5 * k, {"gonadotoxicity": dose}) for k, dose in enumerate(doses)]
    return carried(plan(*days), 40, people=women(age))[0].state.harm.amenorrhoea


def test_lasting_amenorrhoea_comes_to_women_and_rises_with_age_and_dose() -> None:
    young, middle, older = (amenorrhoea(age, 7.8) for age in (25.0, 36.0, 45.0))
    assert young.mean() < middle.mean() < older.mean()
    assert middle[1::2].mean() == pytest.approx(0.5, abs=0.13)
    assert older[0::2].max() == 0.0
    assert amenorrhoea(36.0, 3.0).mean() < middle.mean() < amenorrhoea(36.0, 20.0).mean()


def test_two_doses_bring_the_risk_of_their_sum() -> None:
    once, twice = amenorrhoea(36.0, 8.0).mean(), amenorrhoea(36.0, 4.0, 4.0).mean()
    assert once == pytest.approx(twice, abs=0.1)


def late(extra: Mapping[str, float]) -> Counter[str]:
    quick = TABLE.with_values({"autoimmunity_rate": 0.002})
    seen = carried(plan((0, HARVEST), (10, CONDITIONING | extra), (12, GRAFT)), 300, table=quick)[1]
    return counted(seen)


def test_alemtuzumab_in_conditioning_brings_more_autoimmunity_than_atg() -> None:
    kinds = ("autoimmune_hypothyroidism", "autoimmune_hyperthyroidism", "autoimmune_itp")
    atg, alemtuzumab = late({}), late({"alemtuzumab": 1.0})
    for kind in kinds:
        assert alemtuzumab[kind] > atg[kind] > 0
    assert sum(alemtuzumab[kind] for kind in kinds) > 1.6 * sum(atg[kind] for kind in kinds)


def test_deaths_follow_toxicity_and_the_centre() -> None:
    def deaths(toxicity: float, centre: float) -> int:
        table = TABLE.with_values({"centre_fatality_factor": centre, "organ_toxicity": 1.0})
        days = ((0, HARVEST), (10, CONDITIONING | {"toxicity": toxicity}), (12, GRAFT))
        return counted(carried(plan(*days), 110, table=table)[1])["death"]

    assert deaths(4.0, 1.0) < deaths(8.0, 4.0)
    assert deaths(1.0, 1.0) < deaths(4.0, 10.0)


def test_pml_needs_time_and_the_virus() -> None:
    table = TABLE.with_values({"pml_negative_factor": 0.0, "pml_low_factor": 0.001})
    schedule = plan((0, {"pml_rate": 0.02}))
    people, seen = carried(schedule, 700, table=table)
    rows, days = seen.of("pml")
    classes = people.state.harm.jcv
    share = TABLE["jcv_negative_share"].internal
    assert (classes == 1.0).mean() == pytest.approx(share, abs=0.1)
    assert len(rows) > 20
    assert (classes[rows] > 1.0).all()
    assert (days - FIRST <= 350).sum() < (days - FIRST > 350).sum() / 3


def test_the_class_of_the_virus_stays_with_a_patient_whenever_the_drug_begins() -> None:
    early, _ = carried(plan((0, {"pml_rate": 0.001})), 300)
    late, _ = carried(plan((120, {"pml_rate": 0.001})), 300)
    assert np.array_equal(early.state.harm.jcv, late.state.harm.jcv)


def test_toxicity_of_a_dose_fades_without_a_graft() -> None:
    people, _ = carried(plan((0, {"toxicity": 0.2})), 3)
    later, _ = carried(plan((0, {"toxicity": 0.2})), 700)
    assert (people.state.harm.toxicity > 0.1).all()
    assert (later.state.harm.toxicity == 0.0).all()


def test_reactions_come_with_doses_and_as_often_as_they_should() -> None:
    _, seen = carried(plan((0, {"infusion_reaction": 0.3, "bradycardia": 0.1})), 5)
    assert counted(seen)["infusion_reaction"] == pytest.approx(90, abs=25)
    assert counted(seen)["bradycardia"] == pytest.approx(30, abs=17)


def test_a_second_transplant_is_collected_anew_and_acts_again() -> None:
    once, _ = carried(plan(*transplant()), 420)
    twice, _ = carried(plan(*transplant(), *transplant(400)), 420)
    again = twice.state.clones.first < 0.5 * once.state.clones.first
    assert again.mean() > 0.8
    dose = twice.state.harm.alkylator
    grafted = dose > 8.0
    assert grafted.mean() > 0.9
    assert dose[grafted] == pytest.approx(2 * 7.8)
    assert (twice.state.t_cells.memory[grafted] < once.state.t_cells.memory[grafted]).all()


def test_mobilisation_without_steroids_raises_activity_while_it_lasts() -> None:
    def relapses(flare: float) -> int:
        schedule = plan((0, {"flare": flare}))
        return counted(carried(schedule, 200)[1])["relapse"]

    assert relapses(3.0) > 1.5 * relapses(0.0)
