"""Write the published protocols of the evidence base as protocol files.

``python tools/protocol_files.py FOLDER`` writes one file for each protocol of ``protocols.csv``.
Figures, sources and marks are those of the base; what kind a step is, which steps stand for several
agents, and why a protocol does not act is told here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from remyelin.files import read_csv

TABLE = Path("src/remyelin/evidence/data/protocols.csv")

KINDS = {
    "mobilisation": "mobilisation",
    "monitoring": "monitoring",
    "collection": "collection",
    "rescue": "rescue",
    "flare_prevention": "prophylaxis",
    "conditioning": "conditioning",
    "serotherapy": "serotherapy",
    "premedication": "premedication",
    "infusion": "infusion",
    "support": "support",
    "engraftment_syndrome_prevention": "prophylaxis",
    "graft": "processing",
    "interval": "remark",
    "follow_up": "monitoring",
    "steroid": "prophylaxis",
    "note": "remark",
    "uroprotection": "support",
    "prophylaxis": "prophylaxis",
    "outcome": "remark",
    "hold": "processing",
    "freeze": "processing",
    "thaw": "processing",
    "manufacture": "processing",
    "formulation": "processing",
    "infusion phase I": "infusion",
    "infusion phase II": "infusion",
    "expanded access": "infusion",
    "immunosuppression": "immunosuppression",
}
CLASSES = {"AHSCT": "ahsct", "MSC": "msc", "MSC-NP": "nsc", "NSC": "nsc"}
UNITS = {
    "mcg/kg/day": "ug/kg/d",
    "mcg/kg": "ug/kg",
    "mcg/kg twice daily": "ug/kg twice daily",
    "mg/kg/day": "mg/kg/d",
    "mg/m2/day": "mg/m2/d",
    "mg/day": "mg/d",
    "cells/ul": "cells/uL",
    "CD34 cells/ul": "CD34 cells/uL",
    "1e6 cells/ml": "1e6 cells/mL",
    "1e6 cells/day": "1e6 cells/d",
    "days": "d",
    "percent": "%",
    "visits over 60 months": "visits",
    "day ANC >0.5 median": "d",
}
AGENTS = {"carmustine (BCNU)": "carmustine", "TBI": "total body irradiation"}
ACTS_AS = {
    "cyatg": "ahsct_cy200_ratg6",
    "beam_atg": "ahsct_beam_ratg",
    "halt_ms": "ahsct_halt_ms",
    "bucy": "ahsct_bu_cy_ratg",
    "cyrtx_mex": "ahsct_cy_rituximab",
    "cy_alem": "ahsct_cy_alemtuzumab",
    "melphalan": "ahsct_melphalan200",
    "msc_iv": "msc_iv_mesems",
    "msc_it_had": "msc_it_petrou",
    "admsc": "admsc_iv_low",
    "ucmsc_panama": "ucmsc_iv_riordan",
    "mscnp": "mscnp_it_harris",
    "nsc_it": "nsc_it_5_7",
    "nsc_icv": "nsc_icv_24",
}
WHY = {
    "mob": "mobilisation alone; it acts as a part of a transplantation",
    "cryo": "a way of keeping grafts, not a treatment",
    "ahsct": "the published steps; a regimen acts through a protocol whose kill of cells is set",
    "cells": "the published steps; cells act through a protocol that names its product",
}
SPREAD = {36: 4}
"""Days over which a dose without days is given, as its note tells, by row."""

TOTALS = {32, 33, 36, 43}
PER_DAY = {14}
"""Rows whose dose over several days is the sum of all days, and those of each day.

Busulfan 9.6 mg/kg (four times 2.4), cyclophosphamide 200 mg/kg (four times 50), busulfan 16 mg/kg
(16 doses of 1); rabbit ATG 0.5, then 1 mg/kg on each day.
"""

REPEATS = {71: (91, 3), 72: (61, 6), 73: (91, None)}
"""Interval in days and number of repeated steps, as their notes tell, by row."""


def _number(text: str) -> float | None:
    return float(text) if text else None


def _routes(text: str, kind: str) -> dict[str, Any]:
    names = text.replace(" or ", "/").split("/") if text else []
    if not names and kind in ("monitoring", "collection", "processing", "remark"):
        return {}
    found: dict[str, Any] = {"route": names[0] if names else "not stated"}
    if len(names) > 1:
        found["more_routes"] = names[1:]
    return found


def _days(row: dict[str, str], shift: int) -> dict[str, Any]:
    if not row["day_from"]:
        return {}
    first = int(row["day_from"])
    found = {"day": first + shift}
    if row["day_to"] and int(row["day_to"]) > first:
        found["lasts_days"] = int(row["day_to"]) - first + 1
    return found


def _repeats(number: int, step: dict[str, Any]) -> dict[str, Any]:
    """Give what is told by row: days of a dose, what it stands for, and how it is repeated."""
    found: dict[str, Any] = {}
    if number in SPREAD:
        found["lasts_days"] = SPREAD[number]
    if number in TOTALS | PER_DAY:
        found["dose_is"] = "total" if number in TOTALS else "per_day"
    if number in REPEATS:
        found["every_days"], times = REPEATS[number]
        if "day" not in step:
            found["day"] = 0
        if times:
            found["times"] = times
    return found


def _step(row: dict[str, str], shift: int) -> dict[str, Any]:
    number, kind = int(row["row_id"]), KINDS[row["step"]]
    low, high = _number(row["amount_low"]), _number(row["amount_high"])
    step: dict[str, Any] = {"kind": kind, "agent": AGENTS.get(row["agent"], row["agent"])}
    if low is not None:
        step["dose"] = low
    if high is not None and high != low:
        step["dose_high"] = high
    if row["amount_text"]:
        step["dose_text"] = row["amount_text"]
    elif low is not None and high is None:
        step["dose_text"] = f"{low:g} or more"
    if row["amount_unit"]:
        step["unit"] = UNITS.get(row["amount_unit"], row["amount_unit"])
    step |= _routes(row["route"], kind) | _days(row, shift)
    if row["agent"] == "total body irradiation" or row["agent"] == "TBI":
        step["route"] = "radiation"
    step |= _repeats(number, step)
    if row["day_text"]:
        step["condition"] = row["day_text"]
    if row["step"] == "rescue":
        step["condition"] = "CD34 < 20/uL"
    page = row["page"].removeprefix("secondary source: ").removeprefix("secondary source")
    step["source"] = row["source"] + (f", {page}" if page.startswith("http") else "")
    step["mark"], step["evidence_row"] = row["mark"], number
    note = "; ".join(text for text in (row["note"], row["issue"]) if text)
    if row["step"] not in KINDS.values():
        note = f"{row['step'].replace('_', ' ')}: {note}" if note else row["step"].replace("_", " ")
    if note:
        step["note"] = note
    return step


def _gaps(rows: list[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        kind = KINDS[row["step"]]
        if kind in ("remark", "monitoring", "processing", "collection"):
            continue
        lacks = [
            word
            for word, there in (
                ("dose", row["amount_low"] or row["amount_high"]),
                ("day", row["day_from"] or row["day_text"] or kind == "rescue"),
                ("route", row["route"]),
            )
            if not there
        ]
        if lacks:
            yield f"{row['agent']} ({row['step'].replace('_', ' ')}): {', '.join(lacks)} not stated"
    marks = {row["mark"] for row in rows}
    if "recalled" in marks and len(marks) > 1:
        yield "some steps are recalled, see their marks"


def protocol(name: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    """Give a protocol file as plain data."""
    first = rows[0]
    days = [int(row["day_from"]) for row in rows if row["day_from"]]
    shift = max(0, -min(days, default=0))
    kind = CLASSES[first["therapy"]]
    stem = name.split("_", maxsplit=1)[0]
    why = WHY["cells"] if kind != "ahsct" else WHY.get(stem, WHY["ahsct"])
    marks = [row["mark"] for row in rows]
    data: dict[str, Any] = {
        "protocol_id": name.lower(),
        "label": f"{first['protocol_name']} (as published)",
        "treatment_class": kind,
        "published_as": name,
        "acts": False,
        "acts_not_because": why,
    }
    if name in ACTS_AS:
        data["acts_as"] = ACTS_AS[name]
    if first["intensity"]:
        data["intensity"] = first["intensity_note"] or first["intensity"].replace("_", " ")
    if first["graft"]:
        data["graft"] = first["graft"]
    if shift:
        data["day_zero"] = shift
    data["steps"] = [_step(row, shift) for row in rows]
    data["citation"] = "; ".join(dict.fromkeys(row["source"] for row in rows))
    data["mark"] = "seen" if "seen" in marks else "recalled"
    gaps = list(dict.fromkeys(_gaps(rows)))
    if gaps:
        data["gaps"] = gaps
    return data


def main(folder: Path) -> None:
    """Write the files."""
    table = sorted(read_csv(TABLE), key=lambda row: int(row["row_id"]))
    for name, group in groupby(table, key=lambda row: row["protocol_id"]):
        data = protocol(name, list(group))
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
        head = "# Made by `python tools/protocol_files.py` from the evidence base.\n"
        (folder / f"{data['protocol_id']}.yaml").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
