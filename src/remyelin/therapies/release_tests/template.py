"""A certificate to fill in for a product: each required test with method, unit and limit."""

from __future__ import annotations

from collections.abc import Iterator

from remyelin.therapies.release_tests.limits import Limit, Limits
from remyelin.therapies.release_tests.rules import ReleaseTest, limit_of
from remyelin.therapies.release_tests.statement import NO_LIMIT
from remyelin.therapies.release_tests.subject import Subject
from remyelin.therapies.release_tests.texts import ResultKind, phrases

_HEAD = """\
# Certificate of analysis to fill in. Research software: no release decision.
# A result that is left empty is not decided. A number may be a bound: comparator: "<", or
# result: < 0.05 EU/mL in quotes. Several results of one test must all be acceptable. Further keys
# of a result: medium, condition, specimen, sample, passage, controls (passed, failed, not run),
# detection_limit, date and valid_until (YYYY-MM-DD)."""


def template(subject: Subject, limits: Limits) -> str:
    """Give a certificate to fill in, as YAML; it can be read as it is.

    Parameters
    ----------
    subject
        Product, one of `subjects`.
    limits
        Limits by row of the table ``quality``.
    """
    head = [
        _HEAD,
        f"product: {subject.name}",
        "batch: BATCH-1",
        f"kind: {subject.kind}",
        f"route: {subject.routes[0]}{' ' * 10}# {', '.join(subject.routes)}",
        "volume_ml:              # volume of one dose",
        "weight_kg:              # weight of the patient",
        "hours:                  # time over which the dose is given",
        "manufactured:           # YYYY-MM-DD",
        "expires:                # YYYY-MM-DD",
        "tests:",
    ]
    for name, test in subject.tests.items():
        head.extend(_entry(name, test, subject, limits))
    return "\n".join(head)


def _entry(name: str, test: ReleaseTest, subject: Subject, limits: Limits) -> Iterator[str]:
    if not test.required:
        return
    held: list[Limit] = []
    for route in subject.routes:
        held += [limit_of(one, subject.kind, limits) for one in test.clauses_by(route)]
    for limit in dict.fromkeys(held):
        yield f"  # asked: {limit.asked} [{limit.told}]"
    if not test.clauses:
        yield f"  # {NO_LIMIT}"
    if test.methods:
        yield f"  # methods: {', '.join(test.methods)}"
    for field, parts in test.parts.items():
        each = "one result for each" if parts.needed else "if named, one result for each"
        yield f"  # {field}: {', '.join(parts.names)}; {each}"
    needed = next(((f, p.names) for f, p in test.parts.items() if p.needed), None)
    if needed is None:
        yield _line(name, test)
        return
    for part in needed[1]:
        yield _line(name, test, field=needed[0], part=part)


def _line(name: str, test: ReleaseTest, *, field: str = "", part: str = "") -> str:
    keys = [f'test: "{name}"']
    if field:
        keys.append(f'{field}: "{part}"')
    if (test.methods or test.kind is ResultKind.NUMBER) and field != "method":
        keys.append('method: ""')
    if any(clause.days for clause in test.clauses):
        keys.append("days: ")
    if test.metaphases is not None:
        keys.append("metaphases: ")
    if test.kind is ResultKind.NUMBER:
        keys += ["value: ", f'unit: "{test.unit}"']
        return f"  - {{{', '.join(keys)}}}"
    known = phrases()[test.kind]
    return f'  - {{{", ".join(keys)}, result: ""}}  # {known.accepted[0]}, {known.failing[0]}, ...'
