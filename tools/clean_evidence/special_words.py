"""Words that several tables share, as they came and as they stay: measures, phenotypes."""

from __future__ import annotations

from tools.clean_evidence.special_core import Table, map_words

MEASURES = {
    "arr": "rate_per_year",
    "arr_range": "rate_per_year",
    "proportion_per_year": "proportion",
    "predicted_2y_relapse_probability": "proportion",
    "proportion_range": "proportion",
    "proportion employed": "proportion",
    "cumulative_incidence": "proportion",
    "median_age": "median",
    "mean_age": "mean",
    "mean_years": "mean",
    "mean_range": "mean",
    "hazard_per_year": "rate_per_year",
    "points_per_year": "rate_per_year",
    "hazard_ratio_per_calendar_year": "hazard_ratio",
    "hazard_ratio_range": "hazard_ratio",
    "relative_risk": "risk_ratio",
    "relative_change_per_year": "relative_change",
    "percent_change": "relative_change",
    "regression_beta": "slope",
    "regression_beta_log": "slope",
    "hedges_g": "smd",
    "smr": "rate_ratio",
    "age_years": "threshold",
    "seconds": "threshold",
    "upper_bound": "threshold",
    "finding": "statement",
    "reference": "statement",
    "grade": "statement",
    "best_evidence_synthesis": "statement",
}
"""One word for each statistical kind; what stands in a range or a per-year name is a column."""

PHENOTYPES = {
    "RRMS": "rrms",
    "SPMS": "spms",
    "PPMS": "ppms",
    "RMS": "rms",
    "CIS": "cis",
    "CIS/RMS": "cis_rms",
    "CIS/MS": "cis_rms",
    "SPMS active": "spms",
    "active SPMS": "spms",
    "RRMS early": "rrms",
    "RRMS at entry": "rrms",
    "RRMS+SPMS": "rrms_spms",
    "worsening RRMS/SPMS": "rrms_spms",
    "relapsing-onset": "relapsing_onset",
    "relapsing onset": "relapsing_onset",
    "relapse-onset": "relapsing_onset",
    "relapsing/monophasic onset": "relapsing_onset",
    "progressive onset": "progressive_onset",
    "progressive MS": "progressive",
    "all": "mixed",
    "MS": "mixed",
    "CIS/RR/SP/PP": "mixed",
    "healthy adults": "healthy",
    "EDSS 1.0-3.5": "unstated",
    "": "unstated",
    "all ": "mixed",
}
"""One word for each course."""


def measures(table: Table) -> None:
    """Call the statistical kind of the figures by one word."""
    map_words(table, "measure", MEASURES, "one word for each statistical kind")


def phenotypes(table: Table) -> None:
    """Call the course by one word."""
    map_words(table, "phenotype", PHENOTYPES, "one word for each course")


def statements(table: Table, column: str = "value") -> None:
    """Move what is said in words out of the column of figures."""
    for row in table.where(measure="statement"):
        text = row[column]
        if text in ("", "0"):
            row.set(column, "", "a statement in words has no figure")
            row.set("statement", row["note"], "what the source says stood in the notes")
            row.set("note", "", "moved to statement")
        else:
            row.set("statement", text, "words stood in the column of figures")
            row.set(column, "", "words stood in the column of figures")
