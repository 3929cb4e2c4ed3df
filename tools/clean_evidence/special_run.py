"""Re-create the special tables of the package and the log of changes from the raw copies.

Run from the checkout: `python -m tools.clean_evidence.special_run`.
"""

from __future__ import annotations

from pathlib import Path

from remyelin.study.table_schema import table_schema
from tools.clean_evidence import (
    special_course,
    special_disability,
    special_patients,
    special_policy,
    special_registry,
)
from tools.clean_evidence.special_core import (
    DATA,
    LOG_COLUMNS,
    RAW,
    Table,
    clean_text,
    csv_text,
    log_rows,
    read_table,
)

CLEANERS = {
    ("natural_history", "relapse_rate"): special_course.relapse_rate,
    ("natural_history", "edss_transitions"): special_disability.edss_transitions,
    ("natural_history", "milestones"): special_disability.milestones,
    ("natural_history", "mri"): special_course.mri,
    ("natural_history", "relapse_recovery"): special_course.relapse_recovery,
    ("natural_history", "progression"): special_disability.progression,
    ("natural_history", "dmt_effects"): special_course.dmt_effects,
    ("natural_history", "biomarkers"): special_patients.biomarkers,
    ("natural_history", "function_and_qol"): special_patients.function_and_qol,
    ("natural_history", "symptoms"): special_patients.symptoms,
    ("natural_history", "rehabilitation"): special_patients.rehabilitation,
    ("natural_history", "edss_distribution"): special_disability.edss_distribution,
    ("natural_history", "pdds_distribution"): special_disability.pdds_distribution,
    ("policy", "protocols"): special_policy.protocols,
    ("policy", "quality"): special_policy.quality,
    ("policy", "eligibility"): special_policy.eligibility,
    ("policy", "regulation"): special_registry.regulation,
    ("policy", "cost"): special_policy.cost,
    ("policy", "risk"): special_policy.risk,
    ("policy", "trials"): special_registry.trials,
    ("policy", "centres"): special_registry.centres,
}
"""What cleans each raw table, by pack and name; the log has their order."""

LOG = RAW / "changes_special.csv"


def cleaned(pack: str, name: str) -> Table:
    """One table, cleaned."""
    table = read_table(name, pack)
    CLEANERS[pack, name](table)
    return table


def texts() -> dict[Path, str]:
    """Text of every file that the cleaning writes."""
    files: dict[Path, str] = {}
    log: list[tuple[str, ...]] = []
    for pack, name in CLEANERS:
        table = cleaned(pack, name)
        files[DATA / f"{name}.csv"] = clean_text(table, table_schema(name).names)
        log += log_rows(table)
    files[LOG] = csv_text(LOG_COLUMNS, log)
    return files


def main() -> None:
    """Write every file."""
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
