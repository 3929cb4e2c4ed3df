"""The report of a run: one HTML file that needs nothing else and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from remyelin.reports import background, comparison, pictures, planned
from remyelin.reports.markup import Markup, element, joined
from remyelin.reports.scores import tally
from remyelin.reports.wording import DISCLAIMER, cautions, parameters_used

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun

TWIN_NOTICE = (
    "Twin run: the same virtual patients under every arm, with the same random numbers. "
    "Intervals show the spread between replicates of twins; they are not prediction intervals "
    "of a trial."
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def _style() -> Markup:
    text = files("remyelin.reports").joinpath("report.css").read_text(encoding="utf-8")
    return Markup(f"<style>\n{text}</style>")


def _headline(result: ComparedRun) -> Markup:
    settings = result.settings
    parts = [
        element("h1", result.study.title),
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
        parts.insert(4, element("p", TWIN_NOTICE, class_="notice", role="note"))
    return element("header", *parts)


def _contents(sections: Sequence[tuple[str, str, Markup]]) -> Markup:
    items = joined(
        element("li", element("a", title, href=f"#{name}")) for name, title, _ in sections
    )
    return element("nav", element("ul", items), aria_label="Sections of this report")


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
    body = [
        element("section", element("h2", title), content, id_=name)
        for name, title, content in sections
    ]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", f"{result.study.title} - remyelin"),
        _style(),
    )
    whole = element(
        "html",
        head,
        element("body", _headline(result), _contents(sections), element("main", *body)),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{whole}\n"
