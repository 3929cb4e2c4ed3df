"""Texts of a certificate: one spelling for case and white space, and the closed phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from remyelin.files import parse_yaml
from remyelin.study.fields import Frozen
from remyelin.therapies.release_tests.verdict import Verdict

_WHERE = "phrases.yaml"
_SLOT = re.compile(r"\\\{(\w+)\\\}")
_DIGITS = "[0-9]{1,3}"


def normal(text: str) -> str:
    """Bring a text to one spelling: small letters, single blanks, none at the ends."""
    return " ".join(text.casefold().split())


class ResultKind(StrEnum):
    """What a result says."""

    GROWTH = "growth"
    """Growth or none."""
    DETECTION = "detection"
    """Something unwanted, found or not."""
    KARYOTYPE = "karyotype"
    PROPERTY = "property"
    """Something wanted, shown or not."""
    NUMBER = "number"


class Phrases(Frozen):
    """Whole phrases of one kind of result."""

    accepted: tuple[str, ...]
    failing: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What a phrase says: its verdict, and its numbers (``days``, ``day``, ``metaphases``)."""

    verdict: Verdict
    numbers: Mapping[str, int]


@cache
def phrases() -> Mapping[ResultKind, Phrases]:
    """Give the phrases that are read, by kind of result."""
    text = files("remyelin.therapies.release_tests").joinpath(_WHERE).read_text(encoding="utf-8")
    adapter = TypeAdapter(dict[ResultKind, Phrases])
    return adapter.validate_python(parse_yaml(text, where=_WHERE))


@cache
def _patterns(kind: ResultKind) -> tuple[tuple[re.Pattern[str], Verdict], ...]:
    known = phrases()[kind]
    pairs = [(text, Verdict.PASS) for text in known.accepted]
    pairs += [(text, Verdict.FAIL) for text in known.failing]
    return tuple((re.compile(_whole(text)), verdict) for text, verdict in pairs)


def _whole(phrase: str) -> str:
    return _SLOT.sub(rf"(?P<\1>{_DIGITS})", re.escape(normal(phrase)))


def read_phrase(text: str, kind: ResultKind) -> Said | None:
    """Read a result in words; None where it is no phrase of the closed list.

    Parameters
    ----------
    text
        The words; case and white space do not matter, everything else does.
    kind
        What the test is about.
    """
    given = normal(text)
    for pattern, verdict in _patterns(kind):
        match = pattern.fullmatch(given)
        if match:
            return Said(verdict, {name: int(text) for name, text in match.groupdict().items()})
    return None
