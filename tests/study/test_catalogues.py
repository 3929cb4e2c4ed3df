"""The catalogues of definitions and default populations: complete, cited, and checked."""

from __future__ import annotations

import re

import pytest

from remyelin.errors import InputError, UnknownNameError
from remyelin.study.default_populations import (
    default_population,
    default_populations,
    parse_population,
)
from remyelin.study.definition import EventKind, OnSwitch, Step
from remyelin.study.definitions import definitions, parse_definitions
from remyelin.study.measures import measures_of
from remyelin.study.tables import VISITS
from remyelin.study.vocabulary import Covariate, Mark, Measure

CITATION = re.compile(r"^(doi:10\.\d{4,}/\S+|pmid:\d+|convention)$")
NEEDED = (
    "mist_progression",
    "cdw12_affirm",
    "cdw24",
    "cdi24",
    "relapse_protocol",
    "mri_activity",
    "neda3_mist",
    "death_treatment_related",
    "infection_serious",
    "edss_rated",
    "new_t2_count",
    "brain_volume",
    "neutrophil_engraftment",
)


@pytest.mark.parametrize("name", NEEDED)
def test_the_catalogue_holds_the_definition(name: str) -> None:
    assert definitions()[name].definition_id == name


@pytest.mark.parametrize("name", list(definitions()))
def test_every_definition_is_described_and_cited(name: str) -> None:
    definition = definitions()[name]
    assert definition.label
    assert definition.text.endswith(".")
    assert CITATION.match(definition.citation)


def test_mist_progression_is_the_published_rule() -> None:
    definition = definitions()["mist_progression"]
    assert definition.kind is EventKind.WORSENING
    assert definition.steps == (Step(0.0, 1.0),)
    assert (definition.confirmation_months, definition.earliest_months) == (6.0, 12.0)
    assert definition.on_switch is OnSwitch.IGNORE


def test_affirm_asks_for_more_from_a_low_baseline() -> None:
    assert definitions()["cdw12_affirm"].steps == (Step(0.0, 1.5), Step(1.0, 1.0))


def test_measured_levels_are_columns_of_the_visits() -> None:
    levels = [d for d in definitions().values() if d.kind is EventKind.LEVEL]
    assert levels
    assert {level.column for level in levels} <= set(VISITS.names)


@pytest.mark.parametrize(
    ("kind", "allowed", "refused"),
    [
        (EventKind.RELAPSE, {Measure.RATE_RATIO, Measure.PROPORTION}, {Measure.MEAN_CHANGE}),
        (EventKind.WORSENING, {Measure.HAZARD_RATIO, Measure.COUNT}, {Measure.RATE_PER_YEAR}),
        (EventKind.LEVEL, {Measure.MEAN_DIFFERENCE, Measure.MEDIAN}, {Measure.HAZARD_RATIO}),
        (EventKind.SLOPE, {Measure.MEAN, Measure.MEAN_DIFFERENCE}, {Measure.PROPORTION}),
    ],
)
def test_a_kind_of_definition_allows_the_measures_that_can_be_formed_from_it(
    kind: EventKind, allowed: set[Measure], refused: set[Measure]
) -> None:
    measures = set(measures_of(kind))
    assert allowed <= measures
    assert not refused & measures


@pytest.mark.parametrize(
    ("row", "fragment"),
    [
        ("{kind: relapse, label: x, text: y}", "citation: this key is missing"),
        ("{kind: relapse, label: x, text: y, citation: ''}", "at least 1 (characters)"),
        ("{kind: worsening, label: x, text: y, citation: z}", "steps: needed"),
        (
            "{kind: worsening, label: x, text: y, citation: z, "
            "steps: [{from_edss: 1.0, change: 1.0}]}",
            "must start at 0",
        ),
        ("{kind: neda3, label: x, text: y, citation: z}", "components: needed"),
        ("{kind: neda3, label: x, text: y, citation: z, components: [b]}", "unknown 'b'"),
        ("{kind: level, label: x, text: y, citation: z}", "column: needed"),
        ("{kind: luck, label: x, text: y, citation: z}", "luck given, allowed"),
    ],
)
def test_a_malformed_definition_is_refused(row: str, fragment: str) -> None:
    with pytest.raises(InputError, match=re.escape(fragment)):
        parse_definitions(f"definitions: {{a: {row}}}", where="x.yaml")


UNWEIGHTED = {"rrms_from_onset"}
"""Populations without a baseline table: patients stay as the model draws them."""


@pytest.mark.parametrize("name", sorted(set(default_populations()) - UNWEIGHTED))
def test_every_default_population_names_its_sources(name: str) -> None:
    population = default_population(name)
    assert population.name == name
    assert {Covariate.AGE, Covariate.FEMALE, Covariate.EDSS, Covariate.DURATION} <= set(
        population.baseline
    )
    for row in population.baseline.values():
        assert row.mark is Mark.SEEN
        assert row.source


@pytest.mark.parametrize("name", sorted(UNWEIGHTED))
def test_a_default_population_without_table_imputes_nothing_and_says_so(name: str) -> None:
    population = default_population(name)
    assert population.baseline == {}
    assert "weighted to no baseline table" in population.label


def test_an_unknown_default_population_is_named() -> None:
    with pytest.raises(UnknownNameError, match="rrms_trial_modern"):
        default_population("rrms_trial_modem")


def test_a_default_population_beyond_the_limits_is_refused() -> None:
    text = (
        "{name: a, label: b, citation: c, phenotype: rrms, "
        "baseline: {edss: {mean: 11.0}, female: {mean: 2.0}}}"
    )
    with pytest.raises(InputError) as caught:
        parse_population(text, where="x.yaml")
    assert len(caught.value.problems) == 2
