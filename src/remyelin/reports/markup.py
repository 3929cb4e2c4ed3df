"""HTML that escapes by default: plain text is escaped, only `Markup` passes as it is."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from remyelin.reports.wording import printable


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content: TypeAlias = "str | Markup"

_VOID = frozenset({"meta", "br", "hr"})


def escaped(content: Content) -> Markup:
    """HTML for a text; `Markup` is left alone."""
    if isinstance(content, Markup):
        return content
    return Markup(html.escape(printable(content), quote=True))


def joined(parts: Iterable[Content]) -> Markup:
    """Parts one after the other."""
    return Markup("".join(escaped(part) for part in parts))


def element(name: str, *children: Content, **attributes: str) -> Markup:
    """One element; an attribute's trailing underscore is dropped, inner ones become hyphens."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(printable(value), quote=True)}"'
        for key, value in attributes.items()
    )
    if name in _VOID:
        return Markup(f"<{name}{pairs}>")
    return Markup(f"<{name}{pairs}>{joined(children)}</{name}>")


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Content]],
    *,
    numeric: frozenset[int] = frozenset(),
    classes: Sequence[str] = (),
) -> Markup:
    """Table with a caption and scoped headers, in a frame that scrolls on narrow screens.

    Parameters
    ----------
    caption
        What the table shows.
    header
        One heading per column.
    rows
        Cells; the first one of a row is its heading.
    numeric
        Columns aligned as numbers, counted from 0.
    classes
        One class per row, for rows that need marking; shorter means none for the rest.
    """
    head = joined(
        element("th", cell, scope="col", **_align(place, numeric))
        for place, cell in enumerate(header)
    )
    body = []
    for place, row in enumerate(rows):
        cells = joined(
            element("td", cell, **_align(column, numeric))
            if column
            else element("th", cell, scope="row", **_align(column, numeric))
            for column, cell in enumerate(row)
        )
        name = classes[place] if place < len(classes) else ""
        body.append(element("tr", cells, class_=name) if name else element("tr", cells))
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", head)),
        element("tbody", joined(body)),
    )
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _align(column: int, numeric: frozenset[int]) -> dict[str, str]:
    return {"class_": "number"} if column in numeric else {}
