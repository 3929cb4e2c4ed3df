"""Certificates for tests: one that passes, and ways to change one result of it."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from remyelin.evidence import special
from remyelin.therapies.release_tests.certificate import from_mapping
from remyelin.therapies.release_tests.judgement import JudgedBatch, JudgedTest, judge
from remyelin.therapies.release_tests.limits import limits_from

Data = dict[str, Any]
LIMITS = limits_from(special.load("quality"))
TODAY = date(2026, 5, 1)

_SHARES = {"CD105": 98.2, "CD73": 99.1, "CD90": 97.5, "viability": 91.0}
_RESIDUES = {"CD45": 0.4, "CD34": 0.2, "CD14": 0.6, "CD19": 0.3, "HLA-DR": 1.5}


def good() -> Data:
    """A certificate of mesenchymal cells into the fluid that passes."""
    shares = [{"test": n, "value": v, "unit": "percent"} for n, v in (_SHARES | _RESIDUES).items()]
    others: list[Data] = [
        {"test": "plastic adherence", "result": "shown"},
        {"test": "trilineage differentiation", "result": "shown"},
        {"test": "sterility", "method": "USP <71>", "result": "no growth", "days": 14},
        {"test": "endotoxin", "value": 0.5, "unit": "EU/mL"},
        {"test": "mycoplasma", "method": "PCR", "result": "negative"},
        {"test": "karyotype", "result": "46,XX[20]"},
        {
            "test": "potency",
            "method": "PHA-PBMC proliferation inhibition",
            "value": 30.0,
            "unit": "percent",
        },
    ]
    return {
        "product": "bm_msc_fresh",
        "batch": "A-1",
        "route": "IT",
        "volume_ml": 5.0,
        "weight_kg": 70.0,
        "hours": 1.0,
        "tests": [*shares, *others],
    }


def change(data: Data, test: str, *results: Data) -> Data:
    """The same certificate with other results of one test."""
    changed = deepcopy(data)
    rest = [one for one in changed["tests"] if one["test"] != test]
    changed["tests"] = [*rest, *({"test": test, **one} for one in results)]
    return changed


def judged(data: Data, *, on: date = TODAY) -> JudgedBatch:
    """The only batch of a certificate, judged."""
    (batch,) = from_mapping(data, where="x.yaml")
    return judge(batch, LIMITS, on=on)


def of(data: Data, test: str, *, on: date = TODAY) -> JudgedTest:
    """One test of a certificate, judged."""
    return next(one for one in judged(data, on=on).tests if one.test == test)


def with_result(test: str, **result: object) -> JudgedTest:
    """A test with one result of its own, judged."""
    return of(change(good(), test, result), test)
