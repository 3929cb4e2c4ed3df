"""Single subsystems against their equations, worked out a second time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.model import blood
from remyelin.model.day import STAGES
from remyelin.model.function import RecoveryParameters, recover
from remyelin.model.inputs import Levels
from remyelin.model.states import BCells, Clock, Deficit, Steroids
from remyelin.model.tissue import TissueParameters, smoulder
from remyelin.parameters import bind
from tests.model.bench import TABLE, newcomers

VALUE = {parameter.key: parameter.internal for parameter in TABLE}


def patients() -> Population:
    """Patients with some history."""
    return Engine(TABLE).advance(newcomers(60, seed=9), 0, 300)[0]


def tissue_after(memory_b: float) -> dict[str, Any]:
    people = patients()
    parts = {**people.traits._asdict(), **people.state._asdict()}
    parts["b_cells"] = BCells(*(np.full(60, x) for x in (1.0, memory_b, 0.0)))
    (stage,) = [stage for stage in STAGES if stage.step is smoulder]
    asked = {name: parts[name] for name in stage.reads}
    return dict(smoulder(NUMPY, bind(TissueParameters, TABLE), 1.0, **asked))


def test_without_memory_b_cells_smouldering_does_less_damage_by_their_share() -> None:
    before = patients().state
    with_b, without_b, doubled = (tissue_after(level) for level in (1.0, 0.0, 2.0))
    lost = VALUE["axon_degeneration_rate"] * before.tissue.demyelinated
    lost = lost * (1.0 + before.tissue.smouldering)
    own = lost * VALUE["axon_loss_damage_spinal"] * patients().traits.disease.vulnerability

    def by_smouldering(given: dict[str, Any]) -> Any:
        return given["deficit"].lasting_spinal - before.deficit.lasting_spinal - own

    ratio = by_smouldering(without_b) / by_smouldering(with_b)
    assert ratio == pytest.approx(1.0 - VALUE["memory_b_smouldering_share"], rel=1e-6)
    assert np.array_equal(doubled["deficit"].lasting_spinal, with_b["deficit"].lasting_spinal)
    assert (without_b["tissue"].volume > with_b["tissue"].volume).all()
    assert np.array_equal(without_b["tissue"].smouldering, with_b["tissue"].smouldering)


def test_tissue_follows_its_equations() -> None:
    people = patients()
    state, disease = people.state, people.traits.disease
    now, given = state.tissue, tissue_after(1.0)["tissue"]
    inflammation = state.lesions.rate / VALUE["milieu_reference_rate"]
    lost = VALUE["axon_degeneration_rate"] * now.demyelinated * (1 + now.smouldering)
    repair = np.clip(1 - 0.02 * (state.clock.age - 30) + disease.repair, 0.15, 1.4)
    rebuilt = now.demyelinated * VALUE["remyelination_rate"] * repair
    rebuilt = rebuilt / (1 + inflammation + now.smouldering)
    growth = disease.smouldering_rate - VALUE["smouldering_clearance"] * now.smouldering
    cleared = VALUE["axon_clearance"] * now.dying_axons
    assert given.demyelinated == pytest.approx(now.demyelinated - lost - rebuilt, rel=1e-12)
    assert given.smouldering == pytest.approx(now.smouldering + growth, rel=1e-12)
    assert given.dying_axons == pytest.approx(
        now.dying_axons + VALUE["axon_loss_share"] * lost - cleared, rel=1e-12
    )
    assert given.milieu == pytest.approx(now.milieu + (inflammation - now.milieu) / 30, rel=1e-12)


def test_reversible_deficits_recover_with_their_time_and_lasting_ones_never() -> None:
    people = newcomers(3)
    disease = people.traits.disease._replace(repair=np.array([0.0, 0.3, 0.0]))
    clock = Clock(np.array([30.0, 30.0, 60.0]), np.zeros(3))
    deficit = Deficit(*(np.ones(3) for _ in range(9)))
    given = recover(
        NUMPY,
        bind(RecoveryParameters, TABLE),
        1.0,
        deficit=deficit,
        disease=disease,
        clock=clock,
        steroids=Steroids(np.zeros(3)),
        cell_effects=people.state.cell_effects,
    )["deficit"]
    assert np.array(given[:3]) == pytest.approx(np.ones((3, 3)), abs=0.0)
    slow = np.exp(-np.array([1.0, 1.3, 0.4]) / VALUE["slow_recovery_time"])
    fast = np.exp(-np.ones(3) / VALUE["fast_recovery_time"])
    for k in range(3):
        assert given[3 + k] == pytest.approx(slow, rel=1e-12)
        assert given[6 + k] == pytest.approx(fast, rel=1e-12)


def counts(substeps: int, monkeypatch: pytest.MonkeyPatch) -> np.ndarray[Any, Any]:
    """Neutrophils of one patient on the days after a graft."""
    monkeypatch.setattr(blood, "SUBSTEPS", substeps)
    people = newcomers(1)
    marrow = people.state.marrow._replace(
        progenitors=np.array([0.02]),
        transit_1=np.array([0.05]),
        transit_2=np.array([0.15]),
        neutrophils=np.array([1.5]),
    )
    found = []
    for _ in range(60):
        marrow = blood.renew_blood(
            NUMPY,
            bind(blood.MarrowParameters, TABLE),
            1.0,
            marrow=marrow,
            blood_traits=people.traits.blood_traits,
            clock=Clock(np.array([30.0]), np.array([100.0])),
            levels=Levels(),
        )["marrow"]  # type: ignore[assignment]
        found.append(marrow.neutrophils[0])
    return np.array(found)


def test_steps_within_a_day_are_fine_enough_for_neutrophils(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used, fine = (counts(substeps, monkeypatch) for substeps in (blood.SUBSTEPS, 512))
    assert np.abs(np.log(used / fine)).max() < 0.15
    assert abs(int(np.argmax(used > 0.5)) - int(np.argmax(fine > 0.5))) <= 1


def test_marrow_at_rest_stays_at_rest() -> None:
    people = newcomers(20)
    open_window = people.state.clock._replace(recovery_left=np.full(20, 100.0))
    start = replace(people, state=people.state._replace(clock=open_window))
    end = Engine(TABLE).advance(start, 0, 60)[0].state.marrow
    assert end.neutrophils == pytest.approx(people.traits.blood_traits.neutrophils, rel=1e-9)
    assert end.platelets == pytest.approx(people.traits.blood_traits.platelets, rel=1e-9)
    assert (end.engrafted_today == 0.0).all()


def test_lesions_fall_on_their_sites_in_the_shares_given() -> None:
    # Only brain lesions are counted on T2; spinal ones are what remains of all.
    people = newcomers(2000, seed=4)
    begun, total = 0.0, people
    for day in range(0, 60):
        total, _ = Engine(TABLE).advance(total, day, day + 1)
        begun += total.state.lesions.today.sum()
    seen = total.state.lesions.t2_total.sum()
    brain = VALUE["site_share_cerebral"] + VALUE["site_share_brainstem"]
    assert seen / begun == pytest.approx(brain, abs=4 * np.sqrt(brain * (1 - brain) / begun))


def test_the_virtual_population_has_the_sexes_ages_and_rates_of_the_table() -> None:
    traits = newcomers(20_000, seed=6).traits
    female, rate = traits.person.female, traits.disease.lesion_rate
    assert female.mean() == pytest.approx(VALUE["female_share"], abs=0.013)
    assert np.median(traits.person.onset_age) == pytest.approx(VALUE["onset_age"], abs=0.3)
    assert traits.person.onset_age.min() >= VALUE["onset_age_min"]
    assert traits.person.onset_age.max() <= VALUE["onset_age_max"]
    assert np.median(rate) == pytest.approx(VALUE["lesion_rate"], rel=0.05)
    by_sex = rate[female > 0].mean() / rate[female == 0].mean()
    assert by_sex == pytest.approx(VALUE["lesion_rate_sex_ratio"], rel=0.06)
    assert traits.disease.smouldering_damage.mean() == pytest.approx(1.0, abs=0.005)
    assert traits.wellbeing.frailty.mean() == pytest.approx(1.0, abs=0.02)
    frailty_cv = traits.wellbeing.frailty.std() / traits.wellbeing.frailty.mean()
    assert frailty_cv == pytest.approx(VALUE["infection_frailty_cv"], rel=0.06)
    assert np.median(traits.disease.vulnerability) == pytest.approx(
        VALUE["vulnerability"], rel=0.05
    )


def test_traits_are_drawn_independently_of_each_other() -> None:
    traits = newcomers(20_000, seed=6).traits
    columns = [
        traits.person.onset_age,
        np.log(traits.disease.smouldering_rate),
        traits.disease.reserve,
        np.log(traits.disease.vulnerability),
        *traits.onset,
        *traits.immunity,
        *(np.log(value) for value in traits.blood_traits),
        *(np.log(value) for value in traits.wellbeing),
        *traits.offsets,
    ]
    correlation = np.corrcoef(np.array(columns))[np.triu_indices(len(columns), 1)]
    assert np.abs(correlation).max() < 4.5 / np.sqrt(20_000)
