"""Judges the results of a batch: every required test must pass, and every statement of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from remyelin.therapies.release_tests.certificate import Batch, Result
from remyelin.therapies.release_tests.limits import Limit, Limits
from remyelin.therapies.release_tests.rules import Clause, ReleaseTest, limit_of, word_named
from remyelin.therapies.release_tests.statement import NO_LIMIT, JudgedResult, judged_result
from remyelin.therapies.release_tests.verdict import Verdict, worst


@dataclass(frozen=True)
class JudgedTest:
    """A test and what became of it.

    Attributes
    ----------
    test, required, verdict
        Which test, whether the batch needs it, and the verdict.
    reasons
        Why it does not pass.
    results
        Each result with a verdict of its own.
    limits
        What it is held to, with source and mark.
    """

    test: str
    required: bool
    verdict: Verdict
    reasons: tuple[str, ...]
    results: tuple[JudgedResult, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class JudgedBatch:
    """A batch and what became of it.

    Attributes
    ----------
    product, batch, kind, route, judged_on
        What was judged, and the day that dates were held to.
    verdict, reasons
        Verdict, and what keeps the batch from passing.
    tests
        Every test that is required or was told.
    unread
        Rules that the verdict rests on although nobody has read their source.
    """

    product: str
    batch: str
    kind: str
    route: str
    judged_on: date
    verdict: Verdict
    reasons: tuple[str, ...]
    tests: tuple[JudgedTest, ...]
    unread: tuple[str, ...]


def judge(batch: Batch, limits: Limits, *, on: date) -> JudgedBatch:
    """Judge a batch.

    Parameters
    ----------
    batch
        Certificate and product.
    limits
        Limits by row of the table ``quality`` (`limits_from`).
    on
        Day to which dates are held.

    Raises
    ------
    InputError
        A row that the rules name is missing, or is about another product.
    """
    results = batch.results
    tests = tuple(
        _test(name, test, results.get(name, ()), batch=batch, limits=limits, on=on)
        for name, test in batch.subject.tests.items()
        if test.required or name in results
    )
    certificate = batch.certificate
    verdict, reasons = worst(one.verdict for one in tests), []
    if certificate.expires is not None and certificate.expires < on:
        verdict = Verdict.FAIL
        reasons.append(f"the batch expired on {certificate.expires}")
    if certificate.manufactured is not None and certificate.manufactured > on:
        verdict = worst((verdict, Verdict.NOT_DECIDED))
        reasons.append(f"it says to be made on {certificate.manufactured}, after {on}")
    for word in (Verdict.FAIL, Verdict.NOT_DECIDED):
        named = [one.test for one in tests if one.verdict is word]
        if named:
            reasons.append(f"{word}: {', '.join(named)}")
    return JudgedBatch(
        product=certificate.product,
        batch=certificate.batch,
        kind=batch.subject.kind.value,
        route=certificate.route.value,
        judged_on=on,
        verdict=verdict,
        reasons=tuple(reasons),
        tests=tests,
        unread=tuple(_unread(tests, batch)),
    )


def _test(
    name: str,
    test: ReleaseTest,
    given: Sequence[Result],
    *,
    batch: Batch,
    limits: Limits,
    on: date,
) -> JudgedTest:
    clauses = test.clauses_by(batch.certificate.route)
    held = tuple((one, limit_of(one, batch.subject.kind, limits)) for one in clauses)
    results = tuple(judged_result(one, test, held, batch.certificate, on) for one in given)
    reasons = [text for one in results for text in one.reasons]
    verdict = worst(one.verdict for one in results)
    missing = list(_missing(test, given))
    if missing:
        verdict = worst((verdict, Verdict.NOT_DECIDED))
        reasons += missing
    asked = tuple(dict.fromkeys(limit for _, limit in held))
    return JudgedTest(name, test.required, verdict, tuple(reasons), results, asked)


def _missing(test: ReleaseTest, given: Sequence[Result]) -> Iterator[str]:
    if not given:
        yield "the certificate does not tell it" + ("" if test.clauses else f"; {NO_LIMIT}")
        return
    for field, parts in test.parts.items():
        named = [word_named(getattr(one, field)) for one in given if getattr(one, field)]
        if parts.needed or named:
            lacking = [name for name in parts.names if name not in named]
            if lacking:
                yield (
                    f"no result for {field} {', '.join(lacking)}; all of {', '.join(parts.names)} "
                    f"are needed ({parts.source}; {parts.mark})"
                )


def _unread(tests: Sequence[JudgedTest], batch: Batch) -> Iterator[str]:
    for one in tests:
        test = batch.subject.tests[one.test]
        for limit in one.limits:
            if limit.unread:
                yield f"{one.test}: {limit.asked} ({limit.told})"
        for clause in test.clauses_by(batch.certificate.route):
            yield from _unread_days(one.test, clause)
        for field, parts in test.parts.items():
            if parts.mark != "seen":
                names = ", ".join(parts.names)
                yield f"{one.test}: every {field} of {names} ({parts.source}; {parts.mark})"
        fewest = test.metaphases
        if fewest is not None and fewest.mark != "seen":
            yield f"{one.test}: {fewest.value:g} metaphases ({fewest.source}; {fewest.mark})"


def _unread_days(name: str, clause: Clause) -> Iterator[str]:
    days = clause.days
    if days is not None and days.mark != "seen":
        by = f" by {', '.join(clause.methods)}" if clause.methods else ""
        yield f"{name}: {days.value:g} days{by} ({days.source}; {days.mark})"
