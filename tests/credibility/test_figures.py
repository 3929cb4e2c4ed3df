"""Readings and roles of published figures: complete, made by rule, and kept apart."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from remyelin.comparison.classes import outcome_classes
from remyelin.core.digest import digest_of
from remyelin.credibility import figures, role_table
from remyelin.credibility.figures import left_out, open_test_rows, tune_rows
from remyelin.credibility.keys import keys
from remyelin.credibility.readings import reading_of, readings
from remyelin.credibility.role_table import overlap_of, roles
from remyelin.errors import InputError, UsageError
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.lists import overlaps
from remyelin.study.vocabulary import Role
from remyelin.synthesis.rival import rivals
from remyelin.synthesis.scale import Scale
from tools.clean_evidence.studies import TUNED_BY_HAND
from tools.readings import PAGE, page
from tools.roles import FOLDER, LEAST_TEST, Unit, assigned, one_sided, table, units


def test_every_figure_of_every_group_has_one_reading() -> None:
    assert len({(key.group, key.name) for key in keys()}) == len(keys())
    for key in keys():
        assert reading_of(key).published


def test_no_reading_is_idle_and_what_differs_says_what_would_be_right() -> None:
    for one in readings():
        assert any(one.covers(key) for key in keys()), (one.group, one.row, one.cohort)
        assert (one.effect == "none") == (one.agrees == "agrees"), one.row
        assert one.agrees == "agrees" or one.state != "as read"


def test_a_figure_without_a_reading_is_named() -> None:
    with pytest.raises(InputError, match="nothing has 0 readings"):
        reading_of(replace(keys()[0], row="nothing", origin="study"))


def test_free_of_mri_activity_in_year_2_is_no_share_over_both_years() -> None:
    base = EvidenceBase.load()
    for name in ("caremsi2012", "caremsii2012"):
        rows = {(o.key.arm, o.key.outcome, o.key.time_months): o for o in base.outcomes(name)}
        for arm in ("ifn", "alem"):
            free = rows[arm, "mri_activity_free", 24.0]
            assert free.key.definition_id == "mri_activity_year2"
            assert free.value > 1.0 - rows[arm, "new_t2_lesions_any", 24.0].value


def test_sources_on_one_trial_are_of_one_overlap_group() -> None:
    trials = {study.trial_id: study.study_id for study in EvidenceBase.load().all_studies}
    for name in (key.cohort for key in keys()):
        assert overlap_of(trials.get(name, name)) == overlap_of(name)


def test_roles_are_made_again_to_the_byte_and_carry_their_digest() -> None:
    assert (FOLDER / "roles.csv").read_text(encoding="utf-8") == table() == table()
    assert (FOLDER / "roles.digest").read_text(encoding="utf-8").strip() == digest_of(table())


def test_a_table_of_roles_that_was_changed_by_hand_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = role_table.data
    monkeypatch.setattr(role_table, "data", lambda name: whole(name).replace(",test,", ",tune,", 1))
    roles.cache_clear()
    try:
        with pytest.raises(InputError, match=r"not that of roles\.digest"):
            roles()
    finally:
        roles.cache_clear()


def test_roles_keep_the_written_rule() -> None:
    found = list(roles().values())
    assert sum(one.role is Role.TEST for one in found) >= LEAST_TEST * len(found)
    member = Counter(name for one in found for name in one.studies)
    assert set(member.values()) == {1}
    assert set(EvidenceBase.load().study_ids) <= set(member)
    for row in overlaps():
        assert row.study_id in roles()[overlap_of(row.study_id)].studies
    for name in TUNED_BY_HAND:
        assert roles()[overlap_of(name)].role is Role.TUNE
    shaped = {unit.overlap for unit in units() if unit.shaped}
    for name in one_sided(assigned(units())):
        assert {one.overlap for one in found if name in one.classes} <= shaped


def test_a_stratum_alternates_and_a_one_sided_class_is_changed() -> None:
    base = Unit(
        overlap="a",
        studies=("a",),
        treatment="dmt",
        era="modern",
        phenotype="rrms",
        classes=(),
        shaped=False,
        old_roles=(),
    )
    four = [replace(base, overlap=name, studies=(name,)) for name in "abcd"]
    made = sorted(assigned(four), key=lambda unit: unit.order)
    assert [unit.role.value for unit in made] == ["tune", "test", "tune", "test"]
    lone = [
        replace(base, overlap="x", studies=("x",), shaped=True, classes=("death",)),
        replace(base, overlap="y", studies=("y",), era="historical", classes=("death",)),
    ]
    role = {unit.overlap: unit.role for unit in assigned(lone)}
    assert role == {"x": Role.TUNE, "y": Role.TEST}


def test_every_figure_has_an_outcome_class() -> None:
    assert {key.quantity for key in keys()} <= set(outcome_classes())


def test_tune_rows_are_of_tune_groups_and_have_a_number_and_a_place() -> None:
    assert tune_rows()
    for one in tune_rows():
        assert roles()[one.overlap].role is Role.TUNE
        assert one.n > 0
        assert math.isfinite(one.place)
        assert one.error is None or one.error > 0.0
        if one.scale is Scale.PROPORTION and 0.0 < one.value < 1.0:
            assert one.place == pytest.approx(math.log(one.value / (1.0 - one.value)))


def test_test_rows_are_given_only_after_it_was_written_down(tmp_path: Path) -> None:
    log = tmp_path / "opened.jsonl"
    with pytest.raises(UsageError, match="purpose"):
        open_test_rows(purpose=" ", log=log)
    assert not log.exists()
    found = open_test_rows(purpose="coverage of the first fit", log=log)
    open_test_rows(purpose="again", log=log)
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [one["purpose"] for one in told] == ["coverage of the first fit", "again"]
    assert told[0]["figures"] == len(found) > 0
    assert not {one.overlap for one in found} & {one.overlap for one in tune_rows()}
    with pytest.raises(UsageError, match="cannot be written"):
        open_test_rows(purpose="x", log=tmp_path)


def test_every_figure_enters_or_is_left_out_with_a_reason(tmp_path: Path) -> None:
    entered = [*tune_rows(), *open_test_rows(purpose="count", log=tmp_path / "log")]
    assert len(entered) + len(left_out()) == len(keys())
    assert all(one.reason for one in left_out())
    votes: dict[tuple[str, str], float] = {}
    for one in entered:
        place = (one.overlap, one.quantity)
        votes[place] = votes.get(place, 0.0) + one.vote
    assert list(votes.values()) == pytest.approx([1.0] * len(votes))


def test_a_row_of_the_committed_results_is_known_by_its_name() -> None:
    assert figures.known_rows()
    assert any(one.known for one in tune_rows())


def test_rivals_of_tune_rows_share_no_patients_with_them() -> None:
    by_key = {one.key: one for one in tune_rows()}
    told = rivals(tune_rows(), tune_rows())
    assert told.found
    assert len(told.found) + len(told.without) == len(by_key)
    for key, rival in told.found.items():
        assert by_key[key].overlap not in {by_key[other].overlap for other in rival.of}
        assert rival.low < rival.value < rival.high


def test_the_page_is_made_from_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
