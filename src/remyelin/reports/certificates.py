"""Judged certificates of cell products for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from remyelin.therapies.release_tests.judgement import JudgedBatch, JudgedTest
from remyelin.therapies.release_tests.limits import Limit
from remyelin.therapies.release_tests.verdict import worst

NO_RELEASE = (
    "Research software: no release decision. Release is decided by the qualified person of the "
    "manufacturer."
)


def certificate_text(batch: JudgedBatch) -> str:
    """Put a judged batch into text: a line for each test, reasons below, the verdict last."""
    width = max(len(one.test) for one in batch.tests)
    lines = [line for one in batch.tests for line in _lines(one, width)]
    head = f"{batch.product}, batch {batch.batch}, {batch.kind}, {batch.route}"
    lines += ["", f"{head}: {batch.verdict} (dates as of {batch.judged_on})"]
    lines += [f"  {text}" for text in batch.reasons]
    if batch.unread:
        lines.append(f"  {len(batch.unread)} of its rules have a source that nobody has read:")
        lines += [f"    {text}" for text in batch.unread]
    return "\n".join(lines)


def _lines(test: JudgedTest, width: int) -> Iterator[str]:
    said = " | ".join(
        _said(one.said, one.method, one.medium, one.condition) for one in test.results
    )
    asked = "; ".join(f"asked: {one.asked} [{one.told}]" for one in test.limits)
    optional = "" if test.required else " (not required)"
    joined = f"; {asked}" if asked else ""
    yield f"{test.verdict:<11}  {test.test:<{width}}  {said or 'not given'}{optional}{joined}"
    for one in test.results:
        yield from (f"{'':<13}converted: {text}" for text in one.conversions)
    yield from (f"{'':<13}{text}" for text in test.reasons)
    gaps = dict.fromkeys(gap for one in test.results for gap in one.not_told)
    if gaps:
        yield f"{'':<13}not told: {', '.join(gaps)}"


def _said(said: str, *how: str) -> str:
    told = ", ".join(filter(None, how))
    return f"{said} ({told})" if told else said


def certificate_values(batches: Sequence[JudgedBatch]) -> dict[str, object]:
    """Put judged batches into plain values: one as it is, several as a list under ``batches``."""
    each = [_batch_values(one) for one in batches]
    if len(each) == 1:
        return {**each[0], "note": NO_RELEASE}
    verdict = worst(one.verdict for one in batches).value
    return {"verdict": verdict, "batches": each, "note": NO_RELEASE}


def _batch_values(batch: JudgedBatch) -> dict[str, object]:
    values = asdict(batch)
    values["judged_on"] = batch.judged_on.isoformat()
    for test, plain in zip(batch.tests, values["tests"], strict=True):
        plain["limits"] = [_limit_values(one) for one in test.limits]
    return values


def _limit_values(limit: Limit) -> dict[str, object]:
    values = asdict(limit)
    values["threshold"] = None if limit.threshold is None else float(limit.threshold)
    return {**values, "unread": limit.unread}
