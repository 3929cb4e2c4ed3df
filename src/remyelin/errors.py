"""The exception family: every error that a person may meet.

A message says what was wrong, what was given, what is allowed and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

MOST_LISTED = 1_000
"""Problems that a message lists; further ones are counted."""


class ExitCode(IntEnum):
    """Exit status of the command line."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    INTERRUPTED = 130


class RemyelinError(Exception):
    """Base of all errors raised on purpose.

    Attributes
    ----------
    exit_code
        Status with which the command line ends when the error reaches it.
    """

    exit_code: ExitCode = ExitCode.FAILURE


class UsageError(RemyelinError):
    """The caller asked for something that is not allowed or does not exist."""

    exit_code = ExitCode.USAGE


class InputError(UsageError):
    """A file, table or value handed in is malformed; lists every problem found.

    Parameters
    ----------
    where
        The file or object that was read.
    problems
        One sentence per problem, each naming the place (key, row, column).
    advice
        What to do next.
    """

    def __init__(self, where: str, problems: Sequence[str], advice: str = "") -> None:
        self.where = where
        self.problems = tuple(problems)
        self.advice = advice
        super().__init__(self._message())

    def __reduce__(self) -> tuple[type[InputError], tuple[str, tuple[str, ...], str]]:
        """Survive the way from a worker process."""
        return type(self), (self.where, self.problems, self.advice)

    def _message(self) -> str:
        if len(self.problems) == 1:
            text = f"{self.where}: {self.problems[0]}"
        else:
            lines = "".join(f"\n  - {problem}" for problem in self.problems[:MOST_LISTED])
            if len(self.problems) > MOST_LISTED:
                lines += f"\n  - and {len(self.problems) - MOST_LISTED:,} more problems"
            text = f"{self.where}: {len(self.problems)} problems{lines}"
        return f"{text}\n{self.advice}" if self.advice else text


class ParameterError(UsageError):
    """A parameter is unknown, missing, in the wrong unit or outside its limits."""


def nearest(name: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Give the known names that a given one is a slip of the pen for, the nearest first.

    A name is near if few letters differ (1 from 4 letters on, 2 from 8 on; of 3 letters two may be
    swapped; small and capital letters, spaces, hyphens and underscores do not count), or if every
    word of the given name is a word of it. Names that merely look alike are not offered: a wrong
    drug is worse than none.

    Parameters
    ----------
    name
        What was given.
    known
        Names that are allowed.
    most
        Names that are given at most.
    """
    given = _letters(name)
    allowed = 0 if len(given) < _ONE_SLIP else 1 if len(given) < _TWO_SLIPS else 2
    words = _words(name)
    found = []
    for one in known:
        letters = _letters(one)
        slips = _slips(given, letters, allowed)
        if len(given) == _SWAP and letters != given and sorted(letters) == sorted(given):
            slips = 1
        if slips is not None:
            found.append((slips, one))
        elif words and words <= _words(one) and len(given) >= _ONE_SLIP:
            found.append((allowed + 1, one))
    best = [one for slips, one in sorted(found) if slips == 0]
    return tuple(best or [one for _, one in sorted(found)])[:most]


_SWAP = 3
_ONE_SLIP = 4
_TWO_SLIPS = 8
_LONGEST_NAME = 80


def _letters(name: str) -> str:
    return "".join(letter for letter in name[:_LONGEST_NAME].lower() if letter.isalnum())


def _words(name: str) -> frozenset[str]:
    text = "".join(c if c.isalnum() else " " for c in name[:_LONGEST_NAME].lower())
    return frozenset(text.split())


def _slips(one: str, two: str, allowed: int) -> int | None:
    """Count letters left out, added, changed or swapped with the next; None beyond ``allowed``."""
    if abs(len(one) - len(two)) > allowed or not one:
        return None
    older: list[int] = []
    old = list(range(len(two) + 1))
    for row, letter in enumerate(one, 1):
        new = [row]
        for place, other in enumerate(two, 1):
            best = min(old[place] + 1, new[-1] + 1, old[place - 1] + (letter != other))
            if row > 1 and place > 1 and letter == two[place - 2] and one[row - 2] == other:
                best = min(best, older[place - 2] + 1)
            new.append(best)
        if min(new) > allowed:
            return None
        older, old = old, new
    return old[-1] if old[-1] <= allowed else None


_FEW = 12
"""Names that are listed where none is near."""

_LISTED_BY: Mapping[str, str] = {
    "protocol": "remyelin therapies list",
    "therapy": "remyelin therapies list",
    "drug": "remyelin therapies drugs",
    "product": "remyelin product list",
    "study": "remyelin studies list",
    "study of the evidence base": "remyelin evidence list",
    "parameter": "remyelin parameters list",
    "definition": "remyelin definitions list",
    "check": "remyelin verify --list",
}
"""Command that lists the names of a kind."""


class UnknownNameError(UsageError):
    """A name is not in its catalogue; a slip of the pen is pointed out, nothing is guessed.

    What is given as a name may be anything: what is no text is told by its kind.

    Parameters
    ----------
    kind
        What was looked for.
    name
        What was given.
    known
        Names that are allowed.
    advice
        What to do next.
    labels
        Words for people beside a name that is offered.
    """

    def __init__(
        self,
        kind: str,
        name: object,
        known: Sequence[str],
        advice: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(name, str):
            name = f"<{type(name).__name__}>"
        self._given = (kind, name, tuple(known), advice, labels)
        self.near = nearest(name, known)
        shown = name if len(name) <= 60 else name[:57] + "..."
        text = f"unknown {kind} {shown!r}"
        if self.near:
            told = [f"{n} ({labels[n]})" if labels and n in labels else n for n in self.near]
            text += f"; did you mean {', '.join(told)}?"
        elif len(known) <= _FEW:
            text += f"; known: {', '.join(sorted(known))}"
        elif kind in _LISTED_BY:
            text += f"; `{_LISTED_BY[kind]}` lists all {len(known)}"
        else:
            text += f"; known: {', '.join(sorted(known)[:_FEW])}, ..."
        super().__init__(f"{text}\n{advice}" if advice else text)

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[object, ...]]:
        """Survive the way from a worker process."""
        return type(self), self._given


class OutputError(RemyelinError):
    """A result could not be written; nothing half-written is left behind."""


class CohortError(RemyelinError):
    """A baseline table or eligibility rule cannot be met by the virtual population."""


class SimulationError(RemyelinError):
    """The engine could not carry out a run."""
