"""Judges one result of a test: what it says, and whether it is valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from remyelin.files import shown
from remyelin.therapies.release_tests.certificate import Certificate, Controls, Result
from remyelin.therapies.release_tests.dose import NotComparableError, converted
from remyelin.therapies.release_tests.limits import Limit
from remyelin.therapies.release_tests.quantity import against
from remyelin.therapies.release_tests.rules import Clause, ReleaseTest, word_named
from remyelin.therapies.release_tests.texts import ResultKind, Said, phrases, read_phrase
from remyelin.therapies.release_tests.verdict import Verdict, worst

Held = Sequence[tuple[Clause, Limit]]
"""Clauses of a test with what each asks."""

_NUMBER_WANTED = "write value with unit, or a number with its unit such as `< 0.05 EU/mL`"
NO_LIMIT = "no limit is in the evidence base for this kind of product, so it cannot be passed"
"""Why a test without a rule is never passed."""

_CONTAMINANTS = (ResultKind.GROWTH, ResultKind.DETECTION)


@dataclass(frozen=True)
class JudgedResult:
    """One result and what became of it.

    Attributes
    ----------
    said, verdict, reasons
        What the certificate says, the verdict, and why it is not a pass.
    method, medium, condition, specimen, sample
        How it was tested, as the certificate tells it.
    conversions
        From its unit to those of the limits, step by step.
    not_told
        What would help to trust it and is not told.
    """

    said: str
    verdict: Verdict
    reasons: tuple[str, ...]
    method: str
    medium: str
    condition: str
    specimen: str
    sample: str
    conversions: tuple[str, ...]
    not_told: tuple[str, ...]


def judged_result(
    result: Result, test: ReleaseTest, held: Held, certificate: Certificate, on: date
) -> JudgedResult:
    """Judge one result.

    A failing result fails even where the test was not valid; an acceptable one passes only where
    nothing speaks against its validity.

    Parameters
    ----------
    result, test, held
        The result, its test, and the clauses that hold by this route with what each asks.
    certificate
        Dose and dates.
    on
        Day to which dates are held.
    """
    conversions: list[str] = []
    read = read_phrase(result.result or "", test.kind)
    own = [pair for pair in held if _holds_for(pair[0], result)]
    if test.kind is ResultKind.NUMBER:
        verdict, reasons = _number(result, own, certificate, conversions)
    else:
        verdict, reasons = _phrase(result, read, test.kind)
    doubts = list(_doubts(result, test, own, held))
    doubts += list(_invalid(result, read, test, own))
    doubts += list(_dates(result, on))
    if doubts:
        verdict = worst((verdict, Verdict.NOT_DECIDED))
    return JudgedResult(
        said=result.said,
        verdict=verdict,
        reasons=tuple(dict.fromkeys((*reasons, *doubts))),
        method=result.method,
        medium=result.medium,
        condition=result.condition,
        specimen=(result.specimen or test.specimens[0]).value,
        sample=result.sample,
        conversions=tuple(conversions),
        not_told=tuple(_not_told(result, read, test)),
    )


def _holds_for(clause: Clause, result: Result) -> bool:
    return not (clause.methods and result.method) or word_named(result.method) in clause.methods


def _phrase(result: Result, read: Said | None, kind: ResultKind) -> tuple[Verdict, list[str]]:
    if read is not None:
        failing = read.verdict is Verdict.FAIL
        return read.verdict, [f"the result is: {result.result}"] if failing else []
    known = phrases()[kind]
    allowed = ", ".join(f"`{text}`" for text in (*known.accepted[:4], *known.failing[:2]))
    advice = f"write a phrase of the closed list, such as {allowed}; one result for each method"
    if not result.result:
        return Verdict.NOT_DECIDED, [f"no result is given; {advice}"]
    return Verdict.NOT_DECIDED, [f"`{shown(result.result)}` is not read; {advice}"]


def _number(
    result: Result, held: Held, certificate: Certificate, conversions: list[str]
) -> tuple[Verdict, list[str]]:
    given = result.quantity()
    if given is None:
        said = f"`{shown(result.result)}` is not read" if result.result else "no result is given"
        return Verdict.NOT_DECIDED, [f"{said}; {_NUMBER_WANTED}"]
    verdicts, reasons = [], []
    for _, limit in held:
        if limit.threshold is None:
            verdicts.append(Verdict.NOT_DECIDED)
            reasons.append(f"the limit `{limit.asked}` cannot be held to a number")
            continue
        try:
            now = converted(given, limit.unit, certificate.dose)
        except NotComparableError as error:
            verdicts.append(Verdict.NOT_DECIDED)
            reasons.append(str(error))
            continue
        if now.steps:
            conversions.append(now.steps)
        verdict = against(now.quantity, limit.operator, limit.threshold)
        verdicts.append(verdict)
        if verdict is Verdict.FAIL:
            reasons.append(f"{now.quantity} is outside {limit.asked}")
        elif verdict is Verdict.NOT_DECIDED:
            reasons.append(
                f"all that is known is {now.quantity}, which does not settle {limit.asked}"
                + (_hours_advice(certificate) if limit.unit == "EU/kg/h" else "")
            )
    choice = not result.method and any(clause.methods for clause, _ in held)
    if choice and set(verdicts) == {Verdict.PASS, Verdict.FAIL}:
        return Verdict.NOT_DECIDED, [*reasons, "the limit depends on the method; say the method"]
    return worst(verdicts), reasons


def _hours_advice(certificate: Certificate) -> str:
    return "; give hours" if certificate.hours is None else ""


def _doubts(result: Result, test: ReleaseTest, own: Held, held: Held) -> Iterator[str]:
    if not held:
        yield NO_LIMIT
        return
    known = ", ".join(test.methods)
    if not own:
        yield f"method {shown(result.method)}: no rule is known for it; rules are for {known}"
    if test.method_needed and not result.method:
        yield f"the method is not told, and the number means nothing without it; known: {known}"
    for field, parts in test.parts.items():
        told = getattr(result, field)
        if told and field != "method" and word_named(told) not in parts.names:
            yield f"{field}: {shown(told)} is not read; known: {', '.join(parts.names)}"
    for field in ("medium", "condition"):
        told = getattr(result, field)
        if told and field not in test.parts:
            yield f"{field}: {shown(told)} is not read for this test; leave it out"


def _invalid(result: Result, read: Said | None, test: ReleaseTest, own: Held) -> Iterator[str]:
    if result.controls in (Controls.FAILED, Controls.NOT_RUN):
        yield f"the controls: {result.controls}; test again with controls that pass"
    specimen = result.specimen or test.specimens[0]
    if specimen not in test.specimens:
        yield f"specimen {specimen}: allowed for this test: {', '.join(test.specimens)}"
    numbers = {} if read is None else read.numbers
    days = result.days if result.days is not None else numbers.get("days")
    for clause, _ in own:
        if clause.days is None:
            continue
        source = f"{clause.days.value:g} days or more are needed"
        if clause.methods and not result.method:
            source += f" by {', '.join(clause.methods)}"
        source += f" ({clause.days.source}; {clause.days.mark})"
        if days is None:
            yield f"days of incubation are not told; {source}" + _or_method(result, test)
        elif days < clause.days.value:
            yield f"{days} days of incubation; {source}"
    counted = result.metaphases if result.metaphases is not None else numbers.get("metaphases")
    fewest = test.metaphases
    if fewest is not None and counted is not None and counted < fewest.value:
        yield (
            f"{counted} metaphases; {fewest.value:g} or more are needed "
            f"({fewest.source}; {fewest.mark})"
        )


def _or_method(result: Result, test: ReleaseTest) -> str:
    return "" if result.method else f"; say the method too: {', '.join(test.methods)}"


def _dates(result: Result, on: date) -> Iterator[str]:
    if result.date is not None and result.date > on:
        yield f"the result is dated {result.date}, after {on}"
    if result.valid_until is not None and result.valid_until < on:
        yield f"the result held until {result.valid_until}; test again"


def _not_told(result: Result, read: Said | None, test: ReleaseTest) -> Iterator[str]:
    if test.kind in _CONTAMINANTS:
        if not result.method:
            yield "method"
        if result.controls is None:
            yield "controls"
    counted = result.metaphases is not None or (read is not None and "metaphases" in read.numbers)
    if test.metaphases is not None and not counted:
        yield "metaphases"
