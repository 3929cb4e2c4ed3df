"""The words of a study: enumerations shared by published and virtual studies."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """How well a figure is known."""

    SEEN = "seen"
    RECALLED = "recalled"
    ASSUMED = "assumed"


class Measure(StrEnum):
    """Statistical kind of an outcome's value."""

    PROPORTION = "proportion"
    COUNT = "count"
    MEAN = "mean"
    MEDIAN = "median"
    MEAN_CHANGE = "mean_change"
    RATE_PER_YEAR = "rate_per_year"
    HAZARD_RATIO = "hazard_ratio"
    RATE_RATIO = "rate_ratio"
    MEAN_DIFFERENCE = "mean_difference"
    ODDS_RATIO = "odds_ratio"
    RISK_RATIO = "risk_ratio"
    STANDARDISED_MEAN_DIFFERENCE = "standardised_mean_difference"
    STANDARDISED_MEAN_CHANGE = "standardised_mean_change"
    MEDIAN_CHANGE = "median_change"
    MEAN_CHANGE_PER_YEAR = "mean_change_per_year"
    RATIO_TO_BASELINE = "ratio_to_baseline"
    VALUE = "value"
    """A single measured value, or a limit as printed, without a statistic behind it."""

    @property
    def is_ratio(self) -> bool:
        """True for measures whose null value is 1 and whose natural scale is the logarithm."""
        return self in _RATIOS


_RATIOS = frozenset(
    {
        Measure.HAZARD_RATIO,
        Measure.RATE_RATIO,
        Measure.ODDS_RATIO,
        Measure.RISK_RATIO,
        Measure.RATIO_TO_BASELINE,
    }
)


class IntervalKind(StrEnum):
    """What the two ends of an interval mean.

    For ``sd`` and ``se`` they are the value less and plus one standard deviation or error.
    """

    CI = "ci"
    IQR = "iqr"
    RANGE = "range"
    SD = "sd"
    SE = "se"
    PREDICTION = "prediction"


class Role(StrEnum):
    """Whether a study may be used to tune the model."""

    TUNE = "tune"
    TEST = "test"


class Phenotype(StrEnum):
    """Course of multiple sclerosis."""

    RRMS = "rrms"
    SPMS = "spms"
    PPMS = "ppms"


class Region(StrEnum):
    """Country whose life table a population lives by."""

    US = "us"
    UK = "uk"
    SWEDEN = "sweden"
    CANADA = "canada"


class PriorDrug(StrEnum):
    """What becomes, at baseline, of the drug on which a patient comes to a study."""

    STOPPED = "stopped"
    CONTINUED = "continued"


class TreatmentClass(StrEnum):
    """Kind of treatment of an arm."""

    AHSCT = "ahsct"
    DMT = "dmt"
    PLACEBO = "placebo"
    NONE = "none"
    MSC = "msc"
    NSC = "nsc"
    OPC = "opc"
    SHAM = "sham"
    OTHER = "other"


class Allocation(StrEnum):
    """How patients come to arms."""

    RANDOMISED = "randomised"
    SINGLE_ARM = "single_arm"


class Covariate(StrEnum):
    """What a baseline table or an eligibility rule may speak of."""

    AGE = "age_years"
    FEMALE = "female"
    EDSS = "edss"
    DURATION = "disease_duration_years"
    RELAPSES_12M = "relapses_last_12_months"
    RELAPSES_24M = "relapses_last_24_months"
    DAYS_SINCE_RELAPSE = "days_since_relapse"
    GD_LESIONS = "gd_lesions"
    EDSS_RISE_12M = "edss_rise_last_12_months"
    EDSS_RISE_24M = "edss_rise_last_24_months"
    EDSS_WORSENED_24M = "edss_worsened_last_24_months"
    """1 where the EDSS rose, over 24 months, by 1.0, or by 0.5 to 6.0 or more; otherwise 0."""
    T2_LESIONS = "t2_lesions"
    BRAIN_VOLUME = "brain_volume_pct"
    """Brain volume, % of that at biological onset."""
    DAYS_ON_DRUG = "days_on_drug"
    """Days since the prior treatment began; 0 without one."""
    RELAPSES_ON_DRUG_12M = "relapses_on_drug_last_12_months"


OTHER_CAUSE: Final = "death_of_other_cause"
"""Adverse event that gives the cause of a death on the same day: not the treatment."""

NO_HARM: Final = frozenset({"leukapheresis", "neutrophil_engraftment", OTHER_CAUSE})
"""Rows among the adverse events that are no harm of their own: procedures, milestones, causes."""
