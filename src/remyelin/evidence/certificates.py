"""Certificates of analysis of cell products, judged by the table of release tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from remyelin.errors import InputError
from remyelin.evidence import special
from remyelin.evidence.special_rows import SpecialRow
from remyelin.files import parse_yaml, read_yaml, shown
from remyelin.study.fields import Frozen, Number, Text
from remyelin.study.problems import problems_of
from remyelin.therapies.step import Route

_ADVICE = "examples/certificate.yaml is a complete one."
_WHERE = "release_tests.yaml"
_PERCENT = ("percent", "%")
_PER_HOUR = "EU/kg/h"
_GOOD = ("no growth", "negative", "sterile", "absent", "normal", "below detection", "not detected")
_BAD = ("growth", "positive", "present", "abnormal", "detected", "not sterile", "contaminated")


class CellKind(StrEnum):
    """Kinds of products that a certificate may be of."""

    MESENCHYMAL = "mesenchymal"
    NEURAL = "neural"
    PLURIPOTENT = "pluripotent"
    STEM_CELL_GRAFT = "stem_cell_graft"


class Verdict(StrEnum):
    """What becomes of a test, or of a batch."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Tested(Frozen):
    """One result: a value with its unit, or words such as ``no growth``."""

    test: Text
    value: Number | None = None
    unit: Text = ""
    result: Text = ""

    @model_validator(mode="after")
    def _one(self) -> Tested:
        if (self.value is None) == (not self.result):
            raise ValueError("value or result: give one of the two")
        if self.value is not None and not self.unit:
            raise ValueError("unit: needed with a value")
        if self.value is not None and self.value < 0.0:
            raise ValueError(f"value: {self.value:g} given, allowed 0 or more")
        return self


class Certificate(Frozen):
    """A certificate of analysis.

    Attributes
    ----------
    product, batch
        What it is of.
    kind, route
        Kind of cells, and how they are to be given: limits of endotoxin differ.
    volume_ml, weight_kg, hours
        Volume given, weight of the patient and hours over which it is given; they turn endotoxin in
        EU/mL or EU/kg into EU/kg/h.
    tests
        Results.
    """

    product: Text
    batch: Text
    kind: CellKind
    route: Route
    volume_ml: Annotated[Number, Field(gt=0.0)] | None = None
    weight_kg: Annotated[Number, Field(gt=0.0, le=400.0)] | None = None
    hours: Annotated[Number, Field(gt=0.0, le=72.0)] | None = None
    tests: Annotated[tuple[Tested, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _known(self) -> Certificate:
        expected, names = tests_of(self.kind), [one.test for one in self.tests]
        problems = [
            f"tests: {shown(name)} is no release test of {self.kind} cells; "
            f"allowed: {', '.join(expected)}"
            for name in names
            if name not in expected
        ]
        twice = sorted({name for name in names if names.count(name) > 1})
        problems += [f"tests: {shown(name)} stands twice" for name in twice]
        if problems:
            raise ValueError("\n".join(problems))
        return self


class ReleaseTest(Frozen):
    """Rows of the table ``quality`` by which a test is judged; none where no limit is known."""

    row: int | None = None
    it: int | None = None


@dataclass(frozen=True)
class Judged:
    """A test and what became of it.

    Attributes
    ----------
    test, verdict
        Which test, and the verdict.
    given, allowed
        What the certificate says and what the rule asks.
    reason
        Why it is unknown.
    source, mark
        Where the rule stands, and how well it is known.
    """

    test: str
    verdict: Verdict
    given: str
    allowed: str
    reason: str
    source: str
    mark: str


@cache
def _release_tests() -> Mapping[CellKind, Mapping[str, ReleaseTest]]:
    text = files("remyelin.evidence").joinpath(_WHERE).read_text(encoding="utf-8")
    adapter = TypeAdapter(dict[CellKind, dict[str, ReleaseTest]])
    return adapter.validate_python(parse_yaml(text, where=_WHERE))


def tests_of(kind: CellKind) -> tuple[str, ...]:
    """List the release tests of a kind of cells."""
    return tuple(_release_tests()[kind])


def read(path: str | Path) -> Certificate:
    """Read a certificate from a YAML file.

    Raises
    ------
    InputError
        The file cannot be read or is no certificate; every problem is listed.
    """
    return from_mapping(read_yaml(path), where=shown(str(path)))


def from_mapping(data: object, *, where: str) -> Certificate:
    """Read a certificate from plain data.

    Raises
    ------
    InputError
        The data are no certificate; every problem is listed.
    """
    try:
        return Certificate.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, Certificate), _ADVICE) from None


def judge(certificate: Certificate) -> tuple[Judged, ...]:
    """Judge every release test that such a product must have, in the order of the rules."""
    return tuple(_judged(certificate))


def of_batch(tests: tuple[Judged, ...]) -> Verdict:
    """Judge the batch: it fails with one test, and is unknown while one is."""
    verdicts = {one.verdict for one in tests}
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.PASS


def _judged(certificate: Certificate) -> Iterator[Judged]:
    rows = {int(str(row["row_id"])): row for row in special.load("quality")}
    given = {one.test: one for one in certificate.tests}
    for name, rule in _release_tests()[certificate.kind].items():
        central = certificate.route is not Route.INTRAVENOUS
        number = rule.it if central and rule.it is not None else rule.row
        row = None if number is None else rows[number]
        yield _one(name, given.get(name), row, certificate)


def _one(
    name: str, tested: Tested | None, row: SpecialRow | None, certificate: Certificate
) -> Judged:
    said = "" if tested is None else _said(tested)
    if row is None:
        why = "no limit is in the evidence base"
        return Judged(name, Verdict.UNKNOWN, said or "not given", "", why, "", "")
    verdict, reason = Verdict.UNKNOWN, "the certificate does not tell it"
    if tested is not None:
        verdict, reason = _compared(tested, row, certificate)
    source = f"{row['source']}, row {row['row_id']}"
    return Judged(name, verdict, said or "not given", _asked(row), reason, source, str(row["mark"]))


def _said(tested: Tested) -> str:
    return tested.result if tested.value is None else f"{tested.value:g} {tested.unit}"


def _asked(row: SpecialRow) -> str:
    if row["threshold"] is None:
        return str(row["threshold_text"])
    return f"{row['operator']} {row['threshold']:g} {row['unit']}"


def _compared(tested: Tested, row: SpecialRow, certificate: Certificate) -> tuple[Verdict, str]:
    if row["threshold"] is None:
        return _in_words(tested)
    if tested.value is None:
        return Verdict.UNKNOWN, f"words given, a number in {row['unit']} is needed"
    value = _in_unit(tested.value, tested.unit, str(row["unit"]), certificate)
    if value is None:
        return Verdict.UNKNOWN, (
            f"{tested.unit} cannot be compared with {row['unit']}; "
            "give the unit of the limit, or volume_ml, weight_kg and hours"
        )
    limit = float(str(row["threshold"]))
    kept = {
        ">=": value >= limit,
        ">": value > limit,
        "<=": value <= limit,
        "<": value < limit,
    }.get(str(row["operator"]))
    if kept is None:
        return Verdict.UNKNOWN, f"a limit {row['operator']} cannot be judged"
    return (Verdict.PASS if kept else Verdict.FAIL), ""


def _in_words(tested: Tested) -> tuple[Verdict, str]:
    words = tested.result.strip().lower()
    if any(words == good or words.startswith(f"{good} ") for good in _GOOD):
        return Verdict.PASS, ""
    if any(words == bad or words.startswith(f"{bad} ") for bad in _BAD):
        return Verdict.FAIL, ""
    known = ", ".join((*_GOOD, *_BAD))
    return Verdict.UNKNOWN, f"the result is not one of: {known}"


def _in_unit(value: float, unit: str, wanted: str, certificate: Certificate) -> float | None:
    if unit == wanted or (unit in _PERCENT and wanted in _PERCENT):
        return value
    if wanted != _PER_HOUR or certificate.hours is None:
        return None
    if unit == "EU/kg":
        return value / certificate.hours
    volume, weight = certificate.volume_ml, certificate.weight_kg
    if unit.lower() == "eu/ml" and volume is not None and weight is not None:
        return value * volume / weight / certificate.hours
    return None
