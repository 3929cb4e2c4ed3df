"""Names of outcomes: what a figure is about."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OUTCOME_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "progression_cumulative": "share, number or hazard of patients whose disability worsened",
        "progression_free": "share of patients whose disability has not worsened",
        "progression_time": "time to worsening of disability, months",
        "relapse_cumulative": "share or number of patients with a relapse",
        "relapse_free": "share of patients without a relapse",
        "arr": "annualised relapse rate",
        "edss": "disability on the EDSS",
        "edss_improved": "share of patients whose EDSS improved",
        "neda3": "share of patients with no evidence of disease activity",
        "neda4": "share of patients with no evidence of disease activity, brain volume included",
        "pira_cumulative": "share or number of patients with relapse-independent progression",
        "raw_cumulative": "share or number of patients with relapse-associated worsening",
        "composite_progression_cumulative": "share or number with EDSS, walk or peg test worse",
        "milestone_cumulative": "share or number of patients who reached a milestone of EDSS",
        "spms_cumulative": "share or number of patients with secondary progression",
        "mri_activity_free": "share of patients without new lesions",
        "gd_lesions": "number of enhancing lesions",
        "new_t2_lesions": "number of new T2 lesions",
        "brain_volume_change_pct": "change of brain volume, per cent of baseline",
        "transplant_related_mortality": "share or number of deaths caused by the transplant",
        "all_cause_mortality": "share or number of deaths",
        "overall_survival": "share of patients alive",
        "infection_serious": "share or number of patients with a serious infection",
        "infection_documented": "share or number of patients with a documented infection",
        "serious_adverse_event": "share or number of patients with a serious adverse event",
        "secondary_autoimmunity": "share of patients with a new autoimmune disease",
        "neutrophil_engraftment_days": "days from transplant to recovery of neutrophils",
    }
)
"""Allowed names with their meaning."""
