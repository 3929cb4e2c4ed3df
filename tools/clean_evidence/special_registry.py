"""Cleaning of the tables on regulation, registered trials and centres."""

from __future__ import annotations

import re

from tools.clean_evidence.special_core import Row, Table, rename, sources, trial_ids

DATE = re.compile(r"^\d{4}(?:-\d{2}(?:-\d{2})?)?$")
REGISTRY_ID = re.compile(r"NCT\d{8}|ACTRN\d{14}|ISRCTN\d{8}|IRCT\d+N\d+|20\d\d-\d{6}-\d\d(?:-00)?")
TOPICS = {
    "evidence_status_2021": ("all_non_hsct", "evidence_status"),
    "all_stem_cell_non_HSCT": ("all_non_hsct", "rule"),
    "all": ("all", "rule"),
    "RMAT": ("all", "expedited_designation"),
    "SoHO": ("all", "substances_of_human_origin"),
    "conditional_approval": ("all", "conditional_approval"),
    "advertising": ("all", "advertising"),
}
THERAPIES = {
    "AHSCT": "ahsct",
    "MSC_autologous": "msc_autologous",
    "MSC_allogeneic": "msc_allogeneic",
    "NSC": "nsc",
    "iPSC": "ipsc",
    "MSC_autologous|MSC_allogeneic|NSC|iPSC": "msc_nsc_ipsc",
}


def regulation(table: Table) -> None:
    """What the law of a country says on a therapy."""
    sources(table, words="instrument")
    table.rule("therapy, topic", "therapy_type held kinds of therapy and of rules: two columns")
    table.rule("year_from, year_to", "a year or two years of the instrument")
    for row in table.rows:
        kind = row.cells.pop("therapy_type")
        therapy, topic = TOPICS.get(kind, (THERAPIES.get(kind, ""), "rule"))
        row.put("therapy", therapy)
        row.put("topic", topic)
        years = re.findall(r"\d{4}", row.cells.pop("year"))
        row.put("year_from", years[0] if years else "")
        row.put("year_to", years[-1] if years else "")
        _in_force(row)
        _status_basis(row)
        for column in ("status_detail", "consent_ethics", "note"):
            if "recalled" in row[column]:
                row.remember(column)
        if row["status"] == "unclear":
            row.issue("the texts read do not settle the status")
        if "not retrieved" in row["note"]:
            row.issue("a later or final text was not retrieved")


def _in_force(row: Row) -> None:
    text = row["in_force"]
    if not text or DATE.match(text):
        return
    (date,) = re.findall(r"\d{4}-\d{2}-\d{2}", text)
    row.set("in_force", date, "words beside a date")
    if "recalled" in text:
        row.remember("in_force")
    else:
        row.issue(f"in force: {text}")


def _status_basis(row: Row) -> None:
    text = row["status_basis"]
    if text.startswith("stated"):
        row.set("status_basis", "stated", "one word; the class of the plan is remembered")
        if text != "stated":
            row.remember("status_detail")


PHASES = {
    "PHASE1": "1",
    "PHASE1|PHASE2": "1/2",
    "PHASE2": "2",
    "PHASE3": "3",
    "EARLY_PHASE1": "early 1",
    "NA": "not applicable",
    "": "",
}
STATUSES = {
    "Recruiting": "recruiting",
    "Ongoing, recruitment ended": "active_not_recruiting",
    "Ongoing, recruiting": "recruiting",
    "Trial now transitioned": "transitioned",
    "Authorised (2020 refresh); recruitment completed Nov 2024 per MS Trust": "authorised",
    "Not recruiting (terminated)": "terminated",
    "Recruiting (2017 record)": "recruiting",
    "Complete": "completed",
    "Completed": "completed",
    "Unknown status": "unknown",
    "Active, not recruiting": "active_not_recruiting",
    "Not yet recruiting": "not_yet_recruiting",
    "Terminated": "terminated",
    "Withdrawn": "withdrawn",
    "Suspended": "suspended",
    "Enrolling by invitation": "enrolling_by_invitation",
    "No longer available": "no_longer_available",
}
DOSES_READ = {
    "NCT02034188": "20e6 cells once daily for 7 days",
    "NCT03282760": "5, 10, 16 or 24e6 cells",
}
ROUTES = {"IT+IV": "IV+IT", "IT|IV": "IT or IV"}


def trials(table: Table) -> None:
    """Registered trials of cell therapy in MS."""
    rename(table, {"notes": "note"})
    table.rule("registry_id", "is the key of the table, so it is also the name of the row")
    rename(table, {"results_reference_verified": "results_mark"})
    sources(table, words="registry_id")
    for registry_id, dose in DOSES_READ.items():
        for row in table.where(registry_id=registry_id):
            row.set("dose", dose, "remembered at first; since read in abstract or record")
    for row in table.rows:
        row.put("row_id", row["registry_id"])
        row.set("phase", PHASES[row["phase"]], "phases as numbers")
        status(row, "status")
        for column in ("route", "dose"):
            _forget(row, column)
        row.set("route", ROUTES.get(row["route"], row["route"]), "one word for each route")
        _enrolled(row)
        _start(row)
        duplicate = row["note"] if "duplicate" in row["note"] else ""
        found = REGISTRY_ID.findall(f"{row['secondary_ids']} {duplicate}")
        row.put("same_as", ";".join(dict.fromkeys(found)))
        if "likely same" in row["secondary_ids"] or "same sponsor" in row["secondary_ids"]:
            row.issue("probably, not surely, the study of the other number")
        for column in ("donor", "cell_source", "country_first_site"):
            row.set(column, row[column].replace("|", ";"), "several are separated by `;`")
        flag = {"True": "true", "False": "false"}.get(row["has_posted_results"], "")
        row.put("has_posted_results", flag)
        row.put("n_type", row["n_type"].lower())
    table.rule("has_posted_results, n_type", "small letters")
    table.rule("same_as", "registry numbers in secondary_ids, and in notes that say duplicate")
    _trial_issues(table)
    trial_ids(table, "registry_id", "title_short", "secondary_ids")


def status(row: Row, column: str) -> None:
    """Call the status of a record by one word; longer words stay in the issue."""
    text = row[column]
    word = STATUSES.get(text, text.lower().replace(", ", "_").replace(" ", "_"))
    if any(mark in text for mark in "(;") or text.startswith("Ongoing"):
        row.issue(f"status as printed: {text}")
    row.set(column, word, "one word for each status")


def _forget(row: Row, column: str) -> None:
    text = row[column]
    if "recalled" in text or "from page address" in text:
        row.remember(column)
        clean = re.sub(r"\s*\(from page address\)", "", text.replace(" recalled", ""))
        clean = re.sub(r"\s*\(recalled\)", "", clean)
        row.set(column, clean, "that it is remembered stands in recalled_columns")


def _enrolled(row: Row) -> None:
    text = row["n_enrolled"]
    if text.isdigit() or not text:
        return
    number = re.findall(r"\d+", text)[0]
    row.set("n_enrolled", number, "words beside the number of patients")
    row.put("n_type", "planned" if "planned" in text else "reported")
    row.issue(f"number as printed: {text}")


def _start(row: Row) -> None:
    text = row["start"]
    if not text or DATE.match(text):
        return
    date = text[:10]
    reason = "a date of the record, not of the start"
    row.set("registered", date, reason)
    row.set("start", "2021-09" if "began Sep 2021" in text else "", reason)
    row.issue(f"start as printed: {text}")


def _trial_issues(table: Table) -> None:
    for row in table.where(registry_id="ISRCTN88667898"):
        row.issue("198 planned, 104 in a 2024 abstract, 94 recruited by another page")
    for row in table.rows:
        if "recalled" in row["results_reference"]:
            row.remember("results_reference")


def centres(table: Table) -> None:
    """Centres named in trial records and publications."""
    rename(table, {"status_in_record": "status"})
    sources(table, words="source")
    table.rule("accreditation", "was empty or `not stated in source` in every row: left out")
    table.rule("registry_ids", "registry numbers found in trial_or_publication")
    for row in table.rows:
        found = REGISTRY_ID.findall(row["trial_or_publication"])
        row.put("registry_ids", ";".join(dict.fromkeys(found)))
        status(row, "status")
        del row.cells["accreditation"]
        if "not proof of activity" in row["role"]:
            row.issue("an affiliation is no proof that the centre treats")
        if row["country"] == "Iran, Islamic Republic of":
            row.set("country", "Iran", "one name for each country")
    trial_ids(table, "trial_or_publication")
