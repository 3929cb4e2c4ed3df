"""The page of a multiverse: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.reports.multiverse_text import interval, per_cent, sentence, short
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    from remyelin.endpoints import Dataset
    from remyelin.multiverse import Decomposition, Multiverse
    from remyelin.multiverse.analysis import Answer

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE: Final = "figure img { max-width: 100%; background: #ffffff; }"


def page(data: Dataset, found: Multiverse, drawn: Mapping[str, bytes]) -> str:
    """Write the page.

    Parameters
    ----------
    data, found
        The data, and what all definitions answer.
    drawn
        Pictures by file name; those in SVG are put into the page.
    """
    parts = [
        element("h1", "Multiverse of definitions"),
        element("p", _about(data, found), class_="soft"),
        element("p", element("strong", OWN_DATA_DISCLAIMER), class_="notice", role="note"),
        *(
            element("p", f"{made.measure}: {sentence(made)}.", class_="score")
            for made in found.decompositions
        ),
    ]
    body = [element("header", *parts), element("main", joined(_sections(found, drawn)))]
    style = files("remyelin.reports").joinpath("report.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", "Multiverse of definitions - remyelin"),
        Markup(f"<style>\n{style}{_STYLE}</style>"),
    )
    whole = element("html", head, element("body", *body), lang="en")
    return f"<!DOCTYPE html>\n{whole}\n"


def _about(data: Dataset, found: Multiverse) -> str:
    words = (
        f"{data.history.n:,} patients, {data.n_visits:,} visits, {data.n_relapses:,} relapses; "
        f"Kaplan-Meier shares at month {found.month:g}."
    )
    if found.groups is not None:
        sizes = ", ".join(
            f"{name} ({int((found.groups.code == place).sum()):,})"
            for place, name in enumerate(found.groups.names)
        )
        words += f" Groups by {found.groups.column}: {sizes}; reference {found.groups.reference}."
        if found.groups.unknown:
            words += f" {found.groups.unknown:,} patients belong to none."
    return words


def _sections(found: Multiverse, drawn: Mapping[str, bytes]) -> Iterator[Markup]:
    if found.base is not None:
        for made in found.decompositions:
            yield element("h2", f"Which choice moves the {made.measure}")
            yield _effects(made)
        yield element("h2", f"The grid over {found.base.definition_id}")
        yield _figure(drawn, "grid.svg", "Specification curve; the table is grid.csv.")
        yield _choices(found)
        yield _refused(found.grid, "Combinations that are no definition or cannot be applied")
    if found.answers:
        yield element("h2", "Definitions, one by one")
        caption = "Share with the event by definition; the table follows."
        yield _figure(drawn, "definitions.svg", caption)
        yield _definitions(found)
        yield _refused(found.answers, "Definitions that cannot be applied to these data")


def _figure(drawn: Mapping[str, bytes], name: str, caption: str) -> Markup:
    if name not in drawn:
        return Markup("")
    data = base64.b64encode(drawn[name]).decode("ascii")
    image = Markup(f'<img alt="{caption}" src="data:image/svg+xml;base64,{data}">')
    return element("figure", image, element("figcaption", caption))


def _effects(made: Decomposition) -> Markup:
    share = not made.measure.startswith("log")
    word = per_cent if share else short
    rows: list[tuple[Content, ...]] = []
    for effect in made.effects:
        means = "; ".join(f"{name} {word(mean)}" for name, mean in effect.levels.items())
        alone = per_cent(effect.main) if effect.separable else "tied"
        rows.append((effect.choice, alone, per_cent(effect.total), word(effect.flip), means))
    if made.effects and made.variance > 0:
        rows.append(("interactions", per_cent(made.interactions), "", "", ""))
    unit = "per cent" if share else "log hazard ratio"
    note = element(
        "p",
        f"Over {made.cells:,} definitions ({made.missing:,} without an estimate): lowest "
        f"{word(made.low)}, median {word(made.median)}, highest {word(made.high)} ({unit}). "
        "Shares of the variance depend on the levels that were tried.",
        class_="soft",
    )
    if not rows:
        return note
    header = ("Choice", "Alone, %", "With others, %", "Change when flipped", "Means of the levels")
    return joined((note, table(made.measure, header, rows, numeric=frozenset({1, 2, 3}))))


def _choices(found: Multiverse) -> Markup:
    rows = [
        (
            choice.name,
            choice.label,
            "; ".join(level.name for level in choice.levels),
            f"{choice.source} ({choice.mark.value})",
        )
        for choice in found.choices
    ]
    return table("Choices of the grid", ("Choice", "What it settles", "Levels", "Source"), rows)


def _definitions(found: Multiverse) -> Markup:
    names = () if found.groups is None else found.groups.names[1:]
    rows: list[tuple[Content, ...]] = []
    for answer in found.answers:
        made, same = answer.estimate, answer.agreement
        if made is None or same is None:
            continue
        by_month = f"{per_cent(made.km_share)} {interval(made.low, made.high, share=True)}"
        ratios = [
            c.reason or f"{short(c.ratio)} {interval(c.low, c.high, share=False)}"
            for c in made.contrasts
        ]
        rows.append(
            (
                answer.definition.definition_id,
                answer.family.value,
                f"{made.assessable:,}",
                f"{made.events:,}",
                per_cent(made.share),
                by_month,
                short(same.kappa),
                short(same.overlap),
                answer.against,
                *ratios,
                answer.definition.citation,
            )
        )
    header = (
        "Definition",
        "Family",
        "Assessable",
        "Events",
        "Share, %",
        f"By month {found.month:g}, % [95 %]",
        "Kappa",
        "Overlap",
        "Compared with",
        *(f"Hazard ratio of {name} [95 %]" for name in names),
        "Citation",
    )
    numeric = frozenset({2, 3, 4, 5, 6, 7})
    return table("What each definition answers", header, rows, numeric=numeric)


def _refused(answers: Sequence[Answer], caption: str) -> Markup:
    reasons: dict[str, list[str]] = {}
    for answer in answers:
        if answer.not_applicable:
            names = reasons.setdefault(answer.not_applicable, [])
            names.append(answer.definition.definition_id)
    if not reasons:
        return Markup("")
    rows = [(reason, f"{len(names):,}", ", ".join(names)) for reason, names in reasons.items()]
    return table(caption, ("Reason", "How many", "Which"), rows, numeric=frozenset({1}))
