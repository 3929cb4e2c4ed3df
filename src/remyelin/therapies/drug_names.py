"""Names of drugs: what a person may call them, and which drug that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from remyelin.files import parse_csv
from remyelin.study.vocabulary import Mark


@dataclass(frozen=True)
class DrugName:
    """A name beside the one of the table of drugs.

    Attributes
    ----------
    name, agent
        The name, and the drug it stands for.
    kind
        Brand, biosimilar, generic, code, former or other name.
    regions
        Where it is used (EU, US, IN, CN, ...); empty: anywhere, or not told.
    form
        Route of the form that it stands for, ``oncology`` where its doses are those of another
        disease, ``any`` where it may be one of several; empty: the usual form.
    source, mark
        Where it was read and how well it is known.
    """

    name: str
    agent: str
    kind: str
    regions: str
    form: str
    source: str
    mark: Mark


def plain(name: str) -> str:
    """Bring a name on the form in which names are compared: small, without what is only style."""
    return "".join(letter for letter in name.lower() if letter not in _STYLE)


_STYLE = frozenset(" -_\u00ae\u2122")
"""Spaces, hyphens and signs of trade marks, which people leave out or put in."""


@cache
def drug_names() -> tuple[DrugName, ...]:
    """Give the names."""
    text = files("remyelin.therapies").joinpath("drug_names.csv").read_text(encoding="utf-8")
    return tuple(
        DrugName(
            name=row["name"],
            agent=row["agent"],
            kind=row["kind"],
            regions=row["regions"],
            form=row["form"],
            source=row["source"],
            mark=Mark(row["mark"]),
        )
        for row in parse_csv(text, where="drug_names.csv")
    )


@cache
def by_plain_name() -> dict[str, DrugName]:
    """Give the names by their form for comparison."""
    return {plain(one.name): one for one in drug_names()}
