"""What becomes of a result, a test and a batch."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a result, a test or a batch."""

    PASS = "pass"
    FAIL = "fail"
    NOT_DECIDED = "not decided"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Give fail where one fails, else not decided where one is or where there is none at all."""
    given = set(verdicts)
    if Verdict.FAIL in given:
        return Verdict.FAIL
    return Verdict.PASS if given == {Verdict.PASS} else Verdict.NOT_DECIDED
