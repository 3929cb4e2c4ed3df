"""Cleaning of the tables on disability: transitions, milestones, progression, distributions."""

from __future__ import annotations

import re

from tools.clean_evidence.special_core import Row, Table, number_readings, rename, trial_ids
from tools.clean_evidence.special_course import FIGURE, start
from tools.clean_evidence.special_words import phenotypes

ENDS = re.compile(r"^(\d+(?:\.\d)?)(?:-(\d+(?:\.\d)?))?$")
TO_PHENOTYPES = {
    "RRMS": "rrms",
    "SPMS": "spms",
    "RRMS+SPMS": "rrms_spms",
    "RRMS/SPMS (phenotype not separated)": "rrms_spms",
}
MATRICES = {
    "RRMS_to_RRMS (whole cohort incl. SPMS course)": "relapsing_onset",
    "SPMS_to_SPMS": "spms",
    "RRMS_to_SPMS": "rrms_to_spms",
    "4-state continuous-time": "four_states",
}


def edss_transitions(table: Table) -> None:
    """Yearly transition probabilities of the EDSS."""
    for row in table.rows:
        row.cells["measure"] = "probability"
    start(table)
    for row in table.rows:
        del row.cells["measure"]
        reason = "one word for each matrix and course"
        row.set("matrix", MATRICES[row["matrix"]], reason)
        for column in ("phenotype_from", "phenotype_to"):
            row.set(column, TO_PHENOTYPES[row[column]], reason)
        for side in ("from", "to"):
            _ends(row, side)
        if "sensitivity range" in row["note"]:
            row.set("interval_kind", "range", "the note says so")
        if row["basis"] == "printed":
            row.set("basis", "model", "input or result of a model, not a count of patients")
    (row,) = table.at(4)
    row.set("interval_kind", "range", "as in the rows before it")
    row.issue("the excerpt ends here: the upper end was not read")
    for row in table.where(source_id="palace2014"):
        row.remember("stratum")
    for row in table.where(source_id="campbell2024"):
        row.set("source", "PMID 39095665", "the note and the address agree")
        row.issue("not all cells of this matrix were read")
    for row in table.where(matrix="spms", from_low="4"):
        row.issue("the remembered row sums to 0.999")
    for row in table.where(matrix="relapsing_onset"):
        row.issue("no page with this cell was found; sum of a row is 1 within rounding")


def _ends(row: Row, side: str) -> None:
    text = row.cells.pop(f"{side}_edss")
    match = ENDS.match(text)
    if side == "to":
        row.put("to_any", "false" if match else "true")
    row.put(f"{side}_low", match[1] if match else "")
    row.put(f"{side}_high", (match[2] or match[1]) if match else "")
    if match and not match[2]:
        return
    reason = "a range or words in a column of EDSS scores: two ends, or any state"
    after = f"{row[f'{side}_low']} to {row[f'{side}_high']}" if match else "any"
    row.changes.append((f"{side}_edss", text, after, reason))


MILESTONE_UNITS = {
    "EDSS/year": "EDSS per year",
    "per patient-year": "per patient-year",
    "EDSS points": "EDSS",
    "per additional year of disease": "ratio",
    "": "ratio",
}


def milestones(table: Table) -> None:
    """Times to milestones of disability, and what shortens them."""
    start(table)
    phenotypes(table)
    reason = "the measure was not the kind of the figure; the note or the milestone says which"
    for line, measure in ((47, "mean"), (49, "proportion"), (88, "mean_difference")):
        (row,) = table.at(line)
        row.set("measure", measure, reason)
    (row,) = table.at(28)
    row.set("stratum", "per additional year of disease", "the unit said what the ratio is per")
    for row in table.rows:
        row.set("unit", MILESTONE_UNITS.get(row["unit"], row["unit"]), "one word for each unit")
        if row["source_id"] == "beiki2019":
            row.set("stratum", "per calendar year of diagnosis", "the measure said so")
        if "trial start or onset" in row["from_event"]:
            start_of = "onset" if row["milestone"].startswith("onset to") else "trial start"
            row.set("from_event", start_of, "the milestone says which of the two")
        if not row["from_event"]:
            row.set("from_event", "not stated", "the raw cell is empty")
    (row,) = table.at(42)
    row.issue("the rate of row 27, read on another page")
    (row,) = table.at(48)
    row.set("interval_kind", "range", "the note says range 0-10")
    for row in table.at(44, 46):
        if "from memory" in row["note"]:
            row.issue("the DOI is from memory")
    trial_ids(table, "source_id", "cohort")
    key = ("source_id", "cohort", "phenotype", "treatment", "from_event", "milestone", "measure")
    number_readings(table, (*key, "stratum"), FIGURE)


PROGRESSION_UNITS = {
    "EDSS points": "EDSS",
    "EDSS/year": "EDSS per year",
    "events/patient-year": "per patient-year",
    "log-odds per year": "log odds per year",
}


def progression(table: Table) -> None:
    """Worsening of disability: shares, rates, persistence, and agreement of raters."""
    start(table)
    (row,) = table.at(84)
    row.set("phenotype", "all", "as in row 29 of the same study")
    for row in table.at(27, 28):
        row.set("stratum", "EDSS 1.0-3.5", "an EDSS band stood in the column of the course")
    phenotypes(table)
    reason = "the kind of the figure; that it is a range or derived stands in columns of its own"
    changes = ((21, "proportion"), (83, "kappa"), (117, "proportion"), (118, "slope"))
    for line, measure in changes:
        (row,) = table.at(line)
        row.set("measure", measure, reason)
    for row in table.at(27, 28):
        row.set("measure", "limit", "a limit of reproducibility")
    (row,) = table.at(22)
    row.set("measure", "rate_per_year", "a change per year is a rate")
    for row in table.rows:
        row.set("unit", PROGRESSION_UNITS.get(row["unit"], row["unit"]), "one word for each unit")
        if row["source_id"] == "nicholas2019":
            row.remember("phenotype")
        if "arm sizes from memory" in row["note"]:
            row.remember("n")
        match = re.fullmatch(r"SD (\d+\.\d+)", row["note"])
        row.set("sd", match[1] if match else "", "the standard deviation stood in the note")
        if match:
            row.set("note", "", "moved to sd")
    _progression_rows(table)
    trial_ids(table, "source_id", "cohort")
    key = ("source_id", "cohort", "phenotype", "treatment", "metric", "stratum", "time_months")
    number_readings(table, (*key, "measure"), FIGURE)


def _progression_rows(table: Table) -> None:
    (row,) = table.at(23)
    row.issue("one-sided: only the lower limit is printed")
    (row,) = table.at(85)
    row.set("interval_kind", "iqr", "the note says so")
    row.issue("the printed upper quartile, 0.81, lies below the median: a misprint, left out")
    (row,) = table.at(128)
    row.set("interval_kind", "ci", "an interval of a rate")
    row.issue("the upper limit is printed 9.194: read as 0.194")
    (row,) = table.at(81)
    row.issue("the figure of row 2, read on another page")
    (row,) = table.at(82)
    row.issue("the figure of row 3, read on another page")
    (row,) = table.at(84)
    row.issue("same study as row 29")
    (row,) = table.at(88)
    row.issue("the DOI was not verified by the collection")
    for row in table.at(71, 72):
        row.issue("the table read swaps the arms of this trial: entered as in the label")
    (row,) = table.at(87)
    row.issue("lower than at 12 months: not a cumulative share")
    for row in table.at(14):
        row.issue("printed as 26-fold, without an interval")


DISTRIBUTION_COLUMNS = {
    "table": "scale",
    "stratum_type": "stratum",
    "midrank_fraction": "midrank",
    "verified": "mark",
}
SCALES = {
    "MSSS (global, 2005)": "msss_2005",
    "MSSS (updated)": "msss_2017",
    "ARMSS": "armss_2017",
    "Ped-MSSS": "ped_msss_2020",
    "P-MSSS (NARCOMS)": "pmsss",
}


def edss_distribution(table: Table) -> None:
    """Distribution of the EDSS by duration or age."""
    _distribution(table, "edss")


def pdds_distribution(table: Table) -> None:
    """Distribution of the patient-determined disease steps by duration."""
    _distribution(table, "pdds")


def _distribution(table: Table, score: str) -> None:
    names = {
        f"share_at_this_{score}": "share",
        f"cum_share_up_to_this_{score}": "cumulative",
        "stratum_years": "years",
    }
    rename(table, {**DISTRIBUTION_COLUMNS, **names})
    table.rule("row_id", "line of the raw table")
    table.rule("notes", "said the same in every row: the meaning of the table says it once")
    table.rule("source, page", "the DOI of the note is the citation; the page is the file read")
    for row in table.rows:
        note = row.cells.pop("notes")
        doi = re.search(r"doi (\S+)", note)
        row.put("row_id", str(row.line))
        row.put("scale", SCALES[row["scale"]])
        row.put("source", f"doi:{doi[1]}" if doi else "NARCOMS P-MSSS (no identifier read)")
        row.put("page", f"secondary source: {row.cells.pop('url')}")
        row.put("basis", "derived")
        if float(row["midrank"]) * 10 - float(row["score"]) > 1e-9:
            row.issue("midrank is not a tenth of the score")
