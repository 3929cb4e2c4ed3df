"""Targets, overlaps, contradictions, and what can be run."""

from __future__ import annotations

from collections import defaultdict

import pytest

from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.lists import contradictions, overlaps, targets
from remyelin.evidence.readiness import protocol_of, readiness
from remyelin.study.vocabulary import Mark, Role
from remyelin.therapies import catalogue


def test_each_cohort_has_one_vote_on_a_quantity() -> None:
    votes: dict[tuple[str, str], float] = defaultdict(float)
    for target in targets():
        votes[target.cohort, target.quantity] += target.weight
    assert votes
    for vote in votes.values():
        assert vote == pytest.approx(1.0, abs=1e-4)


def test_targets_are_figures_of_the_base_that_were_seen() -> None:
    rows = {row.key: row for row in EvidenceBase.load().all_outcomes}
    for target in targets():
        row = rows[target.key]
        assert row.mark is Mark.SEEN is target.mark
        assert row.n is not None or row.low is not None


def test_a_test_study_that_shares_patients_with_a_tuned_one_says_so() -> None:
    mist = [target for target in targets() if target.key.study_id == "burt2019"]
    assert mist
    assert all(target.role is Role.TEST and target.overlaps_tune for target in mist)
    assert {t.cohort for t in mist} == {"northwestern"}


def test_overlaps_and_contradictions_name_known_studies() -> None:
    known = set(EvidenceBase.load().study_ids)
    assert {row.study_id for row in overlaps()} <= known
    assert {row.study_id for row in contradictions()} <= known
    for row in contradictions():
        assert row.kept != row.other
        assert row.source


def test_a_study_belongs_to_one_group_of_overlaps() -> None:
    names = [row.study_id for row in overlaps()]
    assert len(names) == len(set(names))


def test_arms_that_say_enough_are_counted() -> None:
    judged = readiness(catalogue.names())
    complete = [one for one in judged if one.complete]
    assert (len(judged), len(complete)) == (399, 60)
    assert sum(one.imputed for one in complete) == 14
    runs = {(one.arm.study_id, one.arm.arm_id) for one in complete if one.runs}
    assert {("affirm2006", "natalizumab"), ("burt2019", "ahsct")} <= runs
    for one in judged:
        assert one.complete == (not one.gaps)


def test_a_mixed_treatment_has_no_protocol() -> None:
    arms = {(arm.study_id, arm.arm_id): arm for arm in EvidenceBase.load().all_arms}
    assert protocol_of(arms["burt2019", "ahsct"]) == "ahsct_cy200_ratg6"
    assert protocol_of(arms["burman2014", "ahsct"]) == ""
    assert protocol_of(arms["boffa2023", "dmt"]) == ""
