"""Every parameter is read by something, and everything that is read has the right dimension."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import pytest

from remyelin.cohorts.course import Course, silent_days, start
from remyelin.engine.advance import Engine
from remyelin.engine.assessment import Assessor
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.errors import ParameterError
from remyelin.model.assessment import AssessmentParameters
from remyelin.model.day import STAGES
from remyelin.model.patient import OnsetParameters
from remyelin.model.performance import FatigueParameters, PegParameters
from remyelin.model.stage import Purpose
from remyelin.model.traits import TraitParameters
from remyelin.parameters import Parameter, ParameterTable, bind
from remyelin.study.measurement import Measurement
from remyelin.study.population import Era
from remyelin.study.vocabulary import Region
from remyelin.therapies import catalogue, product_catalogue
from remyelin.therapies.amounts import DERIVED, amount, amounts_of
from remyelin.therapies.batches import Donors
from remyelin.therapies.risks import risks
from remyelin.therapies.transplant import given
from remyelin.trials.examination import ExaminationParameters, Examiner
from remyelin.trials.readouts import Scanner
from remyelin.trials.unblinding import Lean

TABLE = ParameterTable.load()
NOT_EXAMINED: tuple[type[Any], ...] = (PegParameters, FatigueParameters)
"""Function tests that the model knows and no visit takes yet."""
SHAPES: tuple[type[Any], ...] = (
    *dict.fromkeys(stage.parameters for stage in STAGES),
    TraitParameters,
    OnsetParameters,
    AssessmentParameters,
    ExaminationParameters,
    *NOT_EXAMINED,
)


class _Watched(dict[str, Parameter]):
    """Remembers which parameters were looked up."""

    def __init__(self, table: ParameterTable) -> None:
        super().__init__({p.key: p for p in table})
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Parameter:
        self.read.add(key)
        return super().__getitem__(key)


def scalars(shape: type[Any]) -> Iterator[str]:
    for name, hint in get_type_hints(shape).items():
        if isinstance(hint, type) and hasattr(hint, "_fields"):
            yield from scalars(hint)
        else:
            yield name


def test_every_parameter_is_read_by_something() -> None:
    watched = _Watched(TABLE)
    table = ParameterTable(watched)
    streams = Streams.of(1, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    population = at_onset(table, streams, era_factor=1.0)
    for course in Course:
        silent_days(table, course)
        for era in Era:
            for region in Region:
                start(table, streams, course=course, era=era, region=region)
    Engine(table)
    Lean.of(table)
    Assessor(table)
    Scanner.at_baseline(table, population, noise=True)
    Examiner.of(Measurement(), table, population.streams)
    for shape in NOT_EXAMINED:
        bind(shape, table)
    for protocol in map(catalogue.load, catalogue.names()):
        given(protocol, table)
        for step in protocol.steps:
            if step.dose:
                doubled = step.model_copy(update={"dose": 2.0 * step.dose})
                amounts_of(doubled, table)
    some = Donors(
        np.full(1, 50.0),
        lambda number: streams.uniforms(number, Purpose.CELL_BATCH, 1),
        lambda number: streams.uniforms(number, Purpose.CELL_PRODUCT, 1),
        NUMPY,
    )
    for product in map(product_catalogue.load, product_catalogue.names()):
        some.potency(product, 0, table)
    for risk in risks():
        for name in risk.moves.values():
            amount(name, table)
    for name in DERIVED:
        amount(name, table)
    assert sorted(p.key for p in TABLE if p.key not in watched.read) == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_that_a_subsystem_reads_is_in_the_table(shape: type[Any]) -> None:
    assert [name for name in scalars(shape) if name not in TABLE] == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_what_a_subsystem_gets_is_the_table_in_internal_units(shape: type[Any]) -> None:
    def check(bound: Any) -> None:
        for name, value in zip(bound._fields, bound, strict=True):
            if hasattr(value, "_fields"):
                check(value)
            else:
                assert value == TABLE[name].internal, name

    check(bind(shape, TABLE))


DIMENSIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^sdmt_disability_loss$", ("points",)),
    (r"^sdmt_age_loss$", ("points/age_y",)),
    (r"(onset_age|_age_reference)(_sd|_min|_max)?$", ("age_y",)),
    (r"^ppms_silent_years$", ("y",)),
    (r"^item_threshold_", ("latent",)),
    (r"^item_slope_", ("1/latent",)),
    (r"^clone_kill_|_(clone|naive|memory|b|memory_b|effector|progenitor)_kill$", ("log10", "1/d")),
    (r"_log_(mean|sd)$|_cv$|_ratio$|_concavity$|_stretch_", ("1",)),
    (r"_age_acceleration$", ("1/age_y2",)),
    (r"^volume_loss_ageing_slope$", ("%/y/age_y",)),
    (r"_edss_slope$", ("1/EDSS",)),
    (r"_edss_reference$", ("EDSS",)),
    (r"_age_slope$|_age_loss$|_involution$", ("1/age_y",)),
    (r"_time$|_duration$|_window$|_half_life$", ("d", "y")),
    (r"_share$|_share_[a-z]+$|_yield$|_block$|_fatality$|_help$", ("1", "latent")),
    (r"^(smouldering_damage)_", ("K/y/S",)),
    (r"^(axon_loss_damage|silent_lesion_damage|conduction_weight)_", ("K/unit",)),
    (r"^(relapse_severity|background_relapse_deficit|fluctuation_sd|rater_noise$|latent_baseline)",
     ("latent",)),
    (r"^(reserve|softness$|onset_damage$)", ("K",)),
    (r"_set_point$|_cd4_reference$|^naive_floor$|^mobilised_cd34$", ("cells/uL",)),
    (r"^(neutrophil|platelet)_baseline$|^engraftment_threshold$|^neutropenia_threshold$"
     r"|^platelet_transfusion_|^neutrophils_after_conditioning$", ("1e9/L",)),
    (r"^(lesion_rate|milieu_reference_rate)$", ("lesions/y",)),
    (r"^smouldering_rate$", ("S/y",)),
    (r"^product_bag_loss$", ("1/min",)),
    (r"^donor_age_potency_loss$", ("1/age_y",)),
    (r"^immunosuppression_infection$", ("1/d",)),
    (r"_rate$|_turnover|_clearance$|_maturation$|_expansion$|_seeding$|_loss$|^infection_",
     ("1/d", "1/y", "1", "S/lesion", "%/y")),
)  # fmt: skip
"""What the end of a name promises; the first rule that fits a name holds."""


def test_a_parameter_has_the_unit_that_its_name_promises() -> None:
    wrong = []
    for parameter in TABLE:
        for pattern, units in DIMENSIONS:
            if re.search(pattern, parameter.key):
                if parameter.unit not in units:
                    wrong.append(f"{parameter.key}: {parameter.unit}, expected {units}")
                break
    assert wrong == []


def test_a_time_constant_and_a_rate_stay_within_what_a_day_can_step() -> None:
    for parameter in TABLE:
        if parameter.unit in ("1/d", "1/y"):
            assert 0.0 <= parameter.internal <= 1.0, parameter.key
        if parameter.unit in ("d", "y"):
            assert parameter.internal >= 1.0, parameter.key


def test_a_subsystem_that_asks_for_too_much_is_told_every_missing_name() -> None:
    class Asks(NamedTuple):
        lesion_rate: float
        not_there: float
        nor_this: float

    with pytest.raises(ParameterError, match=r"Asks needs .*: not_there, nor_this"):
        bind(Asks, TABLE)


def test_a_table_without_a_parameter_cannot_make_an_engine() -> None:
    fewer = ParameterTable({p.key: p for p in TABLE if p.key != "gd_duration"})
    with pytest.raises(ParameterError, match="gd_duration"):
        Engine(fewer)
