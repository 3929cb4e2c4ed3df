"""The library of definitions beside the oracle, course by course.

Run ``python -m validation.oracle.compare`` in the root of the repository; the result is written to
``validation/oracle/result.json``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from remyelin.endpoints import History, events
from remyelin.endpoints.recurrent import every_event
from remyelin.study.definitions import definitions
from validation.oracle.courses import Course, courses, tables
from validation.oracle.rules import CHANGES, RULES, every

RESULT = Path(__file__).with_name("result.json")
COURSES, SEED = 10_000, 2026
COMMAND = "python -m validation.oracle.compare"


def differences(made: Sequence[Course]) -> list[dict[str, Any]]:
    """Courses and definitions whose answers differ."""
    return compared(made)[0]


def compared(made: Sequence[Course]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Differences, and the events of each definition."""
    history, library = History.of(tables(list(made))), definitions()
    found: list[dict[str, Any]] = []
    happened: dict[str, int] = {}
    for name, rule in RULES.items():
        frame = events(history, library[name], library).frame
        columns = ("status", "time_days", "confirming_day", "reference_day")
        rows = zip(*(frame[column].tolist() for column in columns), strict=True)
        happened[name] = int(frame["event"].sum())
        for number, (one, row) in enumerate(zip(made, rows, strict=True)):
            wanted, given = rule(one), _given(name, row)
            expected = tuple(wanted) if name in CHANGES else (wanted.status, wanted.day)
            if given != expected:
                found.append({"definition": name, "course": number, "is": given, "due": expected})
    return found, happened


def differences_of_every_event(
    made: Sequence[Course],
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Courses and changes whose events in a row differ, and how many second events there were."""
    history, library = History.of(tables(list(made))), definitions()
    found: list[dict[str, Any]] = []
    further: dict[str, int] = {}
    for name, rule in CHANGES.items():
        frame = every_event(history, library[name], library).frame(history)
        rows: dict[int, list[tuple[float, ...]]] = {}
        columns = ("event_day", "confirming_day", "reference_day")
        days = zip(*(frame[column].tolist() for column in columns), strict=True)
        for number, row in zip(frame["subject_id"].tolist(), days, strict=True):
            rows.setdefault(number, []).append(row)
        further[name] = int((frame["number"] > 1).sum())
        for number, one in enumerate(made):
            due = [tuple(answer[1:]) for answer in every(rule, one)]
            given = rows.get(number, [])
            if given != due:
                found.append({"definition": name, "course": number, "is": given, "due": due})
    return found, further


def _given(name: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    status, *days = row
    if status != "event":
        days = [None, None, None]
    known = [None if day is None or math.isnan(day) else day for day in days]
    return (status, *known) if name in CHANGES else (status, known[0])


def main() -> None:
    """Compare, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--courses", type=int, default=COURSES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    made = courses(given.courses, given.seed)
    found, happened = compared(made)
    in_a_row, further = differences_of_every_event(made)
    for row in (*found[:20], *in_a_row[:20]):
        print(row)
    print(f"{given.courses:,} courses under {len(RULES)} definitions: {len(found)} differences")
    print(f"every event in a row under {len(CHANGES)} changes: {len(in_a_row)} differences")
    result = {
        "command": COMMAND,
        "courses": given.courses,
        "seed": given.seed,
        "definitions": len(RULES),
        "differences": len(found),
        "events": happened,
        "differences_of_every_event": len(in_a_row),
        "events_after_the_first": further,
    }
    if (given.courses, given.seed) == (COURSES, SEED):
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
