"""Cleaning of the tables on relapses, imaging and drug effects."""

from __future__ import annotations

import math

from tools.clean_evidence.masking import SECONDARY_SOURCE
from tools.clean_evidence.special_core import (
    Row,
    Table,
    bases,
    intervals,
    map_words,
    number_readings,
    read_at,
    rename,
    sources,
    trial_ids,
)
from tools.clean_evidence.special_words import measures, phenotypes, statements

CONFIRM_PAGE = "https://pmc.ncbi.nlm.nih.gov/articles/PMC4094574/table/t1-dddt-8-897"
FIGURE = ("value", "low", "high")


def start(table: Table) -> None:
    """Do what all tables of the natural history need: row names, notes, sources, intervals."""
    table.rule("row_id", "line of the raw table")
    for row in table.rows:
        row.put("row_id", str(row.line))
    rename(table, {"notes": "note"})
    sources(table)
    intervals(table)
    bases(table)
    measures(table)


def relapse_rate(table: Table) -> None:
    """Relapse rates, shares with a relapse and models of relapse risk."""
    start(table)
    phenotypes(table)
    for row in table.where(source_id="chalkou2021smsc"):
        reason = "limits were of the odds ratio, the value of its logarithm: limits put on the log"
        for end in ("low", "high"):
            row.set(end, f"{math.log(float(row[end])):.3f}", reason)
        row.issue("limits are 95% credible")
        row.set("level", "0.95", "the note states a 95% credible interval")
    for row in table.rows:
        if "era years from memory" in row["note"]:
            row.remember("era")
        if row["source_id"] in ("jmcp2019_490", "peo2021_635"):
            row.set("basis", "model", "input of an economic model")
        if "predicted" in row["stratum_type"] or row["stratum_type"] == "baseline_risk":
            row.set("basis", "model", "prediction of a published model")
        if "range in ci columns" in row["note"]:
            row.set("interval_kind", "range", "the note says so")
    (row,) = table.at(48)
    reason = "an effect on a hazard, stored as a relative change: 1 is added"
    row.set("measure", "hazard_ratio", reason)
    for name, value in (("value", "1.10"), ("low", "1.04"), ("high", "1.16")):
        row.set(name, value, reason)
    row.issue("a hazard of disability, not a relapse rate; kept where it was collected")
    for row in table.at(5, 6, 7):
        row.issue("one end of a range over scenarios, not an estimate of its own")
    for row in table.at(137, 138):
        row.set("treatment", "before teriflunomide", "the figure is of the year before")
    (row,) = table.at(35)
    row.issue("0.73 here, 0.75 and, on the page of the manufacturer, 0.67 in other sources")
    (row,) = table.at(41)
    read_at(row, CONFIRM_PAGE, "PMC4094574", note="table of a review of the drug")
    row.remember("era", "n")
    (row,) = table.at(38)
    row.issue("a guideline table that was read misprints this placebo arm")
    (row,) = table.at(3)
    row.issue("derived over all patient-years, progressive years included")
    trial_ids(table, "source_id", "cohort")
    for row in table.where(source_id="chalkou2023threestage"):
        row.set("treatment", row["treatment"].lower(), "small letters")
    key = ("source_id", "cohort", "phenotype", "treatment", "stratum_type", "stratum", "measure")
    number_readings(table, key, FIGURE)


def relapse_recovery(table: Table) -> None:
    """How far and how fast relapses recover."""
    start(table)
    map_words(table, "unit", {"OR": "ratio", "EDSS points": "EDSS"}, "one word for each unit")
    for row in table.at(42):
        row.set("basis", "collated", "the central value is the collator's")
    for row in table.at(16, 19):
        row.issue("the abstract says 2 months, its methods 4")
    trial_ids(table, "source_id", "cohort")
    number_readings(table, ("source_id", "cohort", "metric", "stratum", "measure"), FIGURE)


VOLUMES = ("mm3", "cm3", "mL", "ml")


def mri(table: Table) -> None:
    """Lesions and volumes on imaging."""
    start(table)
    phenotypes(table)
    _periods(table)
    for row in table.rows:
        _volume(row)
        _mri_kind(row)
    for row in table.at(112):
        row.issue("row 15 has the same source with the sign of a change, -0.29")
    for row in table.at(57):
        row.issue("row 91 prints 1.33 for the same arm")
    for row in table.at(86, 87):
        row.issue("the period is as labelled in a review")
    (row,) = table.at(24)
    citation = "J Neurol Neurosurg Psychiatry 2016;87:93-99"
    note = "MS -0.51 (SD 0.27), n 206; weighted by length of follow-up, mean 6.3 years"
    read_at(row, "https://jnnp.bmj.com/content/87/1/93", citation, note=note)
    row.set("n", "35", "number of healthy controls, read with the figure")
    statements(table)
    for row in table.where(measure="statement"):
        row.set("unit", "", "a statement has no unit")
    trial_ids(table, "source_id", "cohort")
    key = ("source_id", "cohort", "phenotype", "treatment", "metric", "measure", "stratum")
    number_readings(table, key, FIGURE)


def _volume(row: Row) -> None:
    if row["unit"] == "mm3":
        for column in ("value", "sd"):
            if row[column]:
                text = f"{float(row[column]) / 1000:.10g}"
                row.set(column, text, "mm3 turned into ml: divided by 1000")
    if row["unit"] in VOLUMES:
        row.set("unit", "ml", "one unit for volumes; 1 cm3 is 1 ml")


def _mri_kind(row: Row) -> None:
    if row["unit"] in ("proportion", "") and row["measure"] == "proportion":
        row.set("unit", "proportion", "a proportion has the unit proportion")
    if row["unit"] == "" and "per scan" in row["metric"]:
        row.set("unit", "lesions per scan", "the metric names the unit")
    if row["measure"] == "range":
        row.set("measure", "ratio", "a ratio; that its limits are a range stands in its column")
    if row["measure"] == "derived":
        is_size = row["unit"] == "size k"
        word = "dispersion" if is_size else "ratio"
        row.set("measure", word, "the kind of the figure; that it is derived stands in basis")
        row.set("basis", "derived", "computed by the collector")
        if is_size:
            row.set("unit", "negative binomial size", "the unit spelled out")


PERIODS = {
    "lesions per 2 years": ("lesions", "24"),
    "percent/year": ("percent", "12"),
    "percent per year": ("percent", "12"),
    "percent points per year": ("percent", "12"),
    "fraction/year": ("fraction", "12"),
    "lesions/year": ("lesions", "12"),
    "mm3/year": ("mm3", "12"),
    "mm3 over 24 months": ("mm3", "24"),
    "percent over 1.85 y": ("percent", "22.1"),
    "percent per 2 years": ("percent", "24"),
    "percent/year per year of age": ("percent per year of age", "12"),
    "percent per year per year": ("percent per year of age", "12"),
    "none found": ("", ""),
}


def _periods(table: Table) -> None:
    for row in table.rows:
        unit, months = PERIODS.get(row["unit"], (row["unit"], ""))
        reason = "the period is a column of its own; percent stays percent of the whole"
        if months:
            row.set("period_months", months, reason)
        row.set("unit", unit, reason)
        if "week 24 to 120" in row["metric"]:
            row.set("period_months", "22.1", "96 weeks from week 24 to week 120")
        if row["stratum"] == "108 weeks" and "change" in row["metric"]:
            row.set("period_months", "24.8", "108 weeks")


OUTCOMES = {
    "cdp6 (censored at relapse)": "cdp6_relapse_censored",
    "multicomponent_progression (EDSS/T25FW/9HPT)": "cdp_composite",
    "any relapse": "any_relapse",
    "24-week confirmed EDSS >=7": "edss7_cdp6",
    "cdp3, non-relapsing principal stratum": "cdp3_nonrelapsing",
    "age at which modelled effect on disability progression is zero": "age_of_no_effect",
    "age above which no advantage on disability progression": "age_of_no_advantage",
    "age dependence of effect on ARR, new T2, Gd lesions": "age_dependence",
    "edss_worsening_2y": "edss_worsening",
    "delay_to_edss6_years": "delay_to_edss6",
    "t25fw_change_ratio": "t25fw_change",
}
COURSES = {
    "RRMS": "rrms",
    "RMS": "rms",
    "CIS": "cis",
    "RRMS+SPMS": "rrms_spms",
    "active SPMS": "spms",
    "SPMS": "spms",
    "PPMS": "ppms",
    "MS (38 trials)": "mixed",
    "RRMS (26 trials)": "rrms",
    "RRMS naive": "rrms",
    "RRMS after therapy failure": "rrms",
    "worsening RRMS / SPMS": "rrms_spms",
    "high disease activity RRMS": "rrms",
}
SOURCE_TYPES = {
    "rct post hoc": "rct_post_hoc",
    "network meta-analysis (company), model input": "nma_company_model_input",
    "IPD network meta-regression at mean risk": "ipd_network_meta_regression",
    "model input table": "model_input",
    "rct extension": "rct_extension",
    "rct (terminated early)": "rct_terminated_early",
    "MAIC": "maic",
    "pooled registries (MSBase, France, Denmark), IPTW": "registry",
}


def dmt_effects(table: Table) -> None:
    """Effects of drugs against placebo or each other."""
    start(table)
    map_words(table, "outcome", OUTCOMES, "one word for each outcome")
    table.rule("phenotype", "the course named in population")
    for row in table.rows:
        row.put("phenotype", COURSES[row["population"]])
    map_words(table, "source_type", SOURCE_TYPES, "one word for each kind of source")
    rename(table, {"ci_level": "level"})
    for row in table.rows:
        if row["level"]:
            row.set("level", "0.95", "a level is a proportion")
        if row["source_type"] in ("model_input", "nma_company_model_input"):
            row.set("basis", "model", "input of an economic model")
        if "from memory" in row["note"] and row["mark"] == "seen":
            row.issue("the interval in the note is remembered, so it has no cell")
    _dmt_rows(table)
    (row,) = table.at(118)
    read_at(row, SECONDARY_SOURCE, "doi:10.1016/S0140-6736(15)01314-8", note="P = 0.544")
    row.remember("n", "time_months")
    row.set("level", "0.95", "the report names a 95% interval")
    statements(table)
    _dmt_units(table)
    trial_ids(table, "source_id")
    key = ("source_id", "population", "drug", "dose", "comparator", "outcome", "time_months")
    number_readings(table, (*key, "measure"), FIGURE)


def _dmt_rows(table: Table) -> None:
    (row,) = table.at(79)
    row.set("dose", "3.5 mg/kg", "the note says which dose; 0.38 (0.25-0.58) is 5.25 mg/kg")
    (row,) = table.at(80)
    row.issue("printed lower limit 0.55 lies above the value: a misprint, left out")
    (row,) = table.at(205)
    reason = "a range of relative reductions turned into ratios: 1 minus each"
    cells = {"measure": "ratio", "value": "0.83", "low": "0.80", "high": "0.86"}
    for name, value in cells.items():
        row.set(name, value, reason)
    row.set("interval_kind", "range", "the note says so")
    row.set("basis", "midpoint", "middle of the printed range")
    (row,) = table.at(20)
    row.issue("the printed lower limit 0.4 does not fit a p of 0.04 well")
    (row,) = table.at(32)
    row.issue("a review prints 38 per cent; row 169 has the figures of the label")
    for row in table.at(37):
        row.issue("row 21 prints 0.70 for the same contrast")
    for row in table.at(145):
        row.issue("a ratio of first-quartile times, not of hazards")


def _dmt_units(table: Table) -> None:
    table.rule("unit", "ratio or proportion by the measure; years, EDSS by the outcome")
    for row in table.rows:
        unit = "proportion" if row["measure"] == "proportion" else "ratio"
        if row["measure"] == "mean_difference":
            unit = "years" if row["outcome"] == "delay_to_edss6" else "EDSS"
        if row["measure"] == "threshold":
            unit = "years"
        row.put("unit", "" if row["measure"] == "statement" else unit)
