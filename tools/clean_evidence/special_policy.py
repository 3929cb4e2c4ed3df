"""Cleaning of the tables on protocols, release tests, eligibility, cost and risk."""

from __future__ import annotations

import re

from tools.clean_evidence.masking import SECONDARY_SOURCE
from tools.clean_evidence.special_core import (
    Row,
    Table,
    map_words,
    read_at,
    rename,
    sources,
    trial_ids,
)

PANAMA_PAGE = "https://translational-medicine.biomedcentral.com/articles/10.1186/s12967-018-1433-7"
FDA_PAGE = "http://wjgnet.com/2220-3184/full/v5/i1/1-T3.htm"
NICE_PRICES = (
    (
        "35",
        "https://www.nice.org.uk/guidance/ta533/chapter/2-Information-about-ocrelizumab",
        "4 vials of 4,790 pounds a year; confidential discount applies",
    ),
    (
        "36",
        "https://www.nice.org.uk/guidance/ta127/chapter/2-The-technology",
        "1,130 pounds per vial, one every 28 days",
    ),
    (
        "37",
        "https://www.nice.org.uk/guidance/ta312/chapter/2-The-technology",
        "5 vials of 7,045 pounds; 56,360 for both courses",
    ),
)
NUMBER = r"-?\d+(?:\.\d+)?"
PLAIN = re.compile(rf"^({NUMBER})$")
SPAN = re.compile(r"^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$")
AT_LEAST = re.compile(rf"^>=?({NUMBER})$")
AT_MOST = re.compile(rf"^(?:<=?|up to )({NUMBER})$")


def begin(table: Table, note: str) -> None:
    """Do what all tables of the policy pack need; `note` is the column of remarks."""
    if note != "note":
        rename(table, {note: "note"})
    sources(table, words="source")


def amount(row: Row, column: str, low: str, high: str, words: str) -> None:
    """Turn the words of an amount into two ends; what is more than that keeps its words.

    `5` gives 5 and 5, `5-10` both ends, `>=2` a lower and `<=72` an upper end; a list of levels
    gives the smallest and the largest.
    """
    text = row.cells.pop(column)
    ends = {"low": "", "high": ""}
    if match := PLAIN.match(text):
        ends = {"low": match[1], "high": match[1]}
    elif match := SPAN.match(text):
        ends = {"low": match[1], "high": match[2]}
    elif match := AT_LEAST.match(text):
        ends["low"] = match[1]
    elif match := AT_MOST.match(text):
        ends["high"] = match[1]
    elif numbers := re.findall(r"\d+(?:\.\d+)?", text):
        found = sorted(numbers, key=float)
        ends = {"low": found[0], "high": found[-1]}
    row.put(low, ends["low"])
    row.put(high, ends["high"])
    row.put(words, "" if PLAIN.match(text) or not text else text)
    if text and not PLAIN.match(text):
        shown = f"{ends['low']} to {ends['high']}"
        row.changes.append((column, text, shown, "an amount in words, put as two ends"))


INTENSITY = {
    "intermediate (EBMT); called low/non-myeloablative in RAM-MS and MIST": "intermediate",
    "low (intermediate total Cy dose)": "low",
    "low-intermediate": "low_intermediate",
}
UNITS = {
    "x10^6 CD34/kg minimum": "1e6 CD34 cells/kg",
    "x10^6 viable CD34/kg minimum": "1e6 viable CD34 cells/kg",
    "x10^6 CD34/kg": "1e6 CD34 cells/kg",
    "x10^6 cells/kg (+/-10%)": "1e6 cells/kg",
    "x10^6 cells/kg": "1e6 cells/kg",
    "x10^6 cells/mL": "1e6 cells/ml",
    "x10^6 cells/day": "1e6 cells/day",
    "x10^6 cells": "1e6 cells",
    "cells/kg (not stated)": "cells/kg",
    "CD34/uL in blood to start": "CD34 cells/ul",
    "cells/uL": "cells/ul",
    "mcg/kg bid": "mcg/kg twice daily",
    "mg/kg total": "mg/kg",
}


def protocols(table: Table) -> None:
    """Steps of transplantation and cell protocols."""
    begin(table, "detail")
    table.rule("amount_low, amount_high, amount_text", "the dose as two ends and, if more, words")
    for row in table.rows:
        intensity = row.cells.pop("intensity_class")
        row.put("intensity", INTENSITY.get(intensity, intensity))
        if " " in intensity:
            row.put("intensity_note", intensity)
        amount(row, "dose", "amount_low", "amount_high", "amount_text")
        unit = row.cells.pop("dose_unit")
        if "minimum" in unit or unit.endswith("to start"):
            row.set("amount_high", "", "the unit says that the figure is a minimum")
        row.put("amount_unit", UNITS.get(unit, unit))
        if not PLAIN.match(row["day_from"]) and row["day_from"]:
            row.set("day_text", row["day_from"], "words stood in the column of days")
            row.set("day_from", "", "words stood in the column of days")
        if "recalled" in row["note"] and row["mark"] == "seen":
            row.remember("amount_high" if "dose recalled" in row["note"] else "note")
    _protocols_read(table)
    table.rule("intensity", "one word; what else stood there is in intensity_note")
    table.rule("amount_unit", "units spelled alike")
    _protocol_issues(table)
    trial_ids(table, "protocol_name", "source")


def _protocols_read(table: Table) -> None:
    (row,) = table.where(protocol_id="ucmsc_panama")
    note = "7 daily infusions of 20e6 cells, read in the abstract"
    read_at(row, PANAMA_PAGE, "NCT02034188; doi:10.1186/s12967-018-1433-7", note=note)
    for row in table.where(protocol_id="bucy", mark="recalled"):
        source = "Atkins 2016 Lancet abstract; NCT01099930"
        read_at(row, SECONDARY_SOURCE, source, note="dose in a copy of the registry record")
        if row["day_from"]:
            row.remember("day_from", "day_to")
    (row,) = table.where(protocol_id="nsc_icv")
    note = "four doses in a copy of the registry record; 15 patients, 12-month follow-up"
    read_at(row, SECONDARY_SOURCE, row["source"], note=note)


def _protocol_issues(table: Table) -> None:
    for row in table.where(protocol_id="cyatg"):
        row.issue("intensity: intermediate for EBMT, low or non-myeloablative in RAM-MS and MIST")
    for row in table.rows:
        if row["protocol_id"] == "beam_atg" and row["agent"] == "rabbit ATG":
            row.issue("timing differs between sources: days -2 and -1, or 1 and 2")
        if row["protocol_id"] == "cyrtx_mex" and row["step"] == "collection":
            row.issue("minimum below the 2.0e6/kg of the EBMT handbook")
        if "garbled" in row["note"]:
            row.issue("the text of the record is garbled")
        if row["mark"] == "recalled" and "seen" in row["note"]:
            row.issue("part of the row was seen, see its note")


METHODS = {"flow": "flow cytometry", "FCM": "flow cytometry"}
QUALITY_UNITS = {
    "percent positive": "percent",
    "x10^6/kg": "1e6 cells/kg",
    "x10^6 viable/kg": "1e6 viable cells/kg",
    "x10^6 cells": "1e6 cells",
    "x10^8/mL": "1e8 cells/ml",
    "EU/mL": "EU/ml",
    "mL/mL graft": "ml/ml graft",
}


def quality(table: Table) -> None:
    """Release tests and other limits of cell products."""
    begin(table, "note")
    map_words(table, "method", METHODS, "one name for each method")
    map_words(table, "unit", QUALITY_UNITS, "units spelled alike")
    (row,) = table.where(row_id="103")
    row.set("operator", "<=", "the limit stood in words")
    row.set("threshold", "1", "the limit stood in words")
    row.set("unit", "g/kg/day", "the limit stood in words")
    _quality_read(table)
    for row in table.rows:
        threshold_text(row)
        if row["threshold_text"]:
            row.set("operator", "is", "a statement in words, not an equality of numbers")
        if row["attribute"].startswith("endotoxin"):
            row.issue("limits per ml, per kg and per kg and hour are not comparable")
        if "contradicts" in row["note"]:
            row.issue("below the minimum of 2.0e6/kg of the EBMT handbook")


def _quality_read(table: Table) -> None:
    for row_id, route in (("46", "all routes but the intrathecal one"), ("47", "intrathecal")):
        (row,) = table.where(row_id=row_id)
        note = f"limit is K/M; K for {route}; M is the largest dose per kg within an hour"
        read_at(row, SECONDARY_SOURCE, "USP 35 <85>", note=note)
    (row,) = table.where(row_id="48")
    note = "generally above 70 per cent, in a review of tests advised by the FDA"
    page = f"{SECONDARY_SOURCE}: {FDA_PAGE}"
    read_at(row, page, f"{row['source']}; doi:10.5496/wjmg.v5.i1.1", note=note)
    row.set("operator", ">", "printed as above, not at least")


def threshold_text(row: Row) -> None:
    """Move words out of the column of limits; a span gives both limits."""
    text = row["threshold"]
    if not text or PLAIN.match(text):
        return
    reason = "words in a column of numbers"
    if match := SPAN.match(text):
        row.set("threshold", match[1], "a span in one cell: two limits")
        row.set("threshold_high", match[2], "a span in one cell: two limits")
        return
    row.set("threshold_text", text, reason)
    row.set("threshold", "", reason)


GD_AFTER_START = "Gd-enhancing T1 lesions on MRI >=3 months after starting high-efficacy therapy"
CATEGORIES = {"disability": "edss", "duration": "disease_duration", "prior_treatment": "prior_dmt"}
CRITERIA = {
    "EDSS in the stable phase": "edss_stable",
    "disease duration": "disease_duration",
    "high-efficacy DMTs tried for at least 6 months": "dmt_failures_high_efficacy",
    "relapse on treatment": "relapses_on_treatment",
    GD_AFTER_START: "gd_lesions_on_high_efficacy",
    "fingolimod/S1P modulators": "fingolimod or S1P modulators",
}


def eligibility(table: Table) -> None:
    """Who may be treated, and what must be done before and after."""
    sources(table, words="source_name")
    map_words(table, "category", CATEGORIES, "one word for each category")
    map_words(table, "criterion", CRITERIA, "one name for each criterion")
    for row in table.rows:
        threshold_text(row)
        if row["operator"] == "=" and row["threshold_text"]:
            row.set("operator", "is", "a statement in words, not an equality of numbers")
        applies = row["applies_to"].replace("|", "; ")
        row.set("applies_to", applies, "several groups are separated by `;`")
        if row["criterion"].startswith("age") and row["row_id"] == "2":
            row.issue("an exception, decided case by case, not a limit")
        if "apparent error" in row["note"]:
            row.issue("the page says at least 15 years; read as at most")
        if "page layout ambiguous" in row["note"]:
            row.issue("layout of the page ambiguous: 6 and 3 months may be exchanged")
        if row["row_id"] == "g2":
            row.issue("upper limit exclusive")
        if row["row_id"] in ("22", "23") or "earlier version" in row["note"]:
            row.issue("versions of the criteria differ; see the note")
    for row in table.where(criterion="edss"):
        if row["source_group"] == "guideline":
            row.issue("ceilings differ between guidelines: below 6.0, 6, 5.5")
    trial_ids(table, "source_name")


SPAN_OF_YEARS = re.compile(r"^(\d{4})(?:-(\d{4}))?$")
ITEMS = {
    "AHSCT_cost": "ahsct_cost",
    "DMT_cost": "dmt_cost",
    "AHSCT_price": "ahsct_price",
    "AHSCT_revenue": "ahsct_revenue",
    "DMT_annual": "dmt_annual",
    "MSC_price": "msc_price",
    "procedure": "ahsct_cost",
}
CLASSES = {
    "HTA": "hta",
    "peer_reviewed chapter": "peer_reviewed",
    "charity page": "charity_page",
    "industry analyst": "industry_analyst",
    "crowdfunding page": "crowdfunding_page",
    "provider advertising": "commercial_page",
    "government statement": "government_statement",
    "web article": "web_article",
    "conference abstract": "conference_abstract",
}


def cost(table: Table) -> None:
    """Cost and price of treatments, and who pays."""
    rename(table, {"value_low": "low", "value_high": "high"})
    sources(table)
    for row in table.rows:
        item = ITEMS.get(row["item_type"], row["item_type"])
        row.set("item_type", item, "one word for each kind of item")
        row.set(
            "evidence_class",
            CLASSES.get(row["evidence_class"], row["evidence_class"]),
            "one word for each class",
        )
        _price_year(row)
        row.put("unit", row.cells.pop("currency"))
        if row["low"]:
            row.put("interval_kind", "unstated")
    table.rule("unit", "column currency is called unit: it also holds years and per cent")
    table.rule("interval_kind", "what the two ends mean is stated in few sources")
    _cost_rows(table)


def _price_year(row: Row) -> None:
    text = row.cells.pop("price_year")
    match = SPAN_OF_YEARS.match(text.removeprefix("c."))
    row.put("year_from", match[1] if match else "")
    row.put("year_to", (match[2] or match[1]) if match else "")
    if text.startswith("c."):
        row.issue(f"price year about {text.removeprefix('c.')}")
        row.changes.append(("price_year", text, f"{row['year_from']}-{row['year_to']}", "about"))
    elif text and not match:
        row.changes.append(("price_year", text, "", "no year"))


def _cost_read(table: Table) -> None:
    reason = "remembered at first; the price of a vial has since been read"
    for row_id, page, note in NICE_PRICES:
        (row,) = table.where(row_id=row_id)
        read_at(row, page, "NICE technology appraisal", note=note)
        row.set("evidence_class", "hta", reason)
    (row,) = table.where(row_id="36")
    row.set("value", "14730", "remembered as 14690, 13 times 1130; the page prints about 14,730")
    row.issue("the page gives no price year; the one of the row is the collector's")


def _cost_rows(table: Table) -> None:
    _cost_read(table)
    (row,) = table.where(unit="USD or AUD (unstated)")
    row.set("unit", "", "the currency is not stated")
    row.issue("US or Australian dollars: the page does not say")
    (row,) = table.where(row_id="33")
    row.set("item_type", "cell_therapy_price", "a knee injection, not treatment of MS")
    for name in ("gap_cost_002", "gap_cost_003", "gap_cost_004"):
        (row,) = table.where(row_id=name)
        row.set("item_type", "cell_therapy_price", "cell type not named, or not MSC")
    (row,) = table.where(row_id="17")
    row.set("interval_kind", "range", "average and largest change")
    row.issue("a change of price in per cent over 2 years, not a price")
    (row,) = table.where(row_id="18")
    row.issue("row 12, from the hospital, is lower")
    (row,) = table.where(row_id="26")
    row.issue("figures of the provider's pages conflict; row gap_cost_001 is a published costing")
    for row in table.rows:
        if row["evidence_class"] == "gap":
            row.issue("no figure was found")


RISK_UNITS = {
    "relative_risk_of_death": "ratio",
    "cumulative_incidence": "proportion",
    "qualitative": "",
    "range": "proportion",
}
RISK_MEASURES = {
    "relative_risk_of_death": "risk_ratio",
    "qualitative": "statement",
    "cumulative_incidence": "cumulative_incidence",
}
MONTHS = re.compile(r"(?:^|median |mean )(\d+(?:\.\d+)?) (months|years|days)\b")
PER_MONTH = {"months": 1.0, "years": 12.0, "days": 12.0 / 365.25}


def risk(table: Table) -> None:
    """Risks of treatment, as they can be told to patients."""
    rename(table, {"ci_low": "low", "ci_high": "high"})
    sources(table, words="source")
    table.rule("measure, unit", "the unit said both: kind of figure and unit")
    table.rule("time_months", "from time_frame, where it gives a time")
    for row in table.rows:
        unit = row.cells.pop("unit")
        row.put("measure", RISK_MEASURES.get(unit, "proportion"))
        row.put("unit", RISK_UNITS.get(unit, unit))
        if row["low"]:
            row.put("interval_kind", "ci")
        value = row["value"]
        if not value or PLAIN.match(value):
            pass
        elif match := SPAN.match(value):
            _range(row, match[1], match[2])
        elif match := AT_MOST.match(value):
            _range(row, "", match[1])
        row.put("time_months", _months(row["time_frame"]))
        if row["measure"] == "statement":
            row.set("statement", row["plain_language"], "a statement in words has no figure")
    _risk_issues(table)
    trial_ids(table, "population", "source")


def _range(row: Row, low: str, high: str) -> None:
    reason = "a range or limit in words: its ends, no value"
    row.set("value", "", reason)
    row.set("low", low, reason)
    row.set("high", high, reason)
    row.set("interval_kind", "range", reason)


def _months(text: str) -> str:
    match = MONTHS.search(text)
    return f"{float(match[1]) * PER_MONTH[match[2]]:.4g}" if match else ""


def _risk_issues(table: Table) -> None:
    (row,) = table.where(row_id="23")
    row.set("n", "", "28 is the number of all women asked, not of those aged 32 or less")
    row.issue("denominator not given")
    (row,) = table.where(row_id="8")
    row.issue("3 of 41 is 0.073; printed 7.5%")
    (row,) = table.where(row_id="26")
    row.issue("29 of 347 is the count; the figure is the cumulative incidence at 5 years")
    (row,) = table.where(row_id="43")
    row.issue("improvement, 0.37 on saline: the trial was negative")
    (row,) = table.where(row_id="16")
    row.issue("a survival, not a risk")
    (row,) = table.where(row_id="12")
    row.issue("a survival, not a risk")
    (row,) = table.where(row_id="25")
    row.issue("printed as about half")
