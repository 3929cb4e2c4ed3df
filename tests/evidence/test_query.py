"""Search: by name, treatment, people, outcome and time."""

from __future__ import annotations

import pytest

from remyelin.errors import UnknownNameError
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.query import Question, find, studies_named
from remyelin.study.vocabulary import Mark, Role, TreatmentClass


@pytest.mark.parametrize(
    ("name", "study_ids"),
    [
        ("mist", ["burt2019"]),
        ("burt2021_rrms", ["burt2021"]),
        ("affirm", ["affirm2006"]),
        ("affirm2006", ["affirm2006"]),
        ("halt_ms", ["haltmsbvl", "harris2020", "muraro2014"]),
        ("clarity_placebo", ["clarity2010"]),
        ("opera2017", ["opera2017"]),
    ],
)
def test_a_study_is_known_by_file_trial_or_own_name(name: str, study_ids: list[str]) -> None:
    assert sorted(study.study_id for study in studies_named(name)) == study_ids


def test_an_unknown_name_offers_near_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean .*affirm"):
        studies_named("afirm")


def test_no_question_finds_everything() -> None:
    assert len(find(Question())) == len(EvidenceBase.load().all_outcomes)


def test_intrathecal_cells_on_worsening_in_the_first_year() -> None:
    question = Question(
        treatment_class=TreatmentClass.MSC,
        route="it",
        outcome="progression_cumulative",
        months_high=12.0,
    )
    found = {(one.outcome.key.study_id, one.outcome.key.arm) for one in find(question)}
    assert ("petrou2020", "msc_it") in found
    assert ("petrou2020", "msc_iv") not in found


def test_a_contrast_is_found_by_either_of_its_arms() -> None:
    for kind in (TreatmentClass.AHSCT, TreatmentClass.DMT):
        question = Question(study="mist", treatment_class=kind)
        assert any(one.outcome.key.arm == "ahsct_vs_dmt" for one in find(question))


@pytest.mark.parametrize(
    "question",
    [
        Question(regimen="BEAM"),
        Question(cell_source="adipose"),
        Question(dose_low=1e6, dose_high=2e6, dose_unit="cells/kg"),
        Question(mark=Mark.RECALLED),
        Question(role=Role.TEST),
        Question(subgroup="gd_positive"),
        Question(definition_id="cdw_6_months"),
        Question(phenotype="spms"),
        Question(months_low=60.0, months_high=60.0),
        Question(outcome="mfg_*"),
    ],
)
def test_every_filter_narrows_but_finds(question: Question) -> None:
    assert 0 < len(find(question)) < len(find(Question()))


def test_a_dose_range_overlaps_the_doses_of_the_arms() -> None:
    for one in find(Question(dose_low=3e6, dose_high=5e6, dose_unit="cells/kg")):
        arm = one.arms[0]
        assert arm.dose_low is not None
        assert arm.dose_high is not None
        assert arm.dose_low <= 5e6
        assert arm.dose_high >= 3e6


def test_figures_over_the_whole_follow_up_have_no_time() -> None:
    timed = find(Question(study="mist", months_low=0.0))
    assert timed
    assert all(one.outcome.key.time_months is not None for one in timed)


def test_progressive_arms_of_mixed_studies_count_by_their_share() -> None:
    found = find(Question(study="burt2021", phenotype="spms"))
    assert {one.outcome.key.arm for one in found} == {"spms"}
