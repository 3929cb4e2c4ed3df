"""A certificate of analysis: results with all that makes them valid, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from remyelin.errors import InputError
from remyelin.files import read_yaml, shown
from remyelin.study.fields import Frozen, Number, Text, Whole
from remyelin.study.problems import problems_of
from remyelin.therapies.product import Product
from remyelin.therapies.release_tests.dose import Dose, comparable
from remyelin.therapies.release_tests.quantity import (
    Comparator,
    Quantity,
    exact,
    quantity,
    read_quantity,
    unit_named,
    units,
)
from remyelin.therapies.release_tests.rules import CellKind, ReleaseTest, Specimen
from remyelin.therapies.release_tests.subject import Subject, subjects
from remyelin.therapies.release_tests.texts import ResultKind, normal, read_phrase
from remyelin.therapies.step import Route

ADVICE = (
    "`remyelin product certificate --template PRODUCT` prints a certificate to fill in; "
    "examples/certificate.yaml is a complete one."
)
_OLD_KINDS = {"stem_cell_graft": CellKind.HAEMATOPOIETIC_GRAFT}
_MOST_RESULTS = 200
_MOST_BATCHES = 100


class Controls(StrEnum):
    """What the controls of a test showed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


def _date(value: Any) -> Any:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("this is no date; write YYYY-MM-DD") from None


def _words(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("write the words in quotes, as result: 'yes'")
    if isinstance(value, int | float):
        raise ValueError("a number belongs to `value`, with its `unit`")
    return value


Day = Annotated[date | None, BeforeValidator(_date)]
Positive = Annotated[Number, Field(gt=0.0)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]


class Result(Frozen):
    """One result of a test; several of one test must all be acceptable.

    Attributes
    ----------
    test
        Name of the release test.
    value, comparator, unit
        A number; ``comparator`` says how it is meant, ``<`` for one below detection.
    result
        Words of the closed list, or a number with its unit such as ``< 0.05 EU/mL``.
    method, medium, condition
        How it was tested, in which medium, and under which condition.
    specimen, sample, passage
        What was tested, its number, and the passage of the cells.
    days, metaphases
        Days of incubation, and metaphases counted.
    controls
        What the controls showed.
    detection_limit
        Smallest amount that would have been found, in ``unit``.
    date, valid_until
        When it was tested, and until when the result holds.
    """

    test: Name
    value: Number | None = None
    comparator: Comparator = Comparator.EXACT
    unit: Text = ""
    result: Annotated[Text | None, BeforeValidator(_words)] = None
    method: Text = ""
    medium: Text = ""
    condition: Text = ""
    specimen: Specimen | None = None
    sample: Text = ""
    passage: Annotated[Whole, Field(ge=0, le=100)] | None = None
    days: Annotated[Whole, Field(ge=0, le=400)] | None = None
    metaphases: Annotated[Whole, Field(ge=0, le=10_000)] | None = None
    controls: Controls | None = None
    detection_limit: Annotated[Number, Field(ge=0.0)] | None = None
    date: Day = None
    valid_until: Day = None

    @model_validator(mode="after")
    def _one(self) -> Result:
        if self.value is not None and self.result:
            raise ValueError("value and result: give one of the two")
        if self.value is not None and not self.unit:
            raise ValueError("unit: needed with a value")
        if self.unit and unit_named(self.unit) is None:
            raise ValueError(f"unit: {shown(self.unit)} given, allowed: {', '.join(units())}")
        if self.value is None and self.comparator is not Comparator.EXACT:
            raise ValueError("comparator: it belongs to a value")
        try:
            self.quantity()
        except ValueError as error:
            raise ValueError(f"value of {self.test}: {error}") from None
        return self

    def quantity(self) -> Quantity | None:
        """Give the result as a number with its unit; None where it is none.

        Raises
        ------
        ValueError
            The number cannot be, such as a share of 910 %.
        """
        if self.value is not None:
            return quantity(exact(self.value), self.comparator, unit_named(self.unit) or "")
        if not self.result:
            return None
        if normal(self.result) == "not detected" and self.detection_limit and self.unit:
            limit = exact(self.detection_limit)
            return quantity(limit, Comparator.BELOW, unit_named(self.unit) or "")
        return read_quantity(self.result, self.unit)

    @property
    def said(self) -> str:
        """What the certificate says, as one text."""
        if self.result:
            return self.result
        return "no result" if self.value is None else str(self.quantity())


class Certificate(Frozen):
    """A certificate of analysis of one batch.

    Attributes
    ----------
    product, batch, kind
        What it is of; ``kind`` follows from the product and must agree where it is given.
    route, volume_ml, weight_kg, hours
        How it is to be given: volume of the dose, weight of the patient, hours that it takes.
    manufactured, expires
        Dates of the batch.
    tests
        Results.
    """

    product: Name
    batch: Name
    kind: CellKind | None = None
    route: Route
    volume_ml: Positive | None = None
    weight_kg: Annotated[Number, Field(gt=0.0, le=400.0)] | None = None
    hours: Annotated[Number, Field(gt=0.0, le=72.0)] | None = None
    manufactured: Day = None
    expires: Day = None
    tests: Annotated[tuple[Result, ...], Field(min_length=1, max_length=_MOST_RESULTS)]

    @property
    def dose(self) -> Dose:
        """Dose with exact numbers."""
        return Dose(_exact(self.volume_ml), _exact(self.weight_kg), _exact(self.hours))


@dataclass(frozen=True)
class Batch:
    """A certificate together with the product that it is of."""

    certificate: Certificate
    subject: Subject

    @property
    def results(self) -> Mapping[str, tuple[Result, ...]]:
        """Results by the name of their test."""
        found: dict[str, tuple[Result, ...]] = {}
        for one in self.certificate.tests:
            name = _test_named(one.test, self.subject.tests) or one.test
            found[name] = (*found.get(name, ()), one)
        return found


def read(path: str | Path, *, own: Sequence[Product] = ()) -> tuple[Batch, ...]:
    """Read the certificates of one batch or several from a YAML file.

    Parameters
    ----------
    path
        The file: keys of one certificate, or those that all batches share and ``batches``.
    own
        Products of one's own that may be named.

    Raises
    ------
    InputError
        The file cannot be read or is no certificate; every problem is listed.
    """
    return from_mapping(read_yaml(path), where=shown(str(path)), own=own)


def from_mapping(data: object, *, where: str, own: Sequence[Product] = ()) -> tuple[Batch, ...]:
    """Read the certificates of one batch or several from plain data.

    Parameters and errors are those of `read`.
    """
    known, problems = subjects(own), list[str]()
    batches: list[Batch] = []
    for place, one in _certificates(data, where):
        try:
            certificate = Certificate.model_validate(one)
        except ValidationError as error:
            problems += [f"{place}{text}" for text in problems_of(error, Certificate)]
            continue
        found = list(_problems(certificate, known))
        problems += [f"{place}{text}" for text in found]
        if not found:
            batches.append(Batch(certificate, known[certificate.product]))
    names = [one.certificate.batch for one in batches]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems += [f"batches: {shown(name)} stands twice" for name in twice]
    if problems:
        raise InputError(where, problems, ADVICE)
    return tuple(batches)


def _certificates(data: object, where: str) -> list[tuple[str, object]]:
    if not isinstance(data, dict) or "batches" not in data:
        return [("", _renamed(data))]
    shared = {key: value for key, value in data.items() if key != "batches"}
    given = data["batches"]
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_BATCHES:
        problem = f"batches: allowed is a list of 1 to {_MOST_BATCHES} certificates"
        raise InputError(where, [problem], ADVICE)
    found: list[tuple[str, object]] = []
    problems = []
    for number, one in enumerate(given):
        place = f"batches[{number}]."
        if not isinstance(one, dict):
            problems.append(f"batches[{number}]: allowed is a mapping of keys and values")
            continue
        both = [str(key) for key in one if key in shared]
        problems += [f"{place}{key}: it stands above too; give it once" for key in both]
        found.append((place, _renamed({**shared, **one})))
    if problems:
        raise InputError(where, problems, ADVICE)
    return found


def _renamed(data: object) -> object:
    kind = data.get("kind") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(kind, str) and kind in _OLD_KINDS:
        return {**data, "kind": _OLD_KINDS[kind].value}
    return data


def _problems(certificate: Certificate, known: Mapping[str, Subject]) -> Iterator[str]:
    subject = known.get(certificate.product)
    if subject is None:
        yield (
            f"product: {shown(certificate.product)} is no known product; known: "
            f"{', '.join(sorted(known))}; hand in one of your own with --own FILE"
        )
        return
    if certificate.kind is not None and certificate.kind is not subject.kind:
        yield f"kind: {certificate.kind} given, but {subject.name} is {subject.kind}; write that"
    if certificate.route not in subject.routes:
        allowed = ", ".join(subject.routes)
        yield f"route: {certificate.route} given; {subject.name} can be given by {allowed}"
    made, expires = certificate.manufactured, certificate.expires
    if made is not None and expires is not None and expires < made:
        yield f"expires: {expires} is before manufactured {made}"
    for number, one in enumerate(certificate.tests):
        name = _test_named(one.test, subject.tests)
        if name is None:
            yield (
                f"tests[{number}].test: {shown(one.test)} is no release test of "
                f"{subject.kind} cells; allowed: {', '.join(subject.tests)}"
            )
        else:
            place = f"tests[{number}]"
            yield from _unfit(one, subject.tests[name], place)


def _unfit(one: Result, test: ReleaseTest, place: str) -> Iterator[str]:
    given = one.quantity()
    if test.kind is not ResultKind.NUMBER:
        if one.value is not None:
            yield f"{place}.value: {one.test} is told in words; write `result`"
        said = None if not one.result else read_phrase(one.result, test.kind)
        for name, number in ({} if said is None else said.numbers).items():
            told = getattr(one, name, None)
            if told is not None and told != number:
                yield f"{place}.{name}: {told} given, but the result says {number}"
        return
    if given is not None and test.clauses and not comparable(given.unit, test.unit):
        yield f"{place}.unit: {given.unit} given, but {one.test} is measured in {test.unit}"


def _test_named(text: str, tests: Mapping[str, ReleaseTest]) -> str | None:
    given = normal(text)
    for name, test in tests.items():
        if given in {normal(name), *map(normal, test.aliases)}:
            return name
    return None


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else exact(value)
