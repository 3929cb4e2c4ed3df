"""The page of the scoreboard: Markdown made from results alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from remyelin.credibility.summary import Share, summarise_rows
from remyelin.reports.wording import DISCLAIMER
from remyelin.statistics.scoring import Verdict
from remyelin.study.vocabulary import Mark, Role

if TYPE_CHECKING:
    from remyelin.credibility.results import GroupResult
    from remyelin.credibility.rows import Row

IMAGES = "img"
"""Folder of the pictures, beside the page."""

_INTRO = """\
# Scoreboard

Predictions beside what was published, with nothing chosen after the fact. This page is made from \
the tables in `src/remyelin/credibility/results/` by `remyelin scoreboard --publish`; it is not \
written by hand.

## How it is scored

- **In**: the published figure lies in the 5 to 95 % prediction interval at the study's own size. \
The widths stand beside every share, so that widening does not pay.
- **Studies** run at their published number of patients; the interval is over replicates.
- **Special targets** pool one quantity in one era over cohorts (random effects, DerSimonian and \
Laird, on the log scale for rates, counts and times, on the logit scale for proportions). Papers \
on one cohort are averaged first. They are read from cohorts that are run at a size of their own: \
on the scale, the variance of the prediction is s²·v/n + s²/R for R replicates of v virtual \
patients (or relapses, or events) with variance s² between them, and n published ones. The \
second term is the Monte Carlo error, so that a large cohort may be run with fewer.
- **Between studies**: cohorts differ more than chance allows, and the model is one cohort. The \
between-study variance of a target is added to the interval. A target with a single cohort \
borrows the median of the others on its scale (signed changes, ages and factors borrow nothing). \
*Strict* counts leave it out.
- **Within a factor of 2**: a ratio of at most 2 for rates, counts, times and levels; an odds \
ratio of at most 3 for proportions; 2 combined standard errors for signed changes.
- **Votes**: a cohort has one vote on a quantity, shared by its figures; figures of one cohort \
count once.
- **Roles**: `tune` figures come from studies that shaped the model, or shaped a parameter; \
they are *in-sample* and prove nothing. Others are `test`. Roles follow a written rule.
- No number and no interval published: not scorable, and counted.
"""


@dataclass(frozen=True, kw_only=True)
class PageState:
    """Digests of parameter table and code on the day the page was written."""

    parameters: str
    code: str


def page(results: Sequence[GroupResult], state: PageState) -> str:
    """Write the page.

    Parameters
    ----------
    results
        Groups in the order of the page.
    state
        The parameter table with which results are compared: others are marked stale.
    """
    parts = [_INTRO, "## Summary\n", _overview(results, state)]
    for result in results:
        parts += [f"## {result.title}\n", *_group(result, state)]
    parts.append(f"{DISCLAIMER}\n")
    return "\n".join(parts)


def _overview(results: Sequence[GroupResult], state: PageState) -> str:
    lines = [
        "| group | test rows in | by votes | tune rows in (in-sample) | off by more than a factor "
        "of 2 | not scorable | median width | state |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        found = summarise_rows(result.rows)
        rest = found.not_scorable + found.not_estimable
        lines.append(
            f"| [{result.group}](#{_anchor(result.title)}) | {_counted(found.test)} | "
            f"{_votes(found.test)} | {_counted(found.tune)} | {found.beyond[0]} of "
            f"{found.beyond[1]} | {rest} | {_widths(found.widths)} | {_state(result, state)} |"
        )
    return "\n".join(lines) + "\n"


def summary_line(result: GroupResult) -> str:
    """Give a group in one sentence for people."""
    found = summarise_rows(result.rows)
    parts = [
        f"test rows in: {_counted(found.test)} (by votes {_votes(found.test)})",
        f"tune rows in, in-sample: {_counted(found.tune)}",
        f"off by more than a factor of 2: {found.beyond[0]} of {found.beyond[1]}",
        f"not scorable: {found.not_scorable + found.not_estimable}",
        f"median width: {_widths(found.widths)}",
    ]
    return f"{result.group}: " + "; ".join(parts)


def _counted(share: Share) -> str:
    if not share.scored:
        return "none"
    rate = share.inside / share.scored
    return f"{share.inside} of {share.scored} ({rate:.0%}; strict {share.strict})"


def _votes(share: Share) -> str:
    return "-" if share.votes is None else f"{share.votes:.0%}"


def _widths(widths: dict[str, float]) -> str:
    words = {"ratio": "ratio ×{:.2f}", "proportion": "proportion {:.3f}", "change": "change {:.2g}"}
    return ", ".join(words[scale].format(width) for scale, width in widths.items()) or "-"


def _state(result: GroupResult, state: PageState) -> str:
    if result.parameters != state.parameters:
        return "**stale**: other parameters"
    return "current" if result.code == state.code else "current parameters, other code"


def _anchor(title: str) -> str:
    kept = "".join(char for char in title.lower() if char.isalnum() or char in " -")
    return kept.replace(" ", "-")


def _group(result: GroupResult, state: PageState) -> Iterator[str]:
    yield f"{result.summary}\n"
    if result.parameters != state.parameters:
        yield (
            f"> **Stale.** Made with the parameter table `{result.parameters}`; when this page "
            f"was written it was `{state.parameters}`. Run the group again.\n"
        )
    yield (
        f"Made by `{result.command}`; version {result.version}, parameters `{result.parameters}`, "
        f"code `{result.code}`, seed {result.seed}.\n"
    )
    yield from _images(result)
    found = summarise_rows(result.rows)
    if found.worst:
        if found.unclean:
            yield f"{found.unclean} test rows share patients with a tuned study: no clean test.\n"
        yield "**Farthest off**, one for each quantity and run:\n"
        yield from _worst(found.worst)
    if result.not_run:
        yield "**Cannot be run yet:**\n"
        yield "\n".join(f"- {name}: {why}" for name, why in result.not_run.items()) + "\n"
    yield "**All rows.** In the picture, filled marks are test rows and open ones in-sample.\n"
    for role, heading in ((Role.TEST, "Test rows"), (Role.TUNE, "Tune rows, in-sample")):
        rows = [row for row in result.rows if row.role is role]
        if rows:
            yield f"<details><summary>{heading} ({len(rows)})</summary>\n"
            yield from _table(rows)
            yield "</details>\n"
    if result.left_out:
        yield "**Left out:**\n"
        yield "\n".join(f"- {text}" for text in result.left_out) + "\n"


def _images(result: GroupResult) -> Iterator[str]:
    from remyelin.reports.scoreboard_pictures import names

    for name in names(result):
        yield f"![{result.title}: predicted against published]({IMAGES}/{name})\n"


def _worst(rows: Sequence[Row]) -> Iterator[str]:
    lines = ["| figure | role | published | predicted | off by |", "|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            f"| {_cell(row.title)} ({row.run}) | {_role(row)} | {_number(row.observed)} | "
            f"{_interval(row)} | {_off(row)} |"
        )
    yield "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    lines = [
        "| figure | era | run | published | n | predicted (5 to 95 %) | verdict | z | off by | "
        "vote | source |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        unit = f", {row.unit}" if row.unit else ""
        z = "" if row.z is None else f"{row.z:.1f}"
        n = "?" if row.observed_n is None else f"{row.observed_n:,}"
        mark = "" if row.mark is Mark.SEEN else f" ({row.mark.value})"
        lines.append(
            f"| {_cell(row.title + unit)} | {row.era} | {row.run} | {_published(row)} | {n} | "
            f"{_interval(row)} | {_verdict(row)} | {z} | {_off(row)} | {row.weight:.2g} | "
            f"{_cell(row.source)}{mark} |"
        )
    yield "\n".join(lines) + "\n"
    notes = dict.fromkeys((row.title, row.note) for row in rows if row.origin == "target")
    told: dict[str, list[str]] = {}
    for title, note in notes:
        if note:
            told.setdefault(note, []).append(title)
    if told:
        yield "\n".join(f"- {_first(titles)}: {note}" for note, titles in told.items()) + "\n"


def _first(titles: Sequence[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{titles[0]} and {len(titles) - 1} more"


def _role(row: Row) -> str:
    if row.role is Role.TUNE:
        return "tune, in-sample"
    return "test, shares patients with a tuned study" if row.overlaps_tune else "test"


def _published(row: Row) -> str:
    text = _number(row.observed)
    if row.observed_low is not None and row.observed_high is not None:
        text += f" ({_number(row.observed_low)} to {_number(row.observed_high)})"
    if row.studies > 1:
        text += f", {row.studies} cohorts"
    return text


def _interval(row: Row) -> str:
    return f"{_number(row.median)} ({_number(row.low)} to {_number(row.high)})"


_WORDS = {
    Verdict.IN: "in",
    Verdict.OUT: "out",
    Verdict.NOT_SCORABLE: "not scorable",
    Verdict.NOT_ESTIMABLE: "not estimable",
    Verdict.NOT_PUBLISHED: "not published",
}


def _verdict(row: Row) -> str:
    text = _WORDS[row.verdict]
    if row.verdict is Verdict.IN and row.strict_verdict is Verdict.OUT:
        text += " (strict: out)"
    return text


def _off(row: Row) -> str:
    if row.off is None:
        return "?"
    words = {"ratio": "×{:.2f}", "proportion": "OR {:.2f}", "change": "{:.1f} SE"}
    text = words[row.scale.value].format(row.off) if math.isfinite(row.off) else "without limit"
    return text if row.within_factor_2 else f"**{text}**"


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.3g}" if math.isfinite(value) else "∞"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")
