"""How far the block by a drug differs between patients around its mean."""

from __future__ import annotations

from remyelin.model.numeric import Numeric, Value

_AT_ENDS, _IN_MIDDLE = 0.27, 0.77
"""Fit of how much a spread on the log-odds draws the mean share to one half.

With these the mean over patients is within 0.003 of the target at every target and every spread up
to 1.5; a test works it out by quadrature.
"""

_SMALL = 1e-9
"""Keeps the odds finite at a target of 0 or 1."""


def respond(m: Numeric, spread: Value, target: Value, z: Value) -> Value:
    """Give the block that a patient of response ``z`` reaches at this mean target.

    The log-odds of the block are normal between patients. They are stretched so that the mean block
    of a population stays the target; a target of 0 is exactly 0 for everybody, one
    of 1 exactly 1.

    Parameters
    ----------
    m
        Numeric namespace.
    spread
        Standard deviation of the log-odds between patients.
    target
        Mean share blocked.
    z
        Response of the patient, standard normal in the population.
    """
    free = 1.0 - target
    stretch = m.sqrt(1.0 + spread * spread * (_AT_ENDS + _IN_MIDDLE * target * free))
    log_odds = m.log(m.maximum(target, _SMALL)) - m.log(m.maximum(free, _SMALL))
    odds = m.exp(stretch * log_odds + spread * z)
    blocked = m.where(target < 1.0, odds / (1.0 + odds), 1.0)
    return m.where(target > 0.0, blocked, 0.0)
