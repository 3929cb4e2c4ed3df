"""The table of checks as text and as plain values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remyelin.verification.check import Finding
    from remyelin.verification.run import Result, Verification

NOTICE = "Mathematics only: this says nothing about how well the model fits patients."
"""Said beneath every table of checks."""


def verification_text(made: Verification) -> str:
    """Give the table of checks; each finding with its number, its bounds and their source."""
    lines = []
    for result in made.results:
        lines += _lines(result)
    counts = ", ".join(
        f"{sum(r.verdict == verdict for r in made.results)} {verdict.value}"
        for verdict in dict.fromkeys(r.verdict for r in made.results)
    )
    lines += ["", f"{len(made.results)} checks: {counts}; {made.seconds:.0f} s", NOTICE]
    return "\n".join(lines)


def _lines(result: Result) -> list[str]:
    head = f"{result.verdict.value.upper():<8} {result.check.name:<22} {result.check.proves}"
    lines = [head]
    if result.reason:
        lines.append(f"           {result.reason}")
    for finding in result.findings:
        mark = "  " if finding.passed else "! "
        lines.append(
            f"         {mark}{finding.quantity}: {finding.found:.5g}, allowed {_allowed(finding)} "
            f"({finding.bound})"
        )
    return lines


def _allowed(finding: Finding) -> str:
    if finding.low == finding.high:
        return f"{finding.low:.5g}"
    if math.isinf(finding.low):
        return f"up to {finding.high:.5g}"
    if math.isinf(finding.high):
        return f"from {finding.low:.5g}"
    return f"{finding.low:.5g} to {finding.high:.5g}"


def verification_values(made: Verification) -> dict[str, object]:
    """Give the checks as plain values."""
    return {
        "passed": made.passed,
        "parameters": made.parameters,
        "seconds": made.seconds,
        "notice": NOTICE,
        "checks": [
            {
                "name": result.check.name,
                "group": result.check.group,
                "proves": result.check.proves,
                "verdict": result.verdict,
                "reason": result.reason,
                "seconds": result.seconds,
                "findings": [
                    {
                        "quantity": finding.quantity,
                        "found": finding.found,
                        "low": finding.low,
                        "high": finding.high,
                        "bound": finding.bound,
                        "passed": finding.passed,
                    }
                    for finding in result.findings
                ],
            }
            for result in made.results
        ],
    }
