"""A batch passes only when every required test of its kind of product passes."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.errors import InputError
from remyelin.therapies import product_catalogue
from remyelin.therapies.release_tests.certificate import Result, from_mapping
from remyelin.therapies.release_tests.judgement import judge
from remyelin.therapies.release_tests.limits import limits_from
from remyelin.therapies.release_tests.rules import CellKind, all_clauses, limit_of, rules
from remyelin.therapies.release_tests.subject import subjects
from remyelin.therapies.release_tests.texts import ResultKind
from remyelin.therapies.release_tests.verdict import Verdict
from tests.therapies.release_tests.bench import LIMITS, TODAY, Data, change, good, judged, of

RESULTS: list[Data] = [
    {"test": "sterility", "result": "growth"},
    {"test": "sterility", "method": "BacT/ALERT", "result": "no growth", "days": 7},
    {"test": "sterility", "method": "USP <71>", "result": "no growth", "condition": "aerobic"},
    {"test": "mycoplasma", "method": "PCR", "result": "positive"},
    {"test": "mycoplasma", "method": "culture", "result": "negative", "days": 28},
    {"test": "viability", "value": 20.0, "unit": "percent"},
    {"test": "viability", "value": 90.0, "unit": "percent"},
    {"test": "karyotype", "result": "46,XX[18]/47,XX,+8[2]"},
    {"test": "gram stain", "result": "positive"},
    {"test": "endotoxin", "result": "< 0.05 EU/mL"},
]


def test_a_complete_certificate_passes_and_names_the_rules_that_nobody_has_read() -> None:
    found = judged(good())
    assert found.verdict is Verdict.PASS
    assert any(text.startswith("sterility: 14 days") for text in found.unread)


@pytest.mark.parametrize("test", [one["test"] for one in good()["tests"]])
def test_a_batch_without_one_of_its_tests_is_not_decided(test: str) -> None:
    assert judged(change(good(), test)).verdict is Verdict.NOT_DECIDED


def test_each_statement_of_a_test_must_be_acceptable() -> None:
    culture = {"method": "culture", "result": "negative", "days": 28}
    positive = {"method": "PCR", "result": "positive"}
    assert judged(change(good(), "mycoplasma", culture, positive)).verdict is Verdict.FAIL
    negative = {"method": "PCR", "result": "negative"}
    assert judged(change(good(), "mycoplasma", culture, negative)).verdict is Verdict.PASS


def test_growth_in_one_bottle_fails_and_a_bottle_that_is_not_told_leaves_it_open() -> None:
    clear = {"method": "USP <71>", "days": 14, "result": "no growth", "condition": "aerobic"}
    other = {**clear, "condition": "anaerobic"}
    assert judged(change(good(), "sterility", clear, other)).verdict is Verdict.PASS
    assert judged(change(good(), "sterility", clear)).verdict is Verdict.NOT_DECIDED
    unnamed = {k: v for k, v in clear.items() if k != "condition"}
    assert judged(change(good(), "sterility", clear, unnamed)).verdict is Verdict.NOT_DECIDED
    grown = {**other, "result": "growth on day 6"}
    assert judged(change(good(), "sterility", clear, grown)).verdict is Verdict.FAIL


def test_progenitors_made_from_mesenchymal_cells_are_not_judged_by_the_markers_of_these() -> None:
    assert subjects()["msc_np"].kind is CellKind.NEURAL
    with pytest.raises(InputError, match="CD34 is no release test of neural cells"):
        judged({**good(), "product": "msc_np", "route": "IT"})


def test_a_test_that_is_not_required_counts_when_it_is_told() -> None:
    data = good()
    data["tests"].append({"test": "gram stain", "result": "positive"})
    assert judged(data).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"controls": "failed"}, "the controls: failed"),
        ({"controls": "not run"}, "the controls: not run"),
        ({"valid_until": "2026-04-01"}, "held until 2026-04-01"),
        ({"date": "2026-06-01"}, "is dated 2026-06-01"),
        ({"specimen": "donor"}, "specimen donor"),
        ({"medium": "soup"}, "medium: soup is not read"),
    ],
)
def test_an_invalid_result_does_not_pass(more: dict[str, Any], said: str) -> None:
    result = {"method": "USP <71>", "result": "no growth", "days": 14}
    found = of(change(good(), "sterility", {**result, **more}), "sterility")
    assert found.verdict is Verdict.NOT_DECIDED
    assert any(said in reason for reason in found.reasons)
    growth = {**result, "result": "growth", **more}
    assert of(change(good(), "sterility", growth), "sterility").verdict is Verdict.FAIL


def test_an_expired_batch_fails_and_one_of_the_future_is_not_decided() -> None:
    assert judged(good() | {"expires": "2026-04-30"}).verdict is Verdict.FAIL
    assert judged(good() | {"expires": "2026-05-01"}).verdict is Verdict.PASS
    assert judged(good() | {"manufactured": "2026-05-02"}).verdict is Verdict.NOT_DECIDED
    later = judged(good() | {"manufactured": "2026-05-02"}, on=date(2026, 6, 1))
    assert later.verdict is Verdict.PASS


@given(extra=st.lists(st.sampled_from(RESULTS), max_size=4), more=st.sampled_from(RESULTS))
def test_another_result_never_makes_a_failed_batch_pass(extra: list[Data], more: Data) -> None:
    data = good()
    data["tests"] += deepcopy(extra)
    before = judged(data).verdict
    data["tests"] = [*data["tests"], more]
    after = judged(data).verdict
    if before is Verdict.FAIL:
        assert after is Verdict.FAIL


@given(extra=st.lists(st.sampled_from(RESULTS), max_size=4), seed=st.integers(0, 1000))
def test_the_order_of_results_changes_nothing(extra: list[Data], seed: int) -> None:
    data = good()
    data["tests"] += deepcopy(extra)
    first = judged(data)
    random.Random(seed).shuffle(data["tests"])
    second = judged(data)
    assert first.verdict is second.verdict
    assert [(t.test, t.verdict) for t in first.tests] == [(t.test, t.verdict) for t in second.tests]


def test_no_rule_takes_a_row_of_another_product() -> None:
    for kind, name, test, clause in all_clauses():
        limit = limit_of(clause, kind, LIMITS)
        if test.kind is ResultKind.NUMBER:
            assert limit.threshold is not None, name
        else:
            assert limit.operator == "is", name
        assert limit.source
        assert limit.mark in ("seen", "recalled", "assumed")


def test_a_row_of_another_product_is_refused() -> None:
    data = good()
    (batch,) = from_mapping(data, where="x.yaml")
    rows = [dict(product_row(2), product_type="neural cell (CNS)")]
    with pytest.raises(InputError, match="is about neural cell"):
        judge(batch, {**LIMITS, **limits_from(rows)}, on=TODAY)


def product_row(number: int) -> dict[str, Any]:
    from remyelin.evidence import special

    return next(dict(row) for row in special.load("quality") if int(str(row["row_id"])) == number)


def test_mesenchymal_cells_are_not_judged_by_rows_of_schwann_cells() -> None:
    for test in judged(good()).tests:
        assert all("neural" not in limit.product_type for limit in test.limits)


def test_every_part_and_method_of_the_rules_is_a_known_word() -> None:
    known = set(rules().words)
    for _, name, test, clause in all_clauses():
        assert set(clause.methods) <= known, name
        for parts in test.parts.values():
            assert set(parts.names) <= known, name


def test_every_product_of_the_catalogue_can_be_judged() -> None:
    kinds = {subject.kind for subject in subjects().values()}
    assert kinds == set(CellKind)


@pytest.mark.parametrize("product", ["ipsc_opc", "hnsc"])
def test_a_kind_without_limits_of_its_own_can_fail_but_never_pass(product: str) -> None:
    subject = subjects()[product]
    open_ = [name for name, test in subject.tests.items() if not test.clauses]
    assert open_
    data: Data = {
        "product": product,
        "batch": "B",
        "route": "ICV",
        "tests": [{"test": "identity", "result": "shown"}],
    }
    assert judged(data).verdict is Verdict.NOT_DECIDED
    data["tests"].append({"test": "sterility", "result": "growth"})
    assert judged(data).verdict is Verdict.FAIL


def test_cells_of_another_person_need_tests_of_the_donor() -> None:
    data = good() | {"product": "cord_msc"}
    assert judged(data).verdict is Verdict.NOT_DECIDED
    for what in ("HIV", "HBV", "HCV", "syphilis"):
        data["tests"].append({"test": f"donor {what}", "result": "non-reactive"})
    found = judged(data)
    assert found.verdict is Verdict.PASS
    assert any(text.startswith("donor HIV") and "recalled" in text for text in found.unread)


def test_a_graft_is_judged_by_its_own_rows() -> None:
    data: Data = {
        "product": "autologous_pbsc",
        "kind": "stem_cell_graft",
        "batch": "G",
        "route": "IV",
        "weight_kg": 70.0,
        "tests": [
            {"test": "CD34 dose", "value": 2.1, "unit": "1e6 cells/kg"},
            {"test": "nucleated cells", "value": 2.0, "unit": "1e8 cells/mL"},
            {"test": "red cells", "value": 0.05, "unit": "mL/mL graft"},
            {"test": "viability", "value": 85.0, "unit": "%", "specimen": "reference sample"},
            {"test": "sterility", "method": "BacT/ALERT", "days": 7, "result": "no growth"},
        ],
    }
    assert judged(data).verdict is Verdict.PASS
    for cells, verdict in ((147e6, Verdict.PASS), (98e6, Verdict.FAIL)):
        told = change(data, "CD34 dose", {"value": cells, "unit": "cells"})
        assert judged(told).verdict is verdict


def test_the_limit_of_residual_cells_depends_on_the_method() -> None:
    data: Data = {"product": "ipsc_neural_progenitors", "batch": "P", "route": "IT", "tests": []}
    by: dict[str, Verdict] = {
        "flow cytometry": Verdict.PASS,
        "ICC": Verdict.FAIL,
        "": Verdict.NOT_DECIDED,
        "guess": Verdict.NOT_DECIDED,
    }
    for method, verdict in by.items():
        told = {"value": 0.005, "unit": "percent", "method": method}
        assert of(change(data, "residual OCT4", told), "residual OCT4").verdict is verdict


def test_mycoplasma_of_pluripotent_cells_needs_both_methods() -> None:
    data: Data = {"product": "ipsc_neural_progenitors", "batch": "P", "route": "IT", "tests": []}
    pcr = {"method": "PCR", "result": "negative"}
    culture = {"method": "culture", "result": "negative", "days": 28}
    assert of(change(data, "mycoplasma", pcr), "mycoplasma").verdict is Verdict.NOT_DECIDED
    assert of(change(data, "mycoplasma", pcr, culture), "mycoplasma").verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"product": "snake oil"}, "is no known product; known: adipose_msc"),
        ({"kind": "neural"}, "bm_msc_fresh is mesenchymal"),
        ({"kind": "pluripotent"}, "kind"),
        ({"route": "ICV"}, "can be given by IV, IT"),
        ({"route": "by mouth"}, "route"),
        ({"batch": ""}, "batch"),
        ({"hours": -1.0}, "hours"),
        ({"expires": "soon"}, "write YYYY-MM-DD"),
        ({"expires": "2026-01-01", "manufactured": "2026-02-01"}, "is before manufactured"),
        ({"tests": [{"test": "magic", "result": "negative"}]}, "magic is no release test"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(changed: Data, said: str) -> None:
    with pytest.raises(InputError) as caught:
        from_mapping(good() | changed, where="x.yaml")
    assert said in str(caught.value)


def test_several_batches_share_what_stands_above_them() -> None:
    tests = good()["tests"]
    shared = {key: value for key, value in good().items() if key not in ("batch", "tests")}
    data = shared | {"batches": [{"batch": "1", "tests": tests}, {"batch": "2", "tests": tests}]}
    found = from_mapping(data, where="x.yaml")
    assert [judge(one, LIMITS, on=TODAY).verdict for one in found] == [Verdict.PASS] * 2
    data["batches"][1]["batch"] = "1"
    with pytest.raises(InputError, match="1 stands twice"):
        from_mapping(data, where="x.yaml")
    data["batches"][1]["route"] = "IV"
    with pytest.raises(InputError, match="give it once"):
        from_mapping(data, where="x.yaml")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from([*good(), "kind", "batches", "expires"]), value=PLAIN)
def test_whatever_stands_in_a_certificate_it_is_judged_or_refused(key: str, value: object) -> None:
    try:
        batches = from_mapping(good() | {key: value}, where="x.yaml")
    except InputError:
        return
    assert all(judge(one, LIMITS, on=TODAY).tests for one in batches)


@given(key=st.sampled_from(sorted(Result.model_fields)), value=PLAIN)
def test_whatever_stands_in_a_result_it_is_judged_or_refused(key: str, value: object) -> None:
    data = good()
    data["tests"].append({"test": "endotoxin", "value": 0.5, "unit": "EU/mL"} | {key: value})
    try:
        batches = from_mapping(data, where="x.yaml")
    except InputError:
        return
    assert all(judge(one, LIMITS, on=TODAY).tests for one in batches)


def test_a_number_beyond_all_measure_is_judged() -> None:
    told = {"value": 1e308, "unit": "1e8 cells/mL"}
    data: Data = {"product": "autologous_pbsc", "batch": "G", "route": "IV", "tests": []}
    assert of(change(data, "nucleated cells", told), "nucleated cells").verdict is Verdict.FAIL
    told = {"result": "9" * 400 + " cells/mL"}
    assert of(change(data, "nucleated cells", told), "nucleated cells").verdict is Verdict.FAIL


def test_a_product_of_ones_own_cannot_take_the_name_of_another() -> None:
    taken = product_catalogue.load("bm_msc")
    with pytest.raises(InputError, match="bm_msc is taken"):
        subjects([taken])
