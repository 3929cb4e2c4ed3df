"""The grid over the choices of one definition: every combination of their levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Final

from remyelin.endpoints import VISIT_TOLERANCE_DAYS
from remyelin.errors import UnknownNameError, UsageError
from remyelin.files import listed, shown
from remyelin.multiverse.choices import Choice, Level
from remyelin.study.definition import Definition
from remyelin.study.definitions import definition_problems

MOST_CELLS: Final = 5_000
"""Largest grid; each cell is one reading of all patients."""

AS_IT_IS: Final = "as in the definition"
"""Level of a choice that the base definition settles otherwise than all levels."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A definition of the grid.

    Attributes
    ----------
    definition
        The base with all choices made; its name ends in the number of the cell.
    levels
        Level of each choice.
    problems
        Why the combination is no definition; empty where it is one.
    is_base
        Whether it is the base definition itself.
    """

    definition: Definition
    levels: Mapping[str, str]
    problems: tuple[str, ...] = ()
    is_base: bool = False


def chosen(
    base: Definition,
    known: Mapping[str, Choice],
    definitions: Mapping[str, Definition],
    *,
    asked: Sequence[str] = (),
    switched: bool = False,
) -> tuple[Choice, ...]:
    """Choices of a grid.

    Parameters
    ----------
    base
        The definition that is varied.
    known, definitions
        All choices, and the library from which levels copy.
    asked
        ``CHOICE`` or ``CHOICE=LEVEL,LEVEL``; none: all that apply, with all levels, and the one
        of the base itself where it is none of these.
    switched
        Whether the treatment of somebody was switched.

    Raises
    ------
    UsageError, UnknownNameError
        A choice or level is not known or does not apply, or the grid is too large.
    """
    if asked:
        picked = [_asked(words, base, known) for words in asked]
        names = [choice.name for choice in picked]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"--vary names {listed(twice)} twice; name each choice once")
    else:
        picked = [
            _with_base(choice, base, definitions)
            for choice in known.values()
            if choice.applies(base) and (switched or not choice.needs_switch)
        ]
    if not picked:
        raise UsageError(
            f"no choice applies to {base.definition_id}, of kind {base.kind}\nVary another "
            "definition."
        )
    cells = prod(len(choice.levels) for choice in picked)
    if cells > MOST_CELLS:
        raise UsageError(
            f"the grid has {cells:,} definitions; allowed are {MOST_CELLS:,}\nName fewer choices "
            "or levels with --vary CHOICE=LEVEL,LEVEL."
        )
    return tuple(picked)


def _asked(words: str, base: Definition, known: Mapping[str, Choice]) -> Choice:
    name, joint, rest = (part.strip() for part in words.partition("="))
    if name not in known:
        raise UnknownNameError("choice", name, tuple(known), "Named by --vary.")
    choice = known[name]
    if not choice.applies(base):
        fits = [other.name for other in known.values() if other.applies(base)]
        raise UsageError(
            f"--vary {shown(name)} does not apply to {base.definition_id}; these do: "
            f"{listed(fits) or 'none'}"
        )
    if not joint:
        return choice
    return replace(choice, levels=_levels(choice, rest))


def _levels(choice: Choice, given: str) -> tuple[Level, ...]:
    """Levels named in a text; names hold commas themselves, so the longest that fits is taken."""
    left, found = given.strip(), []
    names = sorted((level.name for level in choice.levels), key=len, reverse=True)
    by_name = {level.name: level for level in choice.levels}
    while left:
        fits = [name for name in names if left == name or left.startswith(f"{name},")]
        if not fits:
            raise UsageError(
                f"--vary {choice.name}: no level {shown(left)}; there are: {'; '.join(by_name)}"
            )
        found.append(by_name[fits[0]])
        left = left[len(fits[0]) + 1 :].strip()
    if not found or len(set(map(id, found))) < len(found):
        raise UsageError(f"--vary {choice.name}: name each of its levels once at most, and one")
    return tuple(found)


def _with_base(choice: Choice, base: Definition, definitions: Mapping[str, Definition]) -> Choice:
    if any(settled(base, level, definitions) == base for level in choice.levels):
        return choice
    return replace(choice, levels=(Level(name=AS_IT_IS, set={}), *choice.levels))


def settled(
    definition: Definition, level: Level, definitions: Mapping[str, Definition]
) -> Definition:
    """Give a definition with one choice made."""
    made = dict(level.set)
    if level.like:
        other = definitions[level.like]
        made |= {name: getattr(other, name) for name in level.fields}
    if "steps" in made:
        made["relative_change"] = None
    if level.component:
        made["components"] = _put(definition, definitions[level.component], definitions)
    if made.get("tolerance_days") == VISIT_TOLERANCE_DAYS and definition.tolerance_days is None:
        made["tolerance_days"] = None  # the convention, which the definition leaves unsaid
    return replace(definition, **made)


def _put(
    definition: Definition, new: Definition, definitions: Mapping[str, Definition]
) -> tuple[str, ...]:
    return tuple(
        new.definition_id if definitions[name].kind is new.kind else name
        for name in definition.components
    )


def variants(
    base: Definition, picked: Sequence[Choice], definitions: Mapping[str, Definition]
) -> Iterator[Variant]:
    """Every combination of the levels, in the order of the choices."""
    for number, levels in enumerate(product(*(choice.levels for choice in picked)), start=1):
        made = base
        for level in levels:
            made = settled(made, level, definitions)
        names = {choice.name: level.name for choice, level in zip(picked, levels, strict=True)}
        words = ", ".join(f"{choice} {level}" for choice, level in names.items())
        same = made == base
        made = replace(
            made, definition_id=f"{base.definition_id}_{number}", label=f"{base.label}: {words}"
        )
        yield Variant(
            definition=made,
            levels=names,
            problems=tuple(definition_problems(made)),
            is_base=same,
        )
