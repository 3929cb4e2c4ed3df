"""The protocols that ship: each is readable, sourced and moves inputs that the model has."""

from __future__ import annotations

from importlib.resources import files

import pytest

from remyelin.errors import UnknownNameError
from remyelin.model.inputs import Levels, Pulse
from remyelin.parameters import ParameterTable
from remyelin.study.vocabulary import Mark, TreatmentClass
from remyelin.therapies import catalogue
from remyelin.therapies.amounts import DERIVED, amount, amounts_of
from remyelin.therapies.findings import errors
from remyelin.therapies.rules import check

TABLE = ParameterTable.load()
EACH = pytest.mark.parametrize("name", catalogue.names())


def test_the_protocols_of_the_first_studies_are_there() -> None:
    assert set(catalogue.names()) >= {
        "ahsct_cy200_ratg6",
        "cyclophosphamide_pulses",
        "dimethyl_fumarate",
        "fingolimod",
        "glatiramer",
        "interferon_beta",
        "mitoxantrone",
        "natalizumab",
        "placebo",
        "rituximab",
    }


@EACH
def test_a_protocol_is_called_as_its_file(name: str) -> None:
    assert catalogue.load(name).protocol_id == name


@EACH
def test_a_protocol_has_a_label_a_citation_and_a_mark(name: str) -> None:
    protocol = catalogue.load(name)
    assert protocol.label.strip()
    assert protocol.citation.strip()
    assert protocol.mark in Mark
    if protocol.mark is not Mark.ASSUMED:
        found = any(sign in protocol.citation for sign in ("doi:", "PMID", "PMCID"))
        assert found or protocol.published_as


@EACH
def test_a_protocol_moves_only_inputs_of_the_model_by_amounts_that_resolve(name: str) -> None:
    for step in catalogue.load(name).steps:
        for field, size in step.moves.items():
            assert field in Levels._fields or field in Pulse._fields
            assert amount(size, TABLE) > 0.0


@EACH
def test_a_protocol_that_acts_moves_something_and_another_says_why_not(name: str) -> None:
    protocol = catalogue.load(name)
    placebo = protocol.treatment_class is TreatmentClass.PLACEBO
    assert protocol.moves == (protocol.acts and not placebo)
    assert bool(protocol.acts_not_because) != protocol.acts


@EACH
def test_what_acts_in_place_of_a_protocol_is_in_the_catalogue_and_acts(name: str) -> None:
    instead = catalogue.load(name).acts_as
    assert not instead or catalogue.load(instead).acts


@EACH
def test_a_protocol_that_ships_breaks_no_rule(name: str) -> None:
    found = check(catalogue.load_as_written(name), TABLE, catalogue.load_as_written)
    assert errors(found) == []


@EACH
def test_a_drug_level_is_a_share(name: str) -> None:
    for step in catalogue.load(name).steps:
        for field, size in amounts_of(step, TABLE).items():
            if field.endswith("_target"):
                assert 0.0 < size < 1.0


def test_a_transplantation_conditions_before_the_graft_and_supports_after_it() -> None:
    steps = catalogue.load("ahsct_cy200_ratg6").steps
    conditioned = [step.day for step in steps if "conditioning" in step.moves]
    (grafted,) = [step.day for step in steps if "graft_stored" in step.moves]
    assert max(conditioned) < grafted == 40
    assert max(step.day for step in steps if "gcsf" in step.moves) > 40


def test_the_graft_is_peak_times_volume_times_yield_over_weight() -> None:
    # 79 x 1.7 cells/uL x 12 L x 0.4 / 70 kg = 9.2 million cells per kg.
    assert amount("graft_after_cyclophosphamide", TABLE) == pytest.approx(9.209, abs=0.001)


def test_an_amount_follows_its_parameter() -> None:
    other = TABLE.with_values({"natalizumab_traffic_block": 0.5, "mobilised_cd34": 158.0})
    assert amount("natalizumab_traffic_block", other) == 0.5
    graft = amount("graft_after_cyclophosphamide", TABLE)
    assert amount("graft_after_cyclophosphamide", other) == pytest.approx(2.0 * graft)


def test_derived_amounts_do_not_hide_parameters() -> None:
    assert [name for name in DERIVED if name in TABLE] == []


def test_an_unknown_amount_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="natalizumab_traffic_block"):
        amount("natalizumab_trafic_block", TABLE)


def test_an_unknown_protocol_offers_the_nearest_names() -> None:
    with pytest.raises(UnknownNameError, match="natalizumab"):
        catalogue.load("natalizumap")


@pytest.mark.parametrize("name", ["../placebo", "placebo.yaml", "", "PLACEBO", "a\x00b"])
def test_a_name_is_never_taken_for_a_path(name: str) -> None:
    with pytest.raises(UnknownNameError):
        catalogue.load(name)


def test_every_file_of_the_folder_is_in_the_catalogue() -> None:
    folder = files("remyelin.therapies").joinpath("protocols")
    assert {item.name for item in folder.iterdir()} == {f"{n}.yaml" for n in catalogue.names()}
