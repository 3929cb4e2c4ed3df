"""Function tests and quality of life: what walking, thinking and utility would truly be."""

from __future__ import annotations

from typing import NamedTuple

from remyelin.model.numeric import Numeric, Value, clip, positive, softplus


class WalkParameters(NamedTuple):
    """Parameters of the timed 25-foot walk."""

    walk_time_normal: float
    walk_time_log_sd: float
    walk_time_slope: float
    walk_time_onset: float


def walk_time(m: Numeric, p: WalkParameters, *, spinal: Value, offset: Value) -> Value:
    """Give the time of a 25-foot walk, in seconds, with no limit.

    Parameters
    ----------
    spinal
        Latent disability of the spinal compartment.
    offset
        The patient's standard normal offset.
    """
    slowed = p.walk_time_slope * positive(m, spinal - p.walk_time_onset)
    return p.walk_time_normal * m.exp(slowed + p.walk_time_log_sd * offset)


class PegParameters(NamedTuple):
    """Parameters of the nine-hole peg test."""

    peg_time_normal: float
    peg_time_log_sd: float
    peg_time_slope: float
    peg_time_onset: float


def peg_time(
    m: Numeric, p: PegParameters, *, brainstem: Value, spinal: Value, offset: Value
) -> Value:
    """Give the time of a nine-hole peg test, in seconds, with no limit.

    Hands need coordination as much as strength: the mean of the two compartments slows them.

    Parameters
    ----------
    brainstem, spinal
        Latent disability of these compartments (brainstem: with cerebellum).
    offset
        The patient's standard normal offset.
    """
    slowed = p.peg_time_slope * positive(m, 0.5 * (brainstem + spinal) - p.peg_time_onset)
    return p.peg_time_normal * m.exp(slowed + p.peg_time_log_sd * offset)


class DigitParameters(NamedTuple):
    """Parameters of the Symbol Digit Modalities Test."""

    sdmt_normal: float
    sdmt_sd: float
    sdmt_disability_loss: float
    sdmt_disability_onset: float
    sdmt_age_loss: float
    sdmt_age_reference: float


def digit_score(
    m: Numeric, p: DigitParameters, *, cerebral: Value, age: Value, offset: Value
) -> Value:
    """Give the score on the Symbol Digit Modalities Test, in points, with no limit.

    Parameters
    ----------
    cerebral
        Latent disability of the cerebral compartment.
    age
        Years.
    offset
        The patient's standard normal offset.
    """
    lost = p.sdmt_disability_loss * softplus(m, cerebral - p.sdmt_disability_onset)
    aged = p.sdmt_age_loss * (age - p.sdmt_age_reference)
    return p.sdmt_normal + p.sdmt_sd * offset - lost - aged


class PracticeParameters(NamedTuple):
    """Parameters of practice on the Symbol Digit Modalities Test."""

    sdmt_practice_gain: float
    sdmt_practice_tests: float


def practice(m: Numeric, p: PracticeParameters, *, tests: Value) -> Value:
    """Give the points gained by a number of earlier tests; none at the first."""
    return p.sdmt_practice_gain * (1.0 - m.exp(-tests / p.sdmt_practice_tests))


class FatigueParameters(NamedTuple):
    """Parameters of the Fatigue Severity Scale."""

    fatigue_normal: float
    fatigue_sd: float
    fatigue_disability_gain: float
    fatigue_inflammation_gain: float
    fatigue_smouldering_gain: float


_FATIGUE_SCALE = (1.0, 7.0)
"""Lowest and highest mean score of the Fatigue Severity Scale."""


def fatigue(
    m: Numeric,
    p: FatigueParameters,
    *,
    worst: Value,
    inflammation: Value,
    smouldering: Value,
    offset: Value,
) -> Value:
    """Give the score on the Fatigue Severity Scale, 1 to 7.

    Parameters
    ----------
    worst
        Latent disability of the compartment that has most.
    inflammation
        Running mean of the lesion rate over its reference (the milieu of the tissue).
    smouldering
        Burden of compartmentalised inflammation.
    offset
        The patient's standard normal offset.
    """
    felt = (
        p.fatigue_normal
        + p.fatigue_sd * offset
        + p.fatigue_disability_gain * positive(m, worst)
        + p.fatigue_inflammation_gain * m.log(1.0 + inflammation)
        + p.fatigue_smouldering_gain * smouldering
    )
    return clip(m, felt, *_FATIGUE_SCALE)


class UtilityParameters(NamedTuple):
    """EQ-5D utility at steps of the EDSS, and its change after a relapse."""

    utility_edss_0: float
    utility_edss_1: float
    utility_edss_2: float
    utility_edss_3: float
    utility_edss_4: float
    utility_edss_5: float
    utility_edss_6: float
    utility_edss_6_5: float
    utility_edss_7: float
    utility_edss_8: float
    utility_edss_9: float
    utility_relapse: float
    utility_relapse_days: float


_STEPS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.5, 7.0, 8.0, 9.0)
"""EDSS at which utility is given."""


def utility(m: Numeric, p: UtilityParameters, *, edss: Value, days_since_relapse: Value) -> Value:
    """Give the EQ-5D utility: straight between the steps of Orme 2007, level beyond the last.

    Parameters
    ----------
    edss
        EDSS points.
    days_since_relapse
        Days since the last relapse began.
    """
    value: Value = p[0]
    for k in range(1, len(_STEPS)):
        low, high = _STEPS[k - 1], _STEPS[k]
        part = m.minimum(positive(m, (edss - low) / (high - low)), 1.0)
        value = value + (p[k] - p[k - 1]) * part
    soon = days_since_relapse <= p.utility_relapse_days
    return value + m.where(soon, p.utility_relapse, 0.0)
