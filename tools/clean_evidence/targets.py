"""Targets of tuning and scoring: one vote for each cohort and quantity, shared by its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from tools.clean_evidence.outcomes import KEY
from tools.clean_evidence.tabular import Cells

COLUMNS = (*KEY, "quantity", "cohort", "role", "weight", "mark", "overlaps_tune")
QUANTITIES = {
    "worsening": "progression_free progression_cumulative progression_time",
    "relapse": "arr relapse_free relapse_cumulative",
    "disability": "edss",
    "improvement": "edss_improved",
    "neda": "neda3",
    "new_lesions": "new_t2_lesions mri_activity_free",
    "enhancing_lesions": "gd_lesions gd_lesions_per_scan",
    "atrophy": "brain_volume_change_pct",
    "treatment_death": "transplant_related_mortality",
    "death": "all_cause_mortality overall_survival",
    "serious_infection": "infection_serious",
    "engraftment": "neutrophil_engraftment_days",
}
"""What the model can speak of, and the outcomes that are one quantity."""

_QUANTITY = {name: quantity for quantity, names in QUANTITIES.items() for name in names.split()}


def votes(
    outcomes: Sequence[Cells], studies: Mapping[str, Cells], overlaps: Sequence[Cells]
) -> list[Cells]:
    """Figures that count, each with its share of its cohort's single vote on a quantity.

    A figure counts when it was seen, belongs to people with MS and to a study of its own (no
    pooled one), is of everybody in an arm or of a contrast of arms, and has patients or an
    interval behind it.
    """
    cohort = {row["study_id"]: row["group"] for row in overlaps}
    tuned = {cohort.get(name, name) for name, study in studies.items() if study["role"] == "tune"}
    counted = [
        row
        for row in outcomes
        if row["outcome"] in _QUANTITY and _counts(row, studies[row["study_id"]])
    ]
    sizes = Counter(_vote(row, cohort) for row in counted)
    found: list[Cells] = []
    for row in counted:
        study = studies[row["study_id"]]
        group, quantity = _vote(row, cohort)
        share = Fraction(1, sizes[group, quantity])
        test = study["role"] == "test"
        found.append(
            {
                **{key: row[key] for key in KEY},
                "quantity": quantity,
                "cohort": group,
                "role": study["role"],
                "weight": f"{float(share):.6f}",
                "mark": row["mark"],
                "overlaps_tune": "yes" if test and group in tuned else "no",
            }
        )
    return found


def _vote(row: Cells, cohort: Mapping[str, str]) -> tuple[str, str]:
    return cohort.get(row["study_id"], row["study_id"]), _QUANTITY[row["outcome"]]


def _counts(row: Cells, study: Cells) -> bool:
    own = study["setting"] == "ms" and study["design"] != "meta_analysis"
    sized = bool(row["n"] or row["low"])
    return own and sized and row["subgroup"] == "all" and row["mark"] == "seen"
