"""All checks, in the order in which they are made."""

from __future__ import annotations

from remyelin.verification import (
    bookkeeping,
    bounds,
    effects,
    engraftment,
    exchange,
    friberg,
    identity,
    limits,
    signs,
    steady,
)
from remyelin.verification.check import Check

CHECKS: tuple[Check, ...] = (
    *bounds.CHECKS,
    *bookkeeping.CHECKS,
    *steady.CHECKS,
    *limits.CHECKS,
    *signs.CHECKS,
    *effects.CHECKS,
    *friberg.CHECKS,
    *engraftment.CHECKS,
    *identity.CHECKS,
    *exchange.CHECKS,
)


def names() -> tuple[str, ...]:
    """List the names of all checks."""
    return tuple(check.name for check in CHECKS)
