"""The contract of a stage: pure, skippable where its guard is false, and traceable."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, get_type_hints

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.advance import Engine
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model import conditioning, steroids
from remyelin.model.assessment import RATING_BLOCKS, AssessmentParameters, assess
from remyelin.model.day import SIGNALS, STAGES
from remyelin.model.inputs import Levels, Pulse
from remyelin.model.patient import (
    OnsetParameters,
    State,
    state_at_onset,
)
from remyelin.model.schedule import Entry, Schedule
from remyelin.model.stage import WORDS_PER_BLOCK, Purpose, Stage
from remyelin.model.survival import LIFE_TABLES, draw_mortality
from remyelin.model.traits import (
    TRAIT_BLOCKS,
    Mortality,
    Person,
    TraitParameters,
    Traits,
    draw_traits,
)
from remyelin.parameters import bind
from tests.model.bench import (
    STEP,
    TABLE,
    Moment,
    day_in_stages,
    differing,
    newcomers,
    same,
)
from tests.model.tracing import (
    TRACER,
    Condition,
    NotTraceableError,
    Symbol,
    evaluate,
    leaves_of,
    names_in,
    symbols,
)

BUSY = TABLE.with_values(
    {"infection_rate": 5.0, "background_relapse_rate": 0.5, "infection_fatality": 0.05}
)
COUNT, WARM_UP, DAYS = 320, 200, 16
BLOCKED = np.arange(0, COUNT, 5)
GRAFTED = np.arange(0, COUNT, 4)
HARVESTED = np.arange(0, COUNT, 2)
EVERYBODY = np.arange(COUNT)

PARTS: dict[str, type[Any]] = {
    **get_type_hints(Traits),
    **get_type_hints(State),
    "levels": Levels,
    "pulse": Pulse,
}

BY_STAGE = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)


def pulses() -> Pulse:
    """A transplantation for some of the patients, an antibody for others."""
    dose = np.zeros(COUNT)
    dose[GRAFTED] = 1.0
    antibody = np.zeros(COUNT)
    antibody[1::4] = 6.0
    one = dict.fromkeys(Pulse._fields, dose)
    return Pulse(
        **{
            **one,
            "cd20": antibody,
            "thymic_loss": 0.6 * dose,
            "smouldering_removed": 0.25 * dose,
            "progenitor_kill": 2.0 * dose,
            "graft_cd34": 9.0 * dose,
        }
    )


def entries(day: int, pulse: Pulse) -> list[Entry]:
    days = np.full(1, day)
    return [
        Entry(name, np.array([row]), days, float(amounts[row]))
        for name, amounts in zip(Pulse._fields, pulse, strict=True)
        for row in np.flatnonzero(amounts)
    ]


@cache
def patients() -> Population:
    """Patients on their way, some with a violent disease and some under a drug."""
    fresh = newcomers(COUNT, seed=3, table=BUSY)
    rate = fresh.traits.disease.lesion_rate.copy()
    rate[::3] *= 40.0
    disease = fresh.traits.disease._replace(lesion_rate=rate)
    fresh = replace(fresh, traits=fresh.traits._replace(disease=disease))
    drug = [
        Entry("traffic_target", BLOCKED, np.full(len(BLOCKED), 150), 0.85),
        Entry("gcsf", GRAFTED, np.full(len(GRAFTED), 190), 1.0),
        Entry("relapse_steroids", BLOCKED, np.full(len(BLOCKED), 150), 0.5),
        Entry("mobilisation", EVERYBODY, np.full(COUNT, 180), 25.0),
        Entry("apheresis", HARVESTED, np.full(len(HARVESTED), 185), 0.3),
        *(
            Entry(rate, BLOCKED, np.full(len(BLOCKED), 150), 0.05)
            for rate in ("pml_rate", "liver_rate", "lymphopenia_rate", "serious_infection_rate")
        ),
        Entry("training_spinal", GRAFTED, np.full(len(GRAFTED), 190), 0.1),
        Entry("egress_target", BLOCKED[::2], np.full(len(BLOCKED[::2]), 160), 0.6),
        Entry("microglia_target", BLOCKED[::3], np.full(len(BLOCKED[::3]), 160), 0.3),
    ]
    return Engine(BUSY).advance(fresh, 0, WARM_UP, Schedule(drug))[0]


@dataclass
class Walk:
    """Days computed densely: every stage for everybody."""

    moments: dict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    ends: list[Population] = field(default_factory=list)


@cache
def walk() -> Walk:
    found = Walk()
    population = patients()
    for day in range(DAYS):
        pulse = pulses() if day == 0 else Pulse()
        for item in day_in_stages(population, pulse, BUSY):
            if isinstance(item, Moment):
                found.moments[item.stage.name].append(item)
            else:
                population = item
        found.ends.append(population)
    return found


@BY_STAGE
def test_the_days_tried_reach_a_stage_both_ways(stage: Stage) -> None:
    acts = np.concatenate([moment.acts for moment in walk().moments[stage.name]])
    assert acts.any()
    assert acts.all() == (stage.when is None and stage.every == 1)


@BY_STAGE
def test_a_step_never_changes_what_it_was_given(stage: Stage) -> None:
    for moment in walk().moments[stage.name]:
        for name, part in moment.before.items():
            assert same(moment.asked[name], part), name


@BY_STAGE
def test_a_step_gives_new_arrays_or_those_of_the_same_field(stage: Stage) -> None:
    # An engine may write into what a step gives back, so nothing else may hold it.
    for moment in walk().moments[stage.name]:
        owners = {
            id(leaf): label
            for name, part in moment.asked.items()
            if name != "u"
            for label, leaf in leaves_of(name, part).items()
        }
        words = {id(word) for word in moment.asked.get("u", ())}
        seen: dict[int, str] = {}
        for name, part in moment.given.items():
            for label, leaf in leaves_of(name, part).items():
                assert owners.get(id(leaf), label) == label
                assert id(leaf) not in words
                assert seen.setdefault(id(leaf), label) == label


@BY_STAGE
def test_where_the_guard_is_false_a_step_leaves_the_patient_to_the_bit(stage: Stage) -> None:
    if stage.when is None:
        assert stage.guard_reads == ()
        return
    for moment in walk().moments[stage.name]:
        idle = np.flatnonzero(~moment.acts)
        for name, part in moment.given.items():
            before = leaves.take(moment.before[name], idle)
            after = leaves.take(leaves.own(part, COUNT), idle)
            assert differing(after, before) == [], name


def test_an_engine_that_skips_agrees_with_one_that_computes_everything_to_the_bit() -> None:
    schedule = Schedule(entries(WARM_UP, pulses()))
    population = patients()
    for day, dense in enumerate(walk().ends):
        start = WARM_UP + day
        population, _ = Engine(BUSY).advance(population, start, start + 1, schedule)
        assert differing(population.state, dense.state) == []


@pytest.mark.parametrize(
    "step", [conditioning.deplete, conditioning.reinfuse, steroids.give_steroids]
)
def test_a_pulse_of_nothing_leaves_the_patient_to_the_bit(step: Any) -> None:
    (stage,) = [stage for stage in STAGES if stage.step is step]
    population = walk().ends[3]
    parts = {**population.traits._asdict(), **population.state._asdict()}
    asked = {name: parts[name] for name in stage.reads if name != "pulse"}
    nothing = leaves.own(Pulse(), COUNT)
    given = step(NUMPY, bind(stage.parameters, BUSY), STEP, pulse=nothing, **asked)
    for name, part in given.items():
        assert differing(part, asked[name]) == [], name
    assert not stage.when(NUMPY, None, STEP, pulse=nothing).any()  # type: ignore[misc]


@pytest.mark.parametrize("name", sorted(set(Pulse._fields) - {"graft_atg"}))
def test_a_pulse_of_any_kind_changes_something(name: str) -> None:
    one = Pulse(**{name: np.full(COUNT, 0.5)})
    changed = any(
        bool(differing(part, moment.before[key]))
        for moment in (
            item
            for item in day_in_stages(patients(), one, BUSY)
            if isinstance(item, Moment) and "pulse" in item.asked and item.acts.any()
        )
        for key, part in moment.given.items()
    )
    assert changed


def test_atg_that_meets_the_graft_spares_it_less_where_t_cells_are_given_back() -> None:
    def clones(atg: float) -> NDArray[np.float64]:
        amounts = {"clone_kill": 2.0, "graft_stored": 1.0, "conditioning": 1.0, "graft_atg": atg}
        pulse = Pulse(**{name: np.full(COUNT, size) for name, size in amounts.items()})
        (moment,) = (
            item
            for item in day_in_stages(patients(), pulse, BUSY)
            if isinstance(item, Moment) and item.stage.name == "depletion"
        )
        return rows_of(moment.given["clones"]).reshape(4, COUNT)

    with_cells = patients().state.harvest.t_cells > 0.0
    enough = with_cells & (patients().state.harvest.stored >= 2.0)
    assert 0 < enough.sum() < COUNT
    assert (clones(1.0)[:, enough] <= clones(0.0)[:, enough]).all()
    assert (clones(1.0)[:, enough] < clones(0.0)[:, enough]).any()
    assert np.array_equal(clones(1.0)[:, ~with_cells], clones(0.0)[:, ~with_cells])


def uniforms(stage: Stage) -> list[Symbol]:
    return [Symbol(f"u.{k}") for k in range(WORDS_PER_BLOCK * stage.blocks)]


def traced_inputs(names: tuple[str, ...], stage: Stage) -> dict[str, Any]:
    return {n: uniforms(stage) if n == "u" else symbols(PARTS[n], n) for n in names}


def known_values(moment: Moment, asked: dict[str, Any]) -> dict[str, Any]:
    known = leaves_of("p", moment.parameters)
    for name, part in asked.items():
        if name == "u":
            known |= {f"u.{k}": word for k, word in enumerate(part)}
        else:
            known |= leaves_of(name, part)
    return known


@BY_STAGE
def test_a_step_can_be_traced_and_the_trace_computes_the_same_to_the_bit(stage: Stage) -> None:
    inputs = traced_inputs(stage.reads, stage)
    given = stage.step(TRACER, symbols(stage.parameters, "p"), STEP, **inputs)
    for moment in walk().moments[stage.name][:3]:
        known = known_values(moment, moment.before)
        with np.errstate(all="ignore"):
            for name, part in given.items():
                found = leaves.own(evaluate(part, known), COUNT)
                assert differing(found, leaves.own(moment.given[name], COUNT)) == [], name


@BY_STAGE
def test_a_guard_can_be_traced(stage: Stage) -> None:
    if stage.when is None:
        return
    inputs = traced_inputs(stage.guard_reads, stage)
    guard = stage.when(TRACER, symbols(stage.parameters, "p"), STEP, **inputs)
    assert isinstance(guard, Condition)


def test_traits_can_be_traced_and_the_trace_computes_the_same_to_the_bit() -> None:
    words = [Symbol(f"u.{k}") for k in range(WORDS_PER_BLOCK * TRAIT_BLOCKS)]
    traced = draw_traits(TRACER, symbols(TraitParameters, "p"), words, Symbol("era"))
    population = newcomers(50, era_factor=0.6)
    drawn = population.streams.uniforms(0, Purpose.TRAITS, TRAIT_BLOCKS)
    known = leaves_of("p", bind(TraitParameters, TABLE)) | {"era": 0.6}
    known |= {f"u.{k}": word for k, word in enumerate(drawn)}
    found = leaves.own(evaluate(traced, known), 50)
    bare = population.traits._replace(
        mortality=leaves.own(Mortality(), 50),
        wellbeing=population.traits.wellbeing._replace(virus_luck=np.full(50, 0.5)),
    )
    assert differing(found, bare) == []


def test_the_life_table_of_a_patient_can_be_traced_and_computes_the_same_to_the_bit() -> None:
    words = [Symbol(f"u.{k}") for k in range(WORDS_PER_BLOCK)]
    shape = LIFE_TABLES["sweden"]
    traced = draw_mortality(TRACER, symbols(shape, "p"), words, person=symbols(Person, "person"))
    streams = Streams.of(1, np.zeros(50, dtype=np.int64), np.arange(50))
    population = at_onset(TABLE, streams, era_factor=1.0, region="sweden")
    known = leaves_of("p", bind(shape, TABLE)) | leaves_of("person", population.traits.person)
    drawn = streams.uniforms(0, Purpose.SURVIVAL, 1)
    known |= {f"u.{k}": word for k, word in enumerate(drawn)}
    found = leaves.own(evaluate(traced, known), 50)
    assert differing(found, population.traits.mortality) == []


def test_the_state_at_onset_can_be_traced_and_computes_the_same_to_the_bit() -> None:
    traits = {name: symbols(kind, name) for name, kind in get_type_hints(Traits).items()}
    traced = state_at_onset(TRACER, symbols(OnsetParameters, "p"), Traits(**traits))
    population = newcomers(50)
    known = leaves_of("p", bind(OnsetParameters, TABLE))
    for name, part in population.traits._asdict().items():
        known |= leaves_of(name, part)
    assert differing(leaves.own(evaluate(traced, known), 50), population.state) == []


def test_an_assessment_can_be_traced_and_computes_the_same_to_the_bit() -> None:
    population = walk().ends[-1]
    parts = {**population.traits._asdict(), **population.state._asdict()}
    asked = {n: parts[n] for n in ("deficit", "fluctuation", "tissue", "disease", "offsets")}
    words = population.streams.uniforms(population.day, Purpose.RATING, RATING_BLOCKS)
    traced = assess(
        TRACER,
        symbols(AssessmentParameters, "p"),
        **{name: symbols(PARTS[name], name) for name in asked},
        u=[Symbol(f"u.{k}") for k in range(len(words))],
    )
    parameters = bind(AssessmentParameters, BUSY)
    known = leaves_of("p", parameters) | {f"u.{k}": word for k, word in enumerate(words)}
    for name, part in asked.items():
        known |= leaves_of(name, part)
    direct = assess(NUMPY, parameters, **asked, u=words)
    found = evaluate(traced, known)
    assert differing(leaves.own(found, COUNT), leaves.own(direct, COUNT)) == []


@pytest.mark.parametrize(
    "forbidden",
    [
        lambda x: 1.0 if x > 0.0 else 0.0,
        lambda x: max(x, 0.0),
        float,
        lambda x: x**2,
        abs,
        lambda x: x == 0.0,
        lambda x: 2.0 * (x > 0.0),
        lambda x: ~(x > 0.0),
        np.exp,
        lambda x: TRACER.where(x, 1.0, 0.0),
        lambda x: not x,
    ],
)
def test_the_tracer_refuses_what_a_compiler_could_not_follow(forbidden: Any) -> None:
    with pytest.raises((NotTraceableError, TypeError)):
        forbidden(Symbol("x"))


@BY_STAGE
def test_a_stage_reads_only_what_a_patient_has(stage: Stage) -> None:
    for name in (*stage.reads, *stage.guard_reads):
        assert name == "u" or name in PARTS
    assert set(stage.guard_reads) <= set(stage.reads)
    assert ("u" in stage.reads) == (stage.purpose is not None)
    assert (stage.blocks > 0) == (stage.purpose is not None)


@BY_STAGE
def test_a_stage_writes_only_states_that_it_reads_and_keeps_their_form(stage: Stage) -> None:
    for moment in walk().moments[stage.name][:1]:
        assert moment.given
        for name, part in moment.given.items():
            assert name in State._fields
            assert name in stage.reads
            assert type(part) is PARTS[name]


@BY_STAGE
def test_a_stage_is_annotated_with_the_parts_that_it_gets(stage: Stage) -> None:
    step = getattr(stage.step, "func", stage.step)
    hints = get_type_hints(step)
    for name in stage.reads:
        if name != "u":
            assert hints[name] is PARTS[name]


def names_used(stage: Stage) -> set[str]:
    """Names of all inputs that the step or its guard uses, as traced."""
    parameters = symbols(stage.parameters, "p")
    step = stage.step(TRACER, parameters, STEP, **traced_inputs(stage.reads, stage))
    used = names_in(dict(step))
    if stage.when is not None:
        inputs = traced_inputs(stage.guard_reads, stage)
        used |= names_in(stage.when(TRACER, parameters, STEP, **inputs))
    return used


def test_no_two_stages_share_a_random_word() -> None:
    owner: dict[tuple[Purpose, str], str] = {}
    for stage in STAGES:
        if stage.purpose is not None:
            for word in (name for name in names_used(stage) if name.startswith("u.")):
                assert owner.setdefault((stage.purpose, word), stage.name) == stage.name
    assert len({purpose for purpose, _ in owner}) > 1


@BY_STAGE
def test_a_stage_uses_the_parameters_that_it_declares(stage: Stage) -> None:
    declared = set(leaves_of("p", symbols(stage.parameters, "p")))
    assert {name for name in declared if name.startswith("p.")} - names_used(stage) == set()


def test_purposes_have_numbers_of_their_own() -> None:
    numbers = [member.value for member in Purpose.__members__.values()]
    assert len(set(numbers)) == len(Purpose.__members__)
    assert all(0 < number < 2**16 for number in numbers)


def test_a_signal_watches_a_field_of_the_state() -> None:
    for signal in SIGNALS:
        assert signal.field in PARTS[signal.part]._fields
        assert signal.part in State._fields


def test_names_of_stages_are_unique() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)


def rows_of(part: Any) -> NDArray[np.float64]:
    return np.concatenate([np.ravel(leaf) for leaf in leaves_of("x", part).values()])


def test_states_stay_finite_and_amounts_never_fall_below_nothing() -> None:
    for population in walk().ends:
        state = population.state
        assert not population.failed().any()
        for name in ("blocks", "activation", "clones", "t_cells", "b_cells", "lesions", "relapses",
                     "tissue", "deficit", "marrow", "safety", "harvest", "harm",
                     "harm_today"):  # fmt: skip
            assert rows_of(getattr(state, name)).min() >= 0.0, name
