"""Studies of the catalogue meet their published outcomes in one vocabulary."""

from __future__ import annotations

import pytest

from remyelin.evidence.base import EvidenceBase
from remyelin.study import catalogue
from remyelin.study.outcome import WHOLE, OutcomeKey
from remyelin.study.schema import Study
from remyelin.therapies import catalogue as therapies


def keys(study: Study) -> set[OutcomeKey]:
    found: set[OutcomeKey] = set()
    for endpoint in study.endpoints:
        arms = (endpoint.contrast,) if endpoint.contrast else endpoint.arms or study.arm_ids
        found |= {
            OutcomeKey(
                study.evidence_id or study.study_id,
                arm,
                WHOLE,
                endpoint.outcome,
                endpoint.definition_id,
                time,
                endpoint.measure,
            )
            for arm in arms
            for time in endpoint.times_months
        }
    return found


def unmatched(name: str) -> list[OutcomeKey]:
    study = catalogue.load(name)
    assert study.evidence_id is not None
    published = EvidenceBase.load().outcomes(study.evidence_id)
    return [row.key for row in published if row.key not in keys(study)]


def test_mist_predicts_all_that_was_published_but_toxicity() -> None:
    assert [key.definition_id for key in unmatched("mist")] == ["toxicity_grade4"]


def test_mist_predicts_more_than_was_published() -> None:
    published = {row.key for row in EvidenceBase.load().outcomes("burt2019")}
    assert len(keys(catalogue.load("mist")) - published) > 10


def test_affirm_predicts_all_that_was_published_but_enhancing_lesions() -> None:
    assert {key.definition_id for key in unmatched("affirm")} == {"gd_sum"}


def test_burt2021_predicts_all_that_was_published_of_its_arm() -> None:
    assert all(key.arm != "rrms" for key in unmatched("burt2021_rrms"))


def test_arm_sizes_of_the_base_add_up_to_the_design() -> None:
    base = EvidenceBase.load()
    for name in catalogue.names():
        study = catalogue.load(name)
        if study.evidence_id is None:
            continue
        sizes = {arm.arm_id: arm.n for arm in base.arms(study.evidence_id)}
        known = [sizes[arm_id] for arm_id in study.arm_ids]
        if None not in known:  # OPERA: both arms together only
            assert sum(n or 0 for n in known) == study.design.n


NO_FIGURE_YET = {"ascend", "boffa2021_rrms", "genchi2023", "harris2024", "mesems"}
"""Studies of which only figures were published that the model cannot work out."""


@pytest.mark.parametrize("name", catalogue.names())
def test_every_study_with_an_evidence_name_meets_a_published_figure(name: str) -> None:
    study = catalogue.load(name)
    if study.evidence_id is None:
        return
    published = {row.key for row in EvidenceBase.load().outcomes(study.evidence_id)}
    assert bool(published & keys(study)) != (name in NO_FIGURE_YET)


@pytest.mark.parametrize("name", catalogue.names())
def test_every_protocol_of_a_study_is_in_the_catalogue(name: str) -> None:
    options = {o.protocol_id for arm in catalogue.load(name).arms for o in arm.treatment}
    assert options <= set(therapies.names())
