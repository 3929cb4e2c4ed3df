"""Renews the figures of docs/calibration.md from the report of the calibration."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from remyelin.calibration.record import packaged_report

PAGE: Final = Path(__file__).parents[1] / "docs" / "calibration.md"
BEGIN: Final = "<!-- CALIBRATION: BEGIN (from report.json by `make calibration-page`) -->"
END: Final = "<!-- CALIBRATION: END -->"
_MOVED: Final = 0.8
_MOST: Final = 15


def text(report: Mapping[str, Any]) -> str:
    """Give the part of the page that is made from a report."""
    return "\n\n".join(_sections(report)) + "\n"


def _sections(report: Mapping[str, Any]) -> Iterator[str]:
    settings, emulators = report["settings"], report["emulators"]
    digests = report["digests"]
    yield (
        f"`{report['command']}` with {settings['prior']} runs over the prior and "
        f"{settings['second']} at the first posterior, {settings['moves']} moves a chain: "
        f"{report['targets']} figures, {report['draws']} draws. "
        f"Table {digests['table']}, roles {digests['roles']}."
    )
    yield "## Gates"
    yield _table(
        ("gate", "value", "bounds", "holds"),
        [
            (
                gate["name"],
                gate["value"],
                f"{_end(gate['low'])} to {_end(gate['high'])}",
                "yes" if gate["holds"] else "**no**",
            )
            for gate in report["gates"]
        ],
    )
    yield (
        f"Emulators explain a median of {_median(emulators['r2']):.2f} of the variance between "
        f"runs, left one out; on {emulators['out_of_sample_runs']} runs that they were not trained "
        f"on, the error is {emulators['error_ratio']:.2f} of what leave-one-out says and the mean "
        f"error {emulators['bias_ratio']:.2f} of it."
    )
    yield "## Every tune figure from a fit without its study"
    yield _table(
        ("figures", "number", "cohorts", "in 90 %", "in 50 %", "median width on the scale"),
        [
            (name, int(c["figures"]), int(c["cohorts"]), c["in_90"], c["in_50"], c["width"])
            for name, c in report["coverage"].items()
        ],
    )
    yield from _rival(report["scores"])
    yield "## Targets that no draw meets"
    yield _unmet(report["unmet"])
    yield "## What was learnt of the coordinates"
    yield _learnt(report["coordinates"])
    if report["left_out"]:
        yield "## Figures that are left out"
        yield _table(("figure", "why"), [(f"`{key}`", why) for key, why in report["left_out"]])


def _rival(scores: Mapping[str, Any]) -> Iterator[str]:
    if "all" not in scores:
        return
    every = scores["all"]
    yield (
        f"Beside the random-effects mean of other tune cohorts (DerSimonian-Laird), on the "
        f"{every['figures']:.0f} figures that have such a rival: ratio of interval scores "
        f"{every['ratio']:.2f} (90 % interval over resampled cohorts {every['low']:.2f} to "
        f"{every['high']:.2f}; below 1 the model is better). The rival's 90 % intervals hold "
        f"{every['rival_in_90']:.2f}."
    )
    yield _table(
        ("scale", "figures", "score", "rival's score", "width", "rival's width"),
        [
            (name, int(c["figures"]), c["model"], c["rival"], c["width"], c["rival_width"])
            for name, c in scores.items()
            if name != "all"
        ],
    )


def _unmet(rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return "None lies more than 3 errors (sampling, emulator, spread between studies) away."
    return _table(
        ("figure", "distance in errors"), [(f"`{key}`", distance) for key, distance in rows]
    )


def _learnt(rows: Sequence[Mapping[str, Any]]) -> str:
    narrow = sorted((row for row in rows if row["sd"] < _MOVED), key=lambda row: row["sd"])
    shown = narrow[:_MOST]
    lead = (
        f"Of {len(rows)} coordinates {len(narrow)} have an SD below {_MOVED} of their prior's; the "
        f"others keep their prior. Mean and SD in units of the prior (0 and 1 before):"
    )
    cells = [(f"`{row['coordinate']}`", row["mean"], row["sd"]) for row in shown]
    return lead + "\n\n" + _table(("coordinate", "mean", "SD"), cells)


def _end(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += [
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines)


def renewed(page: str, report: Mapping[str, Any]) -> str:
    """Give a page with its part made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text(report)}{END}{after}"


def main() -> int:
    """Renew the page."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), packaged_report()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
