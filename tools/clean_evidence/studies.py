"""Raw rows of studies to clean ones."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.clean_evidence import sources
from tools.clean_evidence.tabular import Cells, Log, Raw, number, read

RULES = Path(__file__).parent / "rules"
TUNED_BY_HAND = frozenset(
    [
        "affirm2006",
        "opera2017",
        "oratorio2017",
        "expand2018",
        "ascend2018",
        "caremsi2012",
        "caremsii2012",
        "prisms1998",
        "burt2021",
        "boffa2021",
        "sormani2017",
        "storek2008",
        "uccelli2021",
        "haltmsbvl",
        "lee2017",
        "rocca2007",
    ]
)
"""Studies that had already shaped the model by hand when the roles were written down."""

COLUMNS = [
    "study_id",
    "title",
    "first_author",
    "year",
    "journal",
    "doi",
    "pmid",
    "registry_id",
    "design",
    "blinding",
    "phenotype",
    "n_total",
    "followup_median_months",
    "role",
    "read",
    "note",
    "pmcid",
    "trial_id",
    "citation",
    "page",
    "setting",
    "countries",
    "phase",
    "risk_of_bias",
    "certainty",
]
_PHENOTYPES = {"RRMS", "SPMS", "PPMS", "PRMS", "CIS", "mixed", "MS"}
_OTHER_DISEASE = re.compile(
    r"NMOSD|neurological, mixed|14 diagnoses|^ALS$|cirrhosis|transverse|PMD|healthy|GvHD|not MS"
    r"|spinal cord injury$"
)
_LABORATORY = re.compile(r"in vitro|manufacture|standard")
_ANIMAL = re.compile(r"mouse|rat|horse|rabbit|dog|rhesus|EAE|animal|rodent|cuprizone")


def role(study_id: str) -> str:
    """Whether a study may tune the model, by the written rule."""
    even = zlib.crc32(study_id.encode()) % 2 == 0
    return "tune" if study_id in TUNED_BY_HAND or not even else "test"


def clean(rows: Sequence[Raw], curated: Mapping[str, Cells], log: Log) -> dict[str, Cells]:
    """Clean studies by name, in the order of the raw rows; later rows fill gaps of earlier ones."""
    studies: dict[str, Cells] = {}
    for raw in rows:
        study = _study(raw, log)
        kept = studies.setdefault(study["study_id"], study)
        if kept is not study:
            for key, value in study.items():
                if value and not kept[key]:
                    kept[key] = value
                    log.add(raw, key, "", value, "the study stands in two packs; gap filled")
    for row in read(RULES / "studies_added.csv"):
        studies[row["study_id"]] = {**dict.fromkeys(COLUMNS, ""), **row}
    for name, cells in curated.items():
        for key, value in cells.items():
            if value and studies[name][key] != value:
                first = next(raw for raw in rows if raw["study_id"] == name)
                log.add(first, key, studies[name][key], value, "the row read by hand holds")
                studies[name][key] = value
    for rule in read(RULES / "identifiers.csv"):
        study, key = studies[rule["study_id"]], rule["field"]
        first = next(raw for raw in rows if raw["study_id"] == rule["study_id"])
        log.add(first, key, study[key], rule["value"], rule["reason"])
        study[key] = rule["value"]
    trials = {row["study_id"]: row["trial_id"] for row in read(RULES / "trial_ids.csv")}
    for name, study in studies.items():
        study["role"] = role(name)
        study["trial_id"] = trials.get(name, name)
        study["citation"] = sources.citation(study)
        study["risk_of_bias"] = study["certainty"] = "not assessed"
    return studies


def _study(raw: Raw, log: Log) -> Cells:
    cells = raw.cells
    study = dict.fromkeys(COLUMNS, "")
    same = [
        "study_id",
        "first_author",
        "year",
        "journal",
        "doi",
        "pmid",
        "pmcid",
        "registry_id",
        "design",
        "read",
    ]
    study.update({key: cells[key] for key in (*same, "blinding", "countries", "phase")})
    study["title"] = cells["title_short"]
    study["note"] = cells["notes"]
    study["n_total"] = number(cells["n_total"])
    study["followup_median_months"] = number(cells["followup_median_months"])
    study["page"] = sources.page(cells["url"])
    log.add(raw, "page", cells["url"], study["page"], "address kept or masked by the rule")
    for key in ("doi", "pmcid"):
        study[key] = cells[key].split(" ")[0]
        log.add(raw, key, cells[key], study[key], "the identifier alone; the remark went to note")
        remark = cells[key][len(study[key]) :].strip()
        study["note"] = "; ".join(filter(None, (study["note"], remark.strip("()"))))
    for key, value in sources.own_identifiers(cells["url"], cells["title_short"]).items():
        if not study[key]:
            study[key] = value
            log.add(raw, key, "", value, "the identifier stands in the address of the page")
    study["phenotype"], study["setting"] = _who(cells["phenotype"])
    log.add(raw, "phenotype", cells["phenotype"], study["phenotype"], "words of the vocabulary")
    if study["setting"] != "ms":
        study["note"] = "; ".join(filter(None, (cells["phenotype"], study["note"])))
    return study


def _who(text: str) -> tuple[str, str]:
    parts = text.split("|")
    if set(parts) <= _PHENOTYPES or not text:
        return "+".join(part.lower() for part in parts), "ms"
    if _LABORATORY.search(text):
        return "", "laboratory"
    if _OTHER_DISEASE.search(text):
        return "", "other_disease"
    if _ANIMAL.search(text):
        return "", "animal"
    raise ValueError(f"no setting for {text!r}; add it to the rules")
