"""The vocabulary of the base: names of outcomes, subgroups and definitions with their meaning."""

from __future__ import annotations

from remyelin.study.definitions import definitions
from remyelin.study.outcome_names import OUTCOMES, SUBGROUPS
from remyelin.study.published_definitions import published_definitions


def words() -> list[dict[str, str]]:
    """Every name with its kind, unit and meaning."""
    found = [
        {"kind": "outcome", "name": row.name, "unit": row.unit, "meaning": row.meaning}
        for row in OUTCOMES.values()
    ]
    found += [
        {"kind": row.kind.value, "name": row.name, "unit": "", "meaning": row.meaning}
        for row in SUBGROUPS.values()
    ]
    labels = {name: row.label for name, row in definitions().items()}
    labels |= {name: row.label for name, row in published_definitions().items()}
    found += [
        {"kind": "definition", "name": name, "unit": "", "meaning": label}
        for name, label in labels.items()
    ]
    return found
