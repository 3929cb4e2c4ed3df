"""Group files: they say what can be run and compared, by the written rules."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import numpy as np
import pytest
import yaml

from remyelin.credibility import groups
from remyelin.credibility.observations import expanded, observe, role_of, row_of
from remyelin.credibility.roles import cohort_of_source, overlaps_tune, role_of_source
from remyelin.credibility.running import Settings, jobs_of
from remyelin.errors import InputError, UnknownNameError
from remyelin.evidence import special
from remyelin.evidence.base import EvidenceBase
from remyelin.inputs import Inputs
from remyelin.study import catalogue
from remyelin.study.outcome import OutcomeKey
from remyelin.study.vocabulary import Mark, Role
from remyelin.trials.predict import keys_of

NAMES = groups.names()


def small() -> dict[str, Any]:
    """A group with one target, as plain data."""
    found = groups.load("natural-history")
    target = next(t for t in found.targets if t.target == "edss6_from_onset")
    return {
        "schema_version": 1,
        "group": "mine",
        "title": "Mine",
        "summary": "A small one.",
        "cohorts": [{"cohort": "onset_historical", "patients": 40, "replicates": 2}],
        "targets": [target.model_dump(mode="json", exclude_none=True)],
    }


def test_the_first_groups_are_there() -> None:
    assert {"natural-history", "drugs", "ahsct"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_group_names_studies_that_exist_and_its_file_bears_its_name(name: str) -> None:
    group = groups.load(name)
    assert group.group == name
    jobs = tuple(jobs_of(group, Settings(), [], Inputs.packaged()))
    assert [job.study.study_id for job in jobs] == list(group.runs)
    for job in jobs:
        chosen = [s.arms for s in group.studies if s.study == job.study.study_id]
        told = {*job.study.arm_ids, *(e.contrast for e in job.study.endpoints if e.contrast)}
        assert all(set(arms) <= told for arms in chosen)


def figures(name: str) -> list[OutcomeKey]:
    """Published figures of studies that a group compares."""
    entries = groups.load(name).studies
    found = []
    for entry in entries:
        study = catalogue.load(entry.study)
        if study.evidence_id is not None:
            published = {row.key for row in EvidenceBase.load().outcomes(study.evidence_id)}
            keys = {key for key, _ in keys_of(study)} & published
            found += [key for key in keys if not entry.arms or key.arm in entry.arms]
    return found


def test_every_study_that_runs_stands_in_a_group_and_no_figure_twice() -> None:
    entered = {entry.study for name in NAMES for entry in groups.load(name).studies}
    assert set(catalogue.names()) == entered
    for name in NAMES:
        twice = {key: n for key, n in Counter(figures(name)).items() if n > 1}
        assert twice == {}, name


def test_no_published_figure_of_a_study_is_left_out_of_all_groups() -> None:
    compared = {key for name in NAMES for key in figures(name)}
    for name in catalogue.names():
        study = catalogue.load(name)
        if study.evidence_id is not None:
            published = {row.key for row in EvidenceBase.load().outcomes(study.evidence_id)}
            assert {key for key, _ in keys_of(study)} & published <= compared, name


@pytest.mark.parametrize("name", NAMES)
def test_roles_of_targets_follow_the_written_rule(name: str) -> None:
    group = groups.load(name)
    wrong = {t.target: role_of(t) for t, _ in expanded(group) if t.role is not role_of(t)}
    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_published_figure_was_read_and_lies_in_its_own_interval(name: str) -> None:
    for target, seen in expanded(groups.load(name)):
        assert seen.mark is Mark.SEEN, target.target
        if seen.low is not None and seen.high is not None:
            assert seen.low <= seen.value <= seen.high, target.target
        assert seen.between_sd >= 0.0


def test_a_trial_gives_its_role_and_others_follow_the_checksum() -> None:
    assert role_of_source("anything", "affirm") is Role.TUNE
    assert role_of_source("temso", "temso") is EvidenceBase.load().study("temso2011").role
    assert role_of_source("koch2010") is Role.TEST
    assert role_of_source("tedeholm2015") is Role.TUNE


def test_sources_on_a_trial_of_the_base_are_of_its_cohort() -> None:
    assert cohort_of_source("clarity", "clarity") == cohort_of_source("clarity2010")
    assert cohort_of_source("koch2010") == "koch2010"


def test_a_test_study_that_shares_patients_with_a_tuned_one_is_no_clean_test() -> None:
    assert overlaps_tune("burt2019")
    assert not overlaps_tune("temso2011")


def test_derived_figures_of_clarity_can_be_worked_out_again() -> None:
    rows = {
        row.key.outcome: row.value
        for row in EvidenceBase.load().outcomes("clarity2010")
        if row.key.arm == "pbo" and row.key.outcome.startswith("patients_with_")
    }
    people = [rows[f"patients_with_{k}"] for k in ("0_relapses", "1_relapse", "2_relapses")]
    people += [rows["patients_with_3_relapses"], rows["patients_with_4_relapses_or_more"]]
    counts = np.repeat(np.arange(5), np.asarray(people, dtype=int))
    values = {
        t.target: t.derived.value for t in groups.load("natural-history").targets if t.derived
    }
    assert values["fano_modern"] == pytest.approx(counts.var(ddof=1) / counts.mean(), abs=0.005)
    assert values["two_relapses_modern"] == pytest.approx((counts >= 2).mean(), abs=0.0005)


def test_other_derived_figures_follow_from_their_rows() -> None:
    relapse = {row["row_id"]: row["value"] for row in special.load("relapse_rate")}
    recovery = {row["row_id"]: row["value"] for row in special.load("relapse_recovery")}
    values = {
        t.target: t.derived.value for t in groups.load("natural-history").targets if t.derived
    }
    assert values["relapse_decline_duration"] == pytest.approx(1 + float(str(relapse["2"])))
    middle = (float(str(relapse["5"])) + float(str(relapse["6"]))) / 2
    assert values["relapse_decline_age"] == pytest.approx(1 + middle)
    assert values["no_rise_in_relapse"] == pytest.approx(1 - float(str(recovery["11"])))


def test_two_papers_on_british_columbia_count_once() -> None:
    target = next(
        t for t in groups.load("natural-history").targets if t.target == "spms_from_onset"
    )
    seen = observe(target)
    assert seen.cohorts == ("british_columbia", "gothenburg", "london_ontario")
    assert seen.n == 5207 + 254
    assert 15.0 < seen.value < 21.4
    assert seen.between_sd > 0.0


def test_the_whole_distribution_is_the_published_one() -> None:
    cells = {
        target.target: seen.value
        for target, seen in expanded(groups.load("natural-history"))
        if target.target.startswith("edss_duration_2005")
    }
    assert len(cells) == 42
    # MSSS of year 1: EDSS 1.5 has the cumulative share 0.5081, EDSS 5.5 0.9681.
    assert cells["edss_duration_2005_1_2"] == pytest.approx(0.5081, abs=2e-4)
    assert cells["edss_duration_2005_1_6"] == pytest.approx(0.9681, abs=2e-4)


def test_a_single_cohort_borrows_the_typical_spread_and_a_change_does_not() -> None:
    pairs = {t.target: (t, seen) for t, seen in expanded(groups.load("natural-history"))}
    one = pairs["edss4_from_onset"][1]
    assert one.borrowed
    several = [
        seen.between_sd
        for t, seen in pairs.values()
        if t.scale is pairs["edss4_from_onset"][0].scale and len(seen.cohorts) > 1
    ]
    assert one.between_sd == pytest.approx(float(np.median(several)))
    assert not pairs["nadir_mean_affirm"][1].borrowed
    assert pairs["age_at_edss6"][1].between_sd == 0.0
    assert not pairs["spms_from_onset"][1].borrowed


def test_all_problems_of_a_group_file_are_named_at_once() -> None:
    data = small()
    data["targets"][0]["run"] = "nowhere"
    data["targets"].append(copy.deepcopy(data["targets"][0]))
    with pytest.raises(InputError) as caught:
        groups.from_mapping(data, where="mine.yaml")
    told = str(caught.value)
    assert "edss6_from_onset stands twice" in told
    assert "unknown run 'nowhere'" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"measure": {"kind": "guess"}}, "kind"),
        ({"measure": {"kind": "milestone_time", "milestone": {"edss": 40}}}, "10"),
        ({"sources": []}, "give either sources or derived"),
        ({"table": ""}, "name of their table"),
        ({"sources": [{"row": 2, "source_id": "x", "n": 5}]}, "n without n_note"),
        ({"role": "judge"}, "role"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_target_is_refused_with_what_is_wrong(change: dict[str, Any], told: str) -> None:
    data = small()
    data["targets"][0].update(change)
    with pytest.raises(InputError, match=told):
        groups.from_mapping(data)


def test_a_row_of_another_source_is_a_slip() -> None:
    data = small()
    data["targets"][0]["sources"][0]["source_id"] = "somebody2001"
    target = groups.from_mapping(data).targets[0]
    with pytest.raises(InputError, match="not of somebody2001"):
        observe(target)
    data["targets"][0]["sources"][0]["row"] = 99_999
    with pytest.raises(InputError, match="no row 99999"):
        row_of("milestones", groups.from_mapping(data).targets[0].sources[0])


def test_an_unknown_group_or_cohort_is_named_with_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="natural-history"):
        groups.load("natural-histroy")
    with pytest.raises(UnknownNameError, match="onset_historical"):
        groups.cohort("onset_historicall")


@pytest.mark.parametrize("name", groups.cohort_names())
def test_a_cohort_is_an_ordinary_study_that_no_published_one_stands_behind(name: str) -> None:
    study = groups.cohort(name)
    assert (study.study_id, study.evidence_id) == (name, None)
    assert yaml.safe_load(yaml.safe_dump(study.model_dump(mode="json")))
