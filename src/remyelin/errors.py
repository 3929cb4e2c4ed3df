"""The exception family: every error that a person may meet.

A message says what was wrong, what was given, what is allowed and what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
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


class UnknownNameError(UsageError):
    """A name is not in its catalogue; the message offers the nearest ones."""

    def __init__(self, kind: str, name: str, known: Sequence[str], advice: str = "") -> None:
        import difflib

        self._given = (kind, name, tuple(known), advice)
        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
        shown = name if len(name) <= 60 else name[:57] + "..."
        text = f"unknown {kind} {shown!r}"
        if near:
            text += f"; did you mean {', '.join(near)}?"
        else:
            text += f"; known: {', '.join(sorted(known)[:12])}{', ...' if len(known) > 12 else ''}"
        super().__init__(f"{text}\n{advice}" if advice else text)

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str, tuple[str, ...], str]]:
        """Survive the way from a worker process."""
        return type(self), self._given


class OutputError(RemyelinError):
    """A result could not be written; nothing half-written is left behind."""


class CohortError(RemyelinError):
    """A baseline table or eligibility rule cannot be met by the virtual population."""


class SimulationError(RemyelinError):
    """The engine could not carry out a run."""
