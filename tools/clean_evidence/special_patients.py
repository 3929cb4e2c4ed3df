"""Cleaning of the tables on biomarkers, function, cost of illness, symptoms, rehabilitation."""

from __future__ import annotations

import re

from tools.clean_evidence.special_core import Row, Table, map_words, number_readings, trial_ids
from tools.clean_evidence.special_course import FIGURE, start
from tools.clean_evidence.special_words import statements

QUARTILES = re.compile(r"^(?:IQR|quartiles) (\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)\b")
PRINTED_RANGE = re.compile(r"^range as printed (\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def biomarkers(table: Table) -> None:
    """Neurofilament light in serum, plasma and liquor."""
    start(table)
    table.rule("sd", "was empty in every row: left out")
    for row in table.rows:
        del row.cells["sd"]
        _biomarker_unit(row)
        _note_interval(row)
        if "Simoa" in row["note"] or "single-molecule" in row["note"]:
            row.set("assay", "single-molecule array", "the note names the assay")
        if "category limits from memory" in row["note"]:
            row.remember("stratum")
    (row,) = table.at(26)
    row.set("measure", "unclear", "size of a fall or share of patients: the abstract does not say")
    row.set("unit", "fraction", "the doubt stands in the issue")
    row.issue("the abstract does not say whether the size of the fall or the share of patients")
    for row in table.where(measure="mean_difference", unit="percentage points over trial"):
        row.set("unit", "percentage points", "the period is that of the trial")
    (row,) = table.at(43)
    row.set("biomarker", "serum NfL, coefficient of variation", "a variation, stored as a level")
    (row,) = table.at(39)
    row.issue("1.44-2.65 in the note is probably its interval")
    for row in table.where(measure="duration"):
        row.issue("the end of the remembered 3 to 4 months that is nearer")
    for row in table.where(source_id="cnfl_gothenburg2021"):
        row.issue("n is that of all patients")
    trial_ids(table, "source_id", "population")
    key = ("source_id", "biomarker", "population", "stratum", "measure")
    number_readings(table, key, FIGURE)


def _biomarker_unit(row: Row) -> None:
    if row["unit"] == "ng/l":
        row.set("unit", "pg/ml", "1 ng/l is 1 pg/ml")
    if row["unit"] == "pg/ml (older assay scale)":
        row.set("assay", "older assay scale", "the scale stood in the unit")
        row.set("unit", "pg/ml", "the scale is a column of its own")
    if row["unit"] == "percent" and row["measure"] == "relative_change":
        value = f"{float(row['value']) / 100:.10g}"
        row.set("value", value, "a relative change is a fraction: per cent divided by 100")
        row.set("unit", "fraction", "a relative change is a fraction")
    if row["unit"] in ("fraction/year", "percent/year"):
        row.set("period_months", "12", "the period is a column of its own")
        row.set("unit", row["unit"].removesuffix("/year"), "the period is a column of its own")
    if row["unit"] == "r":
        row.set("unit", "coefficient", "one word for each unit")


def _note_interval(row: Row) -> None:
    for pattern, kind in ((QUARTILES, "iqr"), (PRINTED_RANGE, "range")):
        match = pattern.match(row["note"])
        if match and not row["low"]:
            reason = "the ends stood in the note"
            row.set("low", match[1], reason)
            row.set("high", match[2], reason)
            row.set("interval_kind", kind, reason)


COUNTRIES = {
    "16 European": "16 European countries",
    "Canada (Sadovnick, interpolated)": "Canada",
    "Canada (BC)": "Canada",
    "UK (southeast Wales)": "UK",
    "review": "several",
    "review of 48 studies": "several",
    "low and middle income countries (14 studies, upper-middle only)": "upper-middle income",
    "upper-middle-income countries (14 studies)": "upper-middle income",
}
UNITS = {"points per EDSS": "items per EDSS", "z": "z score"}
BY_DOMAIN = {"utility": "index", "relapse_disutility": "index", "mortality": "ratio"}
BY_MEASURE = {
    "proportion": "proportion",
    "relative_change": "fraction",
    "correlation": "coefficient",
    "ratio": "ratio",
}
BY_METRIC = {"SDMT": "items", "MSIS-29": "points", "MSWS-12": "points", "EQ-VAS": "points"}


def function_and_qol(table: Table) -> None:
    """Utility, cost, mortality and function by disability."""
    start(table)
    (row,) = table.at(118)
    reason = "the lower end of a range stood as the value: the middle, as in row 68, is not printed"
    row.set("value", "", reason)
    row.set("interval_kind", "range", "the note says so")
    row.set("basis", "printed", "only the range is printed")
    row.issue("same figures as row 68")
    for row in table.where(measure="range"):
        row.set("measure", "mean", "the kind of the figure; that it is a mid-point stands in basis")
        row.set("interval_kind", "range", "the measure said so")
    for row in table.rows:
        if "value mid-point" in row["note"] or "value is the mid-point" in row["note"]:
            row.set("interval_kind", "range", "the note says so")
        country = row["country"]
        if country in COUNTRIES:
            row.set("country", COUNTRIES[country], "what is no country stands in place or note")
            row.set("place", country, "what stood in country")
        first, _, last = row.cells.pop("year").partition("-")
        row.put("year_from", first)
        row.put("year_to", last or first)
    table.rule("year_from, year_to", "a year or a span of years")
    (row,) = table.at(31)
    row.set("measure", "statement", "1:2:3 are three figures, not one")
    (row,) = table.at(76)
    row.set("measure", "mean_difference", "a reduction of life expectancy")
    row.set("unit", "years", "the measure named the unit")
    _function_rows(table)
    statements(table)
    _function_units(table)
    trial_ids(table, "source_id", "stratum")
    key = ("source_id", "domain", "metric", "country", "edss_from", "edss_to", "stratum")
    number_readings(table, (*key, "measure"), FIGURE)


def _function_rows(table: Table) -> None:
    for row in table.where(source_id="pokorski1997"):
        row.issue("rows 103-112 print the same multipliers with two decimals (seen)")
    (row,) = table.at(32)
    row.set("basis", "derived", "the source prints no figure")
    row.issue("the source says not different from the general population; 1.0 is a reading of that")
    (row,) = table.at(44)
    row.issue("row 47 is another model's figure, -0.0437")
    for row in table.rows:
        if "price year not printed" in row["note"]:
            row.issue("the price year is not printed in the abstract")
            row.remember("year_from", "year_to")
        if "paper not named" in row["note"]:
            row.issue("the paper is not named on the page")
    for row in table.where(source_id="msrelapsecost2014"):
        row.issue("n counts relapses, 53 in all")
    (row,) = table.at(125)
    row.set("metric", "correlation EDSS with 9HPT", "the figure is of the 9HPT; T25FW in the note")


def _function_units(table: Table) -> None:
    table.rule("unit", "where it was empty: from measure, domain or metric")
    for row in table.rows:
        unit = UNITS.get(row["unit"], row["unit"])
        if row["domain"] == "cost" and row["measure"] != "statement":
            unit = "currency per relapse" if "relapse" in row["metric"] else "currency per year"
        if row["measure"] == "statement":
            unit = ""
        elif not unit:
            by_metric = (word for name, word in BY_METRIC.items() if name in row["metric"])
            unit = BY_MEASURE.get(row["measure"]) or next(by_metric, "")
            unit = unit or BY_DOMAIN.get(row["domain"], "")
        if row["measure"] == "rate_per_year":
            unit = "per patient-year"
        row.put("unit", unit)


def symptoms(table: Table) -> None:
    """How frequent symptoms are."""
    start(table)
    for row in table.rows:
        name = re.sub(r"[^a-z0-9]+", "_", row["source_id"].lower()).strip("_")
        row.set("source_id", name, "small letters, digits and underscores")
        if row["measure"] == "range":
            row.set("measure", "proportion", "a share; that it is a mid-point stands in basis")
            row.set("interval_kind", "range", "the note says so")
        if row["measure"] == "proportion":
            row.set("unit", "proportion", "a proportion has the unit proportion")
        if "cited" in row["note"]:
            row.set("basis", "collated", "cited by another paper")
    statements(table)
    key = ("source_id", "symptom", "instrument", "population", "stratum", "measure")
    number_readings(table, key, FIGURE)


def rehabilitation(table: Table) -> None:
    """Effects of exercise and rehabilitation."""
    start(table)
    statements(table)
    (row,) = table.at(7)
    row.issue("printed as Hedges g; a positive sign favours exercise, in xu2022 a negative one")
    for row in table.rows:
        if row["measure"] == "smd":
            row.set("unit", "standard deviations", "unit of a standardised difference")
        if row["measure"] == "risk_ratio":
            row.set("unit", "ratio", "unit of a ratio")
    map_words(table, "comparator", {"no/other": "none or other"}, "plain words")
    key = ("source_id", "intervention", "population", "outcome", "measure")
    number_readings(table, key, FIGURE)
