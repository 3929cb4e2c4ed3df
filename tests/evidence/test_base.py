"""The evidence base: loads clean, is pinned, and refuses bad rows by name."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zlib
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from remyelin.errors import InputError, UnknownNameError
from remyelin.evidence.base import TABLE_NAMES, EvidenceBase
from remyelin.study.outcome import OutcomeKey
from remyelin.study.vocabulary import IntervalKind, Mark, Measure, Role, TreatmentClass

TUNED_BY_HAND = frozenset(
    {
        "affirm2006",
        "opera2017",
        "oratorio2017",
        "expand2018",
        "ascend2018",
        "caremsi2012",
        "caremsii2012",
        "prisms1998",
        "burt2021",
        "boffa2021",
        "sormani2017",
        "storek2008",
        "uccelli2021",
        "haltmsbvl",
        "lee2017",
        "rocca2007",
    }
)
CLASSES = {
    TreatmentClass.AHSCT: 109,
    TreatmentClass.DMT: 98,
    TreatmentClass.MSC: 97,
    TreatmentClass.PLACEBO: 32,
    TreatmentClass.NONE: 24,
    TreatmentClass.NSC: 20,
    TreatmentClass.OPC: 13,
    TreatmentClass.OTHER: 4,
    TreatmentClass.SHAM: 2,
}
FORBIDDEN_PAGES = re.compile(r"distantreader|practicalneurology|proxy|mirror|:///|\d+\.\d+\.\d+\.")


@pytest.fixture
def base() -> EvidenceBase:
    return EvidenceBase.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = resources.files("remyelin.evidence") / "data"
    for name in TABLE_NAMES:
        (tmp_path / f"{name}.csv").write_bytes((data / f"{name}.csv").read_bytes())
    return tmp_path


def change(folder: Path, table: str, line: int, **cells: str) -> None:
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[line - 2].update(cells)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_counts_are_pinned_by_table_role_and_mark(base: EvidenceBase) -> None:
    tables = (len(base.all_studies), len(base.all_arms), len(base.all_outcomes))
    assert tables == (252, 399, 940)
    roles = Counter(study.role for study in base.all_studies)
    assert roles == {Role.TUNE: 139, Role.TEST: 113}
    marks = Counter(outcome.mark for outcome in base.all_outcomes)
    assert marks == {Mark.SEEN: 887, Mark.RECALLED: 53}
    assert Counter(arm.mark for arm in base.all_arms) == {Mark.SEEN: 396, Mark.RECALLED: 3}
    classes = Counter(arm.treatment_class for arm in base.all_arms)
    assert classes == CLASSES


def test_the_studies_read_by_hand_keep_their_figures(base: EvidenceBase) -> None:
    counts = {name: len(base.outcomes(name)) for name in ("burt2019", "burt2021", "affirm2006")}
    assert counts == {"burt2019": 23, "burt2021": 21, "affirm2006": 15}


def test_the_base_loads_in_under_a_second() -> None:
    code = (
        "import time; start = time.process_time(); "
        "from remyelin.evidence.base import EvidenceBase; EvidenceBase.load(); "
        "print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.0


def test_no_judgement_of_quality_stands_without_a_quoted_page(base: EvidenceBase) -> None:
    for study in base.all_studies:
        assert (study.risk_of_bias, study.certainty) == ("not assessed", "not assessed")


def test_what_was_seen_on_a_mirror_only_is_marked_so(base: EvidenceBase) -> None:
    mirrored = [row for row in base.all_outcomes if row.page == "secondary source"]
    assert len(mirrored) == 204
    assert all(row.source for row in mirrored)


def test_roles_follow_the_written_rule(base: EvidenceBase) -> None:
    for study in base.all_studies:
        even = zlib.crc32(study.study_id.encode()) % 2 == 0
        tune = study.study_id in TUNED_BY_HAND or not even
        assert study.role is (Role.TUNE if tune else Role.TEST)


def test_every_figure_has_a_citation_and_no_mirror_address(base: EvidenceBase) -> None:
    for row in (*base.all_outcomes, *base.all_arms):
        assert row.source
        assert not FORBIDDEN_PAGES.search(row.page)
        assert not (row.mark is Mark.RECALLED and row.page)


def test_the_main_result_of_mist_stands_as_printed(base: EvidenceBase) -> None:
    rows = {outcome.key: outcome for outcome in base.outcomes("burt2019")}
    key = OutcomeKey(
        "burt2019",
        "ahsct_vs_dmt",
        "all",
        "progression_cumulative",
        "mist_progression",
        None,
        Measure.HAZARD_RATIO,
    )
    row = rows[key]
    assert (row.value, row.low, row.high) == (0.07, 0.02, 0.24)
    assert (row.interval_kind, row.level, row.mark) == (IntervalKind.CI, 0.95, Mark.SEEN)
    events = {key.arm: row.events for key, row in rows.items() if key.measure is Measure.COUNT}
    assert events == {"ahsct": 3, "dmt": 34}


def test_hazard_ratios_of_affirm_belong_to_their_confirmation(base: EvidenceBase) -> None:
    ratios = {
        row.key.definition_id: row.value
        for row in base.outcomes("affirm2006")
        if row.key.measure is Measure.HAZARD_RATIO
    }
    assert ratios == {"cdw12_affirm": 0.58, "cdw24_affirm": 0.46}


def test_an_unknown_study_is_named(base: EvidenceBase) -> None:
    for query in (base.study, base.arms, base.outcomes):
        with pytest.raises(UnknownNameError, match=r"did you mean .*burt2019"):
            query("burt2018")


def test_a_copy_of_the_base_loads_to_the_same_records(base: EvidenceBase, folder: Path) -> None:
    assert EvidenceBase.load(folder) == base


@pytest.mark.parametrize(
    ("table", "cells", "fragment"),
    [
        ("outcomes", {"value": "nan"}, "line 4: value: nan given, allowed: a finite number"),
        ("outcomes", {"value": ""}, "line 4: value is empty"),
        ("outcomes", {"value": "4"}, "line 4: events: 34 given with the count 4"),
        (
            "outcomes",
            {"measure": "proportion"},
            "line 4: value: 34 given, allowed for a proportion",
        ),
        ("outcomes", {"measure": "mode"}, "line 4: measure: mode given, allowed: proportion"),
        ("outcomes", {"measure": "hazard_ratio"}, "'dmt' does not go with the measure"),
        ("outcomes", {"outcome": "luck"}, "line 4: outcome: 'luck' given"),
        ("outcomes", {"definition_id": "luck"}, "line 4: definition_id: 'luck' given"),
        ("outcomes", {"events": "99"}, "line 4: events: 99 given with n 55"),
        ("outcomes", {"n": "-1"}, "line 4: n: -1 given, allowed: whole numbers"),
        ("outcomes", {"time_months": "-1"}, "line 4: time_months: -1 given"),
        ("outcomes", {"low": "1"}, "must be given together"),
        ("outcomes", {"low": "5", "high": "9", "interval_kind": "iqr"}, "does not hold the value"),
        ("outcomes", {"low": "1", "high": "9", "interval_kind": "ci"}, "level is empty"),
        ("outcomes", {"page": ""}, "line 4: page is empty"),
        ("outcomes", {"source": ""}, "line 4: source is empty"),
        ("outcomes", {"mark": "certain"}, "line 4: mark: certain given"),
        ("outcomes", {"arm": "ahsct"}, "line 4: the same key as line 3"),
        ("outcomes", {"arm": "sham"}, "line 4: unknown arm sham"),
        ("arms", {"female": "66"}, "line 4: female: 66 given, allowed: a proportion"),
        ("arms", {"study_id": "nobody"}, "names the unknown study nobody"),
        ("studies", {"role": ""}, "line 4: role is empty"),
        ("studies", {"study_id": "burt2019"}, "line 4: the same key as line 2"),
        (
            "studies",
            {"doi": "", "pmid": "", "pmcid": "", "registry_id": ""},
            "line 4: doi, pmid, pmcid and registry_id are empty; one is needed",
        ),
        ("studies", {"doi": "jama"}, "line 4: doi: 'jama' given"),
        ("studies", {"design": "trial"}, "line 4: design: 'trial' given"),
        ("studies", {"phenotype": "rrms+xx"}, "line 4: phenotype: 'xx' given"),
        ("studies", {"risk_of_bias": "low"}, "line 4: risk_of_bias: 'low' given; a judgement"),
        ("studies", {"setting": "mice"}, "line 4: setting: mice given"),
        ("arms", {"edss_mean": "38"}, "line 4: edss_mean: 38 given, allowed: 0 to 10"),
        ("arms", {"dose_low": "3", "dose_high": "2"}, "the smaller first"),
        ("arms", {"dose_low": "3", "dose_high": "4"}, "dose_low and dose_unit must be"),
        ("arms", {"route": "nose"}, "line 4: route: 'nose' given"),
        ("arms", {"intensity": "high", "intensity_scheme": ""}, "given together"),
        ("arms", {"imputed": "luck"}, "line 4: imputed: 'luck' names no filled column"),
        ("arms", {"page": ""}, "line 4: page is empty"),
        ("outcomes", {"subgroup": "tall"}, "line 4: subgroup: 'tall' given"),
        ("outcomes", {"arm": "dmt_vs_"}, "a contrast is first_vs_second"),
        ("outcomes", {"value": "3.5", "events": ""}, "allowed for a count: whole numbers"),
        (
            "outcomes",
            {"outcome": "edss", "measure": "mean", "value": "11", "events": ""},
            "value: 11 given, allowed for edss: 0 to 10 EDSS points",
        ),
        (
            "outcomes",
            {"arm": "ahsct", "value": "4", "events": ""},
            "contradict each other: 3 and 4",
        ),
    ],
)
def test_a_bad_row_is_refused_by_line(
    folder: Path, table: str, cells: dict[str, str], fragment: str
) -> None:
    change(folder, table, 4, **cells)
    with pytest.raises(InputError, match=re.escape(fragment)):
        EvidenceBase.load(folder)


def test_all_bad_rows_are_named_at_once(folder: Path) -> None:
    change(folder, "outcomes", 4, value="x")
    change(folder, "outcomes", 9, value="inf")
    with pytest.raises(InputError) as caught:
        EvidenceBase.load(folder)
    assert len(caught.value.problems) == 2


def test_other_columns_are_refused(folder: Path) -> None:
    path = folder / "arms.csv"
    path.write_text(path.read_text("utf-8").replace("arm_id", "arm", 1), encoding="utf-8")
    with pytest.raises(InputError, match="the columns must be study_id, arm_id"):
        EvidenceBase.load(folder)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "arms.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        EvidenceBase.load(folder)
