"""What the faces of an analysis show: data, groups, figures and how they were made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remyelin.endpoints import Dataset
    from remyelin.endpoints.groups import Groups
    from remyelin.statistics.analysis import Analysis, Settings
    from remyelin.study.definition import OnSwitch

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, eq=False, kw_only=True)
class Contents:
    """An analysis with all that a reader must know of it.

    Attributes
    ----------
    data, groups, settings
        What was read, how patients are grouped, and how events became figures.
    analyses
        One per definition, in the order asked for.
    on_switch
        What a switch of treatment does under all definitions; None leaves it to each.
    study_id
        Name of the study, for ADTTE.
    sources
        Files that were read, by what they are.
    components
        Labels of definitions, for components of composites.
    command
        Words of the command; empty from Python.
    """

    data: Dataset
    groups: Groups
    settings: Settings
    analyses: tuple[Analysis, ...]
    on_switch: OnSwitch | None = None
    study_id: str = "STUDY"
    sources: tuple[tuple[str, str], ...] = ()
    components: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """Name of each definition as a part of a file name."""
        made: list[str] = []
        for one in self.analyses:
            stem = _UNSAFE.sub("_", one.definition.definition_id)[:60]
            count = sum(name == stem or name.startswith(f"{stem}-") for name in made)
            made.append(f"{stem}-{count + 1}" if count else stem)
        return tuple(made)

    @property
    def is_compared(self) -> bool:
        """Whether there are groups to compare."""
        return len(self.groups.names) > 1


def setting_rows(contents: Contents) -> list[tuple[str, str]]:
    """Give every setting with its value in words."""
    groups, settings, data = contents.groups, contents.settings, contents.data
    rows = list(contents.sources)
    rows.append(
        (
            "Data",
            f"{data.history.n:,} patients, {data.n_visits:,} visits, {data.n_relapses:,} relapses",
        )
    )
    if groups.column:
        rows.append(("Groups", f"column {groups.column}: {', '.join(groups.names)}"))
        how = "asked for" if groups.is_reference_asked else "the first name in order"
        rows.append(("Reference", f"{groups.names[0]} ({how})"))
    if groups.unknown:
        rows.append(("Group not known", f"{groups.unknown:,} patients, left out"))
    rows += [("Note", note) for note in groups.notes]
    months = ", ".join(f"{month:g}" for month in settings.months)
    late = f"; events up to {settings.window_days:g} days later count" * bool(settings.window_days)
    rows += [
        ("Months read", f"{months} (a month is 30.4375 days, to the nearest day{late})"),
        ("Confidence level", f"{100 * settings.level:g} %"),
        ("Patients without event", f"at risk until: {settings.censoring.value.replace('_', ' ')}"),
    ]
    if data.switched:
        what = "as each definition says" if contents.on_switch is None else contents.on_switch.value
        rows.append(("Switch of treatment", f"{data.switched:,} patients; {what}"))
    if data.problems:
        rows.append(("Problems in the data, settled", f"{len(data.problems):,}"))
    return rows


METHODS: tuple[tuple[str, str], ...] = (
    (
        "Who is analysed",
        "Patients with a known group in whom the event could have been found. Those without "
        "baseline or with too few visits are counted beside, never as free of the event.",
    ),
    (
        "Survival",
        "Kaplan-Meier with Greenwood's variance; intervals on the log-log scale (R survfit with "
        'conf.type = "log-log"; its default is "log"). Times that differ in the last bits are one '
        "time, as R's timefix has it. Numbers at risk are those just before the day.",
    ),
    (
        "Median survival time",
        "First day on which half or fewer are event-free; where the curve runs exactly at half, "
        "the middle of that stretch. Its interval are the days at which the intervals of the curve "
        "hold half. It counts patients without event; a median over those with the event does not.",
    ),
    (
        "Hazard ratio",
        "Cox model of two groups, ties by Efron, Wald interval; log-rank test. Each group is "
        "compared with the reference in the patients of these two. Nothing is adjusted, and "
        "proportional hazards are assumed, not tested. Without events on one side there is no "
        "estimate: the end of the profile likelihood interval is given.",
    ),
    (
        "Rates",
        "Relapses per patient-year: negative binomial regression on group with the log of the "
        "years as offset and one dispersion; Wald intervals by the expected information (R "
        "MASS::glm.nb). Counts that are not overdispersed give Poisson regression, which is said. "
        "Without events the exact Poisson end is given.",
    ),
)
"""What is worked out, and how."""


def package_version() -> str:
    """Version of this package; ``0+unknown`` where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("remyelin")
    except PackageNotFoundError:
        return "0+unknown"
