"""Raw rows of outcomes to clean ones: names, measures, intervals, definitions, subgroups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from tools.clean_evidence import sources
from tools.clean_evidence.arms import arm_name, lines_of
from tools.clean_evidence.tabular import Cells, Log, Raw, number, read

RULES = Path(__file__).parent / "rules"
COLUMNS = [
    "study_id",
    "arm",
    "subgroup",
    "outcome",
    "definition_id",
    "time_months",
    "measure",
    "value",
    "low",
    "high",
    "interval_kind",
    "level",
    "n",
    "events",
    "definition_text",
    "source",
    "page",
    "mark",
    "note",
    "assay",
]
KEY = COLUMNS[:7]
_RANGE = re.compile(r"range in ci columns|range across studies|mid-?point|patient range|, range in")
_ASSAYS = (
    (re.compile(r"\bCSF\b|^csf_"), "csf"),
    (re.compile(r"serum|^serum_"), "serum"),
    (re.compile(r"SIENA"), "SIENA"),
    (re.compile(r"parenchymal fraction"), "brain parenchymal fraction"),
    (re.compile(r"bioluminescence"), "bioluminescence"),
    (re.compile(r"111In"), "111In label"),
)
_OF_COUNTED_VALUE = re.compile(r"^(kin|mfg|opc|nsc)_")
LEVEL_REASON = "the level is not printed; 95 % is the convention"


def clean(
    rows: Sequence[Raw], studies: Mapping[str, Cells], curated: Sequence[Cells], log: Log
) -> list[Cells]:
    """Clean outcomes; the rows read by hand replace the raw rows of their studies."""
    by_hand = {cells["study_id"] for cells in curated}
    found: list[Cells] = []
    for raw in rows:
        if raw["study_id"] in by_hand:
            _replaced(raw, curated, log)
            continue
        row = _outcome(raw, studies[raw["study_id"]], log)
        if row is not None:
            found.append(row)
    return [*({**dict.fromkeys(COLUMNS, ""), **cells} for cells in curated), *found]


def _replaced(raw: Raw, curated: Sequence[Cells], log: Log) -> None:
    """Log which row read by hand stands for a raw one; every raw figure must be found again."""
    value = raw["value"]
    same = [
        cells
        for cells in curated
        if (
            cells["study_id"] == raw["study_id"]
            and any(
                cells[key] and abs(float(cells[key]) - float(value)) < 1e-9
                for key in ("value", "time_months", "low", "high")
            )
        )
        or (raw["study_id"], raw["arm_id"], value) == (cells["study_id"], cells["arm"], value)
    ]
    median = "median time to progression" in raw["definition"]
    if not same and not median:
        raise ValueError(f"{raw.file} line {raw.line}: {value} is not among the rows read by hand")
    log.add(raw, "*", raw["outcome"], "row read by hand", "the rows read by hand hold")


@cache
def _rules(name: str) -> tuple[Cells, ...]:
    return tuple(read(RULES / f"{name}.csv"))


@cache
def _row_rules() -> Mapping[tuple[str, int], tuple[Cells, ...]]:
    found: dict[tuple[str, int], tuple[Cells, ...]] = {}
    for rule in read(RULES / "rows.csv"):
        for line in lines_of(rule["lines"]):
            key = rule["pack"], line
            found[key] = (*found.get(key, ()), rule)
    return found


def _outcome(raw: Raw, study: Cells, log: Log) -> Cells | None:
    rules = _row_rules().get((raw.pack, raw.line), ())
    for rule in rules:
        if rule["field"] == "drop":
            log.add(raw, "*", raw["outcome"], "", rule["reason"])
            return None
    row = dict.fromkeys(COLUMNS, "")
    row["study_id"] = raw["study_id"]
    parts = raw["arm_id"].split("_vs_")
    row["arm"] = "_vs_".join(arm_name(raw["study_id"], part) for part in parts)
    row["subgroup"] = "all"
    for key in ("outcome", "measure", "n", "events"):
        row[key] = raw[key]
    row["value"] = number(raw["value"])
    row["time_months"] = number(raw["time_months"])
    row["definition_text"] = raw["definition"]
    row["mark"] = raw["verified"]
    row["source"] = study["citation"]
    row["page"] = sources.page(raw["url"]) if raw["verified"] == "seen" else ""
    if row["mark"] == "recalled":
        row["note"] = "recalled, not read at its source"
    _renamed(raw, row, log)
    _subgroup(raw, row, log)
    _interval(raw, row, log)
    _counted(raw, row, log)
    for rule in rules:
        log.add(raw, rule["field"], row[rule["field"]], rule["value"], rule["reason"])
        row[rule["field"]] = rule["value"]
    _defined(raw, row, log)
    text = f"{row['outcome']} {raw['definition']}"
    row["assay"] = next((name for pattern, name in _ASSAYS if pattern.search(text)), "")
    return row


def _renamed(raw: Raw, row: Cells, log: Log) -> None:
    for rule in _rules("renames"):
        if rule["outcome"] != row["outcome"] or rule["measure"] not in ("", row["measure"]):
            continue
        if not re.search(rule["pattern"], raw["definition"]):
            continue
        changes = {
            "outcome": rule["new_outcome"],
            "measure": rule["new_measure"],
            "subgroup": rule["new_subgroup"],
            "time_months": rule["new_time"],
        }
        for key, value in changes.items():
            if value:
                new = "" if value == "none" else value
                log.add(raw, key, row[key], new, rule["reason"])
                row[key] = new
        return


def _subgroup(raw: Raw, row: Cells, log: Log) -> None:
    for rule in _rules("subgroups"):
        if row["subgroup"] == "all" and re.search(rule["pattern"], raw["definition"]):
            log.add(raw, "subgroup", "", rule["subgroup"], "the subgroup stood in the text")
            row["subgroup"] = rule["subgroup"]


def _interval(raw: Raw, row: Cells, log: Log) -> None:
    low, high, text = raw["ci_low"], raw["ci_high"], raw["definition"]
    if raw["sd"]:
        kind = "se" if re.search(r"\bSE\b|standard error", text) else "sd"
        value, width = Decimal(raw["value"]), Decimal(raw["sd"])
        row["low"], row["high"] = number(str(value - width)), number(str(value + width))
        row["interval_kind"] = kind
        log.add(raw, "interval_kind", "sd", kind, f"value less and plus one {kind}")
        return
    if not low and not high:
        return
    if not low or not high:
        row["note"] = f"printed with one limit only: {low or high}"
        log.add(raw, "low", low, "", "an interval needs both ends; the limit stands in the note")
        return
    row["low"], row["high"] = number(low), number(high)
    if re.search(r"\bIQR in ci|paired with 12 months|paired 12-month", text):
        row["interval_kind"], row["level"] = "iqr", "0.5"
        log.add(raw, "interval_kind", "ci", "iqr", "the text says quartiles")
    elif _RANGE.search(text):
        row["interval_kind"] = "range"
        log.add(raw, "interval_kind", "ci", "range", "the text says range")
    else:
        row["interval_kind"], row["level"] = "ci", "0.95"
        log.add(raw, "level", "", "0.95", LEVEL_REASON)


def _counted(raw: Raw, row: Cells, log: Log) -> None:
    if row["measure"] == "count" and _OF_COUNTED_VALUE.match(row["outcome"]):
        log.add(raw, "measure", "count", "value", "a measured value is no count of patients")
        row["measure"] = "value"


def _defined(raw: Raw, row: Cells, log: Log) -> None:
    if row["definition_id"]:
        return
    for rule in _rules("definition_ids"):
        if re.fullmatch(rule["outcome"], row["outcome"]) and re.search(
            rule["pattern"], raw["definition"]
        ):
            row["definition_id"] = rule["definition_id"]
            reason = "by outcome and published wording"
            if rule["definition_id"] in (
                "cdw12",
                "cdw24",
                "cdw_3_months",
                "cdw_6_months",
                "cdi_6_months",
            ):
                reason += "; the steps are not stated there, the convention stands for them"
            log.add(raw, "definition_id", "", row["definition_id"], reason)
            return
