"""The frame of every page: head, style, contents and sections, in one file that asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from remyelin.reports.markup import Markup, element, joined

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def _style() -> Markup:
    text = files("remyelin.reports").joinpath("report.css").read_text(encoding="utf-8")
    return Markup(f"<style>\n{text}</style>")


def _contents(sections: Sequence[tuple[str, str, Markup]]) -> Markup:
    items = joined(
        element("li", element("a", title, href=f"#{name}")) for name, title, _ in sections
    )
    return element("nav", element("ul", items), aria_label="Sections of this report")


def document(
    title: str, lead: Sequence[Markup], sections: Sequence[tuple[str, str, Markup]]
) -> str:
    """Give a whole page as HTML text, with style and figures inside.

    Parameters
    ----------
    title
        Heading and title of the page.
    lead
        What stands under the heading.
    sections
        Identifier, heading and content of each section.
    """
    body = [
        element("section", element("h2", heading), content, id_=name)
        for name, heading, content in sections
    ]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", f"{title} - remyelin"),
        _style(),
    )
    whole = element(
        "html",
        head,
        element(
            "body",
            element("header", element("h1", title), *lead),
            _contents(sections),
            element("main", *body),
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{whole}\n"
