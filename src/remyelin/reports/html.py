"""The report of a run: one HTML file that needs nothing else and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from remyelin.reports import background, comparison, pictures, planned
from remyelin.reports.document import document
from remyelin.reports.markup import Markup, element
from remyelin.reports.scores import tally
from remyelin.reports.wording import DISCLAIMER, cautions, parameters_used

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun

TWIN_NOTICE = (
    "Twin run: the same virtual patients under every arm, with the same random numbers. "
    "Intervals show the spread between replicates of twins; they are not prediction intervals "
    "of a trial."
)


def _headline(result: ComparedRun) -> list[Markup]:
    settings = result.settings
    parts = [
        element(
            "p",
            f"Virtual trial of {settings.patients} patients, {settings.replicates} replicates, "
            f"seed {settings.seed}.",
            class_="soft",
        ),
        element("p", parameters_used(result), class_="soft"),
        element("p", element("strong", DISCLAIMER), class_="notice", role="note"),
        element("p", tally(result.predictions).sentence, class_="score"),
    ]
    parts += [element("p", caution, class_="soft") for caution in cautions(result)]
    if settings.twins:
        parts.insert(3, element("p", TWIN_NOTICE, class_="notice", role="note"))
    return parts


def render(result: ComparedRun, *, command: Sequence[str] = ()) -> str:
    """Report of a run as one HTML text.

    Parameters
    ----------
    result
        The run.
    command
        Words of the command that made the run; empty where it was made from Python.

    Returns
    -------
    str
        HTML with style and figures inside; every text that came from a file is escaped.
    """
    sections = [
        ("outcomes", "Predicted and observed", comparison.section(result)),
        ("curves", "Time to event by arm", pictures.survival_section(result)),
        ("edss", "EDSS by visit", pictures.edss_section(result)),
        ("design", "Study design and patients", planned.design_section(result)),
        ("parameters", "Parameters used", background.parameter_section(result)),
        ("made", "How this was made", background.record_section(result, command)),
    ]
    return document(result.study.title, _headline(result), sections)
