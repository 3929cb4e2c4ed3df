"""Raw rows of arms to clean ones; two rows on one arm become one, and contradictions are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.clean_evidence import sources
from tools.clean_evidence.intensity import intensity_of
from tools.clean_evidence.tabular import Cells, Log, Raw, number, read, share

RULES = Path(__file__).parent / "rules"
COLUMNS = [
    "study_id",
    "arm_id",
    "label",
    "n",
    "treatment_class",
    "product",
    "age_mean",
    "age_sd",
    "female",
    "edss_mean",
    "edss_sd",
    "relapses_last_12_months_mean",
    "relapses_last_12_months_sd",
    "source",
    "page",
    "mark",
    "note",
    "cell_source",
    "donor",
    "dose_low",
    "dose_high",
    "dose_unit",
    "doses_low",
    "doses_high",
    "dose_interval_weeks",
    "route",
    "conditioning",
    "intensity",
    "intensity_scheme",
    "graft",
    "comparator_drugs",
    "age_median",
    "duration_mean",
    "duration_sd",
    "duration_median",
    "edss_median",
    "rrms",
    "spms",
    "ppms",
    "gd_positive",
    "gd_lesions_mean",
    "gd_lesions_sd",
    "imputed",
    "recalled",
]
NUMBERS = {
    "n": "n",
    "age_mean": "age_mean",
    "age_sd": "age_sd",
    "disease_duration_years_mean": "duration_mean",
    "disease_duration_years_sd": "duration_sd",
    "edss_mean": "edss_mean",
    "edss_sd": "edss_sd",
    "edss_median": "edss_median",
    "relapses_prior_year_mean": "relapses_last_12_months_mean",
    "gd_lesions_mean": "gd_lesions_mean",
}
SHARES = {
    "female_pct": "female",
    "rrms_pct": "rrms",
    "spms_pct": "spms",
    "ppms_pct": "ppms",
    "gd_positive_pct": "gd_positive",
}
ARM_NAMES = {"all": "all_patients", "8y": "from_8_years", "lt8y": "under_8_years"}
OF_STUDY = {("affirm2006", "pbo"): "placebo", ("affirm2006", "nat"): "natalizumab"}
_AGE_MEDIAN = re.compile(
    r"median age|age is (a )?median|age, duration, EDSS from review tables|"
    r"medians for age|^medians"
)
_DURATION_MEDIAN = re.compile(
    r"duration \(61 months\) medians|duration and EDSS \(medians\)|"
    r"duration median|age, duration, EDSS from review tables|"
    r"medians for age and duration|^medians"
)
_RELAPSES_SD = re.compile(r"relapses? SD (\d\.\d+)(?![\d-])")
_GD_SD = re.compile(r"Gd SD (\d+\.\d+)")
_RECALLED = (
    (re.compile(r"arm size from memory|n=\d+ recalled|n per cohort recalled"), "n"),
    (re.compile(r"(?:conditioning|regimen|ATG|intensity)[^;]*recalled"), "conditioning;intensity"),
    (re.compile(r"CD34 selection recalled"), "graft"),
    (re.compile(r"marrow source recalled"), "cell_source"),
    (re.compile(r"dose recalled"), "dose_low;dose_high"),
)
_SAME_SHARE = 0.011
"""Shares that differ by less were rounded to whole per cents in one of the two tables."""
# Figures read cell by cell in the arm's own table come later in the raw files than those of the
# whole trial or of a review, so the later row holds.
LATER_HOLDS = "two rows on one arm; the later one was read in a table by arm"


def arm_name(study_id: str, raw_name: str) -> str:
    """Name of an arm in the base; ``all`` is kept for subgroups."""
    return OF_STUDY.get((study_id, raw_name), ARM_NAMES.get(raw_name, raw_name))


def clean(
    rows: Sequence[Raw],
    studies: Mapping[str, Cells],
    curated: Sequence[Cells],
    log: Log,
) -> tuple[list[Cells], list[Cells]]:
    """Clean arms, and the contradictions between two rows on one arm."""
    arms: dict[tuple[str, str], Cells] = {}
    contradictions: list[Cells] = []
    imputed = {
        (rule["pack"], line): rule["columns"]
        for rule in read(RULES / "imputed.csv")
        for line in lines_of(rule["lines"])
    }
    for raw in rows:
        arm = _arm(raw, studies[raw["study_id"]], imputed.get((raw.pack, raw.line), ""), log)
        kept = arms.setdefault((arm["study_id"], arm["arm_id"]), arm)
        if kept is not arm:
            contradictions += _merge(kept, arm, raw, log)
    for row in read(RULES / "arms_added.csv"):
        cells = {**dict.fromkeys(COLUMNS, ""), **row}
        cells["source"] = studies[row["study_id"]]["citation"]
        arms[row["study_id"], row["arm_id"]] = cells
    for cells in curated:
        arm = arms.setdefault((cells["study_id"], cells["arm_id"]), dict.fromkeys(COLUMNS, ""))
        first = next(raw for raw in rows if raw["study_id"] == cells["study_id"])
        for key, value in cells.items():
            if value and arm[key] != value:
                log.add(first, key, arm[key], value, f"{cells['arm_id']}: read by hand, holds")
                arm[key] = value
    return list(arms.values()), contradictions


def lines_of(text: str) -> list[int]:
    """Whole numbers of a text such as ``2-4;9``."""
    found: list[int] = []
    for part in text.split(";"):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _arm(raw: Raw, study: Cells, imputed: str, log: Log) -> Cells:
    cells = raw.cells
    arm = dict.fromkeys(COLUMNS, "")
    arm["study_id"] = cells["study_id"]
    arm["arm_id"] = arm_name(cells["study_id"], cells["arm_id"])
    log.add(raw, "arm_id", cells["arm_id"], arm["arm_id"], "one name for the arm in all tables")
    arm["label"] = cells["label"]
    arm["treatment_class"] = cells["treatment_class"].lower()
    for key in ("product", "donor", "dose_unit", "conditioning", "comparator_drugs"):
        arm[key] = cells[key]
    arm["cell_source"] = cells["cell_source"].replace("|", "+")
    arm["dose_interval_weeks"] = cells["dose_interval_weeks"]
    arm["route"] = _route(cells["route"])
    arm["graft"] = cells["graft_manipulation"].lower()
    for old, new in NUMBERS.items():
        arm[new] = number(cells[old])
    for old, new in SHARES.items():
        arm[new] = share(cells[old])
        log.add(raw, new, cells[old], arm[new], "per cent to proportion")
    arm["dose_low"], arm["dose_high"] = _span(cells["dose_value"])
    arm["doses_low"], arm["doses_high"] = _span(cells["n_doses"])
    arm["note"] = cells["notes"]
    _medians(raw, arm, log)
    _deviations(raw, arm, log)
    arm["imputed"] = ";".join(key for key in imputed.split(";") if key and arm[key])
    text = f"{arm['note']} {arm['conditioning']}"
    remembered = [c for pattern, c in _RECALLED if pattern.search(text)]
    arm["recalled"] = ";".join(c for c in ";".join(remembered).split(";") if c)
    word = cells["conditioning_intensity"].replace("high;intermediate", "mixed")
    arm["intensity"], arm["intensity_scheme"] = intensity_of(cells["conditioning"], word)
    log.add(raw, "intensity", word, arm["intensity"], "by the drugs, EBMT scheme")
    arm["recalled"] = ";".join(key for key in arm["recalled"].split(";") if key and arm[key])
    arm["source"] = study["citation"]
    arm["page"] = sources.page_in_note(cells["notes"]) or study["page"]
    arm["mark"] = "seen" if arm["page"] else "recalled"
    return arm


def _span(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"([\d.]+)(e\d+)?-([\d.]+)(e\d+)?", text)
    if match is None:
        return number(text), number(text)
    low, power, high, last = match.groups()
    return number(low + (power or last or "")), number(high + (last or ""))


def _route(text: str) -> str:
    if text.startswith("IT (n=34)"):
        return "it|it+iv"
    return text.lower().replace("intra-articular", "intraarticular")


def _medians(raw: Raw, arm: Cells, log: Log) -> None:
    for key, pattern in (("age", _AGE_MEDIAN), ("duration", _DURATION_MEDIAN)):
        value = arm[f"{key}_mean"]
        if value and pattern.search(arm["note"]):
            arm[f"{key}_mean"], arm[f"{key}_median"] = "", value
            log.add(raw, f"{key}_mean", value, "", "the note says that it is a median")
            log.add(raw, f"{key}_median", "", value, "the note says that it is a median")


def _deviations(raw: Raw, arm: Cells, log: Log) -> None:
    for key, pattern in (
        ("relapses_last_12_months", _RELAPSES_SD),
        ("gd_lesions", _GD_SD),
    ):
        match = pattern.search(arm["note"])
        if match and arm[f"{key}_mean"]:
            arm[f"{key}_sd"] = number(match.group(1))
            log.add(raw, f"{key}_sd", "", arm[f"{key}_sd"], "stood in the note")


def _merge(kept: Cells, later: Cells, raw: Raw, log: Log) -> list[Cells]:
    found: list[Cells] = []
    own = set(
        ["label", "note", "page", "imputed", "recalled", "intensity", "intensity_scheme", "mark"]
    )
    for key, value in later.items():
        old = kept[key]
        if key in own or not value or value == old:
            continue
        if old and key not in ("product", "comparator_drugs", "graft", "route"):
            if key in kept["imputed"].split(";"):
                kept[key] = value
                log.add(raw, key, old, value, "the arm's own figure in place of the trial's")
                continue
            rounded = key in SHARES.values() and abs(float(old) - float(value)) < _SAME_SHARE
            if rounded:
                kept[key] = value
                log.add(raw, key, old, value, "the later table has more digits")
                continue
            found.append(
                {
                    "study_id": kept["study_id"],
                    "arm": kept["arm_id"],
                    "what": key,
                    "kept": value,
                    "other": old,
                    "source": later["page"],
                    "note": "two published tables differ; both are kept here",
                }
            )
        if not old or key not in ("product", "comparator_drugs", "graft", "route"):
            kept[key] = value
            log.add(raw, key, old, value, LATER_HOLDS if old else "gap filled by the later row")
    if not kept["intensity"]:
        kept["intensity"] = later["intensity"]
        kept["intensity_scheme"] = later["intensity_scheme"]
    kept["page"] = later["page"] or kept["page"]
    kept["note"] = "; ".join(dict.fromkeys(filter(None, (kept["note"], later["note"]))))
    for column in ("imputed", "recalled"):
        told = {key for key, value in later.items() if value}
        left = [key for key in kept[column].split(";") if key and key not in told]
        more = [key for key in later[column].split(";") if key]
        kept[column] = ";".join(dict.fromkeys([*left, *more]))
    return found
