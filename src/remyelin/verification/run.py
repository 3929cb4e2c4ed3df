"""Making the checks: each ends as passed, failed or not run, with its findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from remyelin.errors import RemyelinError, UnknownNameError
from remyelin.verification.bench import Bench
from remyelin.verification.catalogue import CHECKS, names
from remyelin.verification.check import Check, Finding, NotRun


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Result:
    """A check that was made.

    Attributes
    ----------
    check, verdict, findings
        What was checked, how it ended, and the numbers.
    reason
        Why it was not run, or could not be computed; else empty.
    seconds
        Wall time.
    """

    check: Check
    verdict: Verdict
    findings: tuple[Finding, ...]
    reason: str
    seconds: float


@dataclass(frozen=True)
class Verification:
    """All checks that were made, and with which parameters."""

    results: tuple[Result, ...]
    parameters: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return all(result.verdict is not Verdict.FAILED for result in self.results)


def verify(
    only: Sequence[str] = (),
    *,
    bench: Bench | None = None,
    report: Callable[[int, int, str], None] | None = None,
) -> Verification:
    """Make the checks.

    Parameters
    ----------
    only
        Names of checks; by default all.
    bench
        What to check; by default the model as it is.
    report
        Told how many checks are done, of how many, and the name of the next.

    Raises
    ------
    UnknownNameError
        There is no check of that name.
    """
    for name in only:
        if name not in names():
            raise UnknownNameError("check", name, names(), "List them: remyelin verify --list")
    chosen = [check for check in CHECKS if not only or check.name in only]
    table = bench or Bench()
    begin = time.monotonic()
    results = []
    for place, check in enumerate(chosen):
        if report:
            report(place, len(chosen), check.name)
        results.append(_made(check, table))
    return Verification(tuple(results), table.table.digest(), time.monotonic() - begin)


def _made(check: Check, bench: Bench) -> Result:
    begin = time.monotonic()
    findings: tuple[Finding, ...] = ()
    reason = ""
    try:
        findings = tuple(check.run(bench))
        verdict = _verdict(findings)
    except NotRun as why:
        verdict, reason = Verdict.NOT_RUN, str(why)
    except (RemyelinError, ArithmeticError, LookupError, ValueError, AttributeError) as error:
        verdict, reason = Verdict.FAILED, f"could not be computed: {error}"
    return Result(check, verdict, findings, reason, time.monotonic() - begin)


def _verdict(findings: Iterable[Finding]) -> Verdict:
    made = list(findings)
    good = bool(made) and all(finding.passed for finding in made)
    return Verdict.PASSED if good else Verdict.FAILED
