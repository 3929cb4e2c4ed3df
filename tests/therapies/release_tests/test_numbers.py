"""Results in numbers: bounds, units, impossible values, and the worst hour of a dose."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.errors import InputError
from remyelin.therapies.release_tests.certificate import from_mapping
from remyelin.therapies.release_tests.quantity import against, read_quantity
from remyelin.therapies.release_tests.verdict import Verdict
from tests.therapies.release_tests.bench import change, good, of, with_result


@pytest.mark.parametrize(
    ("test", "text", "verdict"),
    [
        ("endotoxin", "<0.5 EU/mL", Verdict.PASS),
        ("endotoxin", "< 0.05 EU/ml", Verdict.PASS),
        ("endotoxin", "≤ 0.05 eu/mL", Verdict.PASS),
        ("endotoxin", "< 50 EU/mL", Verdict.NOT_DECIDED),
        ("endotoxin", "> 50 EU/mL", Verdict.FAIL),
        ("endotoxin", "0.05 EU/kg", Verdict.PASS),
        ("endotoxin", "0.3 EU/kg", Verdict.FAIL),
        ("endotoxin", "0.05", Verdict.NOT_DECIDED),
        ("endotoxin", "0,05 EU/mL", Verdict.NOT_DECIDED),
        ("endotoxin", ".05 EU/mL", Verdict.NOT_DECIDED),
        ("endotoxin", "ca. 0.05 EU/mL", Verdict.NOT_DECIDED),
        ("endotoxin", "0.05 ± 0.01 EU/mL", Verdict.NOT_DECIDED),
        ("endotoxin", "<< 0.05 EU/mL", Verdict.NOT_DECIDED),
        ("endotoxin", "0.05 EU/mL (invalid)", Verdict.NOT_DECIDED),
        ("endotoxin", "Complies", Verdict.NOT_DECIDED),
        ("endotoxin", "below detection", Verdict.NOT_DECIDED),
        ("endotoxin", "not detected", Verdict.NOT_DECIDED),
        ("viability", ">90%", Verdict.PASS),
        ("viability", "≥ 70 %", Verdict.NOT_DECIDED),
        ("viability", "> 70 %", Verdict.PASS),
        ("viability", "> 60 %", Verdict.NOT_DECIDED),
        ("viability", "< 60 %", Verdict.FAIL),
        ("viability", "70 %", Verdict.FAIL),
        ("viability", "95", Verdict.NOT_DECIDED),
        ("viability", ".95", Verdict.NOT_DECIDED),
        ("viability", "0.95 fraction", Verdict.PASS),
        ("viability", "95-98 %", Verdict.NOT_DECIDED),
        ("CD73", "CD73+ 98%; CD45 3%", Verdict.NOT_DECIDED),
        ("CD73", ">= 95 percent", Verdict.PASS),
        ("CD73", "> 90 %", Verdict.NOT_DECIDED),
        ("CD45", "<2 %", Verdict.PASS),
        ("CD45", "ND", Verdict.NOT_DECIDED),
        ("CD45", "n/a", Verdict.NOT_DECIDED),
        ("CD45", "", Verdict.NOT_DECIDED),
    ],
)
def test_numbers_in_a_text_are_read_whole_or_not_at_all(
    test: str, text: str, verdict: Verdict
) -> None:
    assert with_result(test, result=text).verdict is verdict


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"test": "viability", "value": 910.0, "unit": "percent"}, "allowed: 0 to 100 percent"),
        ({"test": "viability", "result": "910 %"}, "allowed: 0 to 100 percent"),
        ({"test": "viability", "value": 9.1, "unit": "share"}, "allowed: 0 to 1 share"),
        ({"test": "viability", "result": "> 100 %"}, "allowed: 0 to 100 percent"),
        ({"test": "CD45", "value": -0.1, "unit": "percent"}, "allowed: 0 to 100 percent"),
        ({"test": "endotoxin", "value": -1.0, "unit": "EU/mL"}, "allowed: 0 or more"),
        ({"test": "endotoxin", "result": "< 0 EU/mL"}, "allowed: 0 or more"),
        ({"test": "endotoxin", "value": 1.0, "unit": "percent"}, "is measured in EU/mL"),
        ({"test": "viability", "value": 91.0, "unit": "EU/mL"}, "is measured in percent"),
        ({"test": "viability", "value": 91.0, "unit": "furlong"}, "furlong given, allowed"),
        ({"test": "viability", "value": 91.0}, "needed with a value"),
        ({"test": "viability", "value": 91.0, "unit": "%", "result": "91 %"}, "one of the two"),
        ({"test": "viability", "result": "91 %", "unit": "EU/mL"}, "give one unit"),
        ({"test": "viability", "result": 91}, "a number belongs to `value`"),
        ({"test": "sterility", "result": False}, "write the words in quotes"),
        ({"test": "sterility", "value": 0.0, "unit": "events"}, "told in words"),
        ({"test": "sterility", "result": "no growth at 14 days", "days": 3}, "the result says 14"),
        ({"test": "sterility", "result": "no growth", "note": "but"}, "unknown key"),
    ],
)
def test_what_cannot_be_is_refused(result: dict[str, object], said: str) -> None:
    data = change(good(), str(result["test"]))
    data["tests"].append(result)
    with pytest.raises(InputError, match="x") as caught:
        from_mapping(data, where="x.yaml")
    assert said in str(caught.value)


def test_below_detection_needs_its_limit_of_detection() -> None:
    told = {"result": "not detected", "unit": "EU/mL", "detection_limit": 0.05}
    assert with_result("endotoxin", **told).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("per_ml", "hours", "verdict"),
    [
        # 3.9 x 3 / 60 = 0.195 EU/kg, all of it within the hour; the limit 0.2/(3/60) is 4 EU/mL.
        (3.9, 0.1, Verdict.PASS),
        (4.0, 0.1, Verdict.PASS),
        (4.1, 0.1, Verdict.FAIL),
        (4.1, 1.0, Verdict.FAIL),
        (4.1, 2.0, Verdict.PASS),
        (3.9, None, Verdict.PASS),
        (4.1, None, Verdict.NOT_DECIDED),
    ],
)
def test_a_bolus_is_given_within_the_hour(
    per_ml: float, hours: float | None, verdict: Verdict
) -> None:
    data = change(good(), "endotoxin", {"value": per_ml, "unit": "EU/mL"})
    data |= {"volume_ml": 3.0, "weight_kg": 60.0, "hours": hours}
    found = of(data, "endotoxin")
    assert found.verdict is verdict
    (steps,) = found.results[0].conversions
    assert "x 3 mL / 60 kg" in steps


def test_the_limit_of_endotoxin_is_that_of_the_route() -> None:
    data = change(good(), "endotoxin", {"value": 1.0, "unit": "EU/kg/h"})
    assert of(data, "endotoxin").verdict is Verdict.FAIL
    data["route"] = "IV"
    assert of(data, "endotoxin").verdict is Verdict.PASS


@pytest.mark.parametrize("key", ["volume_ml", "weight_kg"])
def test_a_missing_part_of_the_dose_is_named(key: str) -> None:
    data = good()
    del data[key]
    found = of(data, "endotoxin")
    assert found.verdict is Verdict.NOT_DECIDED
    assert any(f"give {key}" in reason for reason in found.reasons)


CENTS = st.integers(0, 1_000_000).map(lambda cents: Fraction(cents, 100))


@given(value=CENTS, limit=CENTS, sign=st.sampled_from(["", "<", "<=", ">", ">="]))
def test_a_bound_is_never_judged_otherwise_than_what_it_allows(
    value: Fraction, limit: Fraction, sign: str
) -> None:
    if sign == "<" and value == 0:
        return
    bound = read_quantity(f"{sign} {float(value)} EU/mL")
    assert bound is not None
    for operator in ("<", "<=", ">", ">="):
        verdict = against(bound, operator, limit)
        for cents in (value - Fraction(1, 100), value, value + Fraction(1, 100)):
            allowed = {"": cents == value, "<": cents < value, "<=": cents <= value,
                       ">": cents > value, ">=": cents >= value}[sign]  # fmt: skip
            if not allowed or cents < 0:
                continue
            kept = {"<": cents < limit, "<=": cents <= limit, ">": cents > limit,
                    ">=": cents >= limit}[operator]  # fmt: skip
            assert verdict is not (Verdict.FAIL if kept else Verdict.PASS)


@given(cents=st.integers(0, 1_000), sign=st.sampled_from(["=", "<=", ">="]))
def test_scaling_the_unit_changes_nothing(cents: int, sign: str) -> None:
    results = (
        {"value": cents / 100, "unit": "EU/mL", "comparator": sign},
        {"value": float(cents * 10), "unit": "EU/L", "comparator": sign},
        {"value": cents / 100, "unit": "IU/mL", "comparator": sign},
    )
    assert len({with_result("endotoxin", **one).verdict for one in results}) == 1


@given(tenths=st.integers(0, 1_000))
def test_a_share_is_judged_as_its_per_cents(tenths: int) -> None:
    as_share = with_result("CD105", value=tenths / 1000, unit="share")
    assert as_share.verdict is with_result("CD105", value=tenths / 10, unit="%").verdict
