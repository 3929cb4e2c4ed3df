"""What a check finds: which rule, at which step, and how grave it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """The protocol is not used."""
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """Something that a rule says about a protocol.

    Attributes
    ----------
    grade
        Whether it stops the protocol.
    rule
        Name of the rule.
    where
        Step or part, as a person finds it.
    text
        What is wrong, what was given, what is allowed.
    source
        Where the rule comes from.
    """

    grade: Grade
    rule: str
    where: str
    text: str
    source: str = ""

    def __str__(self) -> str:
        """Put it into one sentence that names step and rule."""
        source = f" [{self.source}]" if self.source else ""
        return f"{self.where}: {self.text} (rule {self.rule}){source}"


def errors(findings: Iterable[Finding]) -> list[str]:
    """Give the sentences of the findings that stop a protocol."""
    return [str(one) for one in findings if one.grade is Grade.ERROR]


def warnings(findings: Iterable[Finding]) -> list[str]:
    """Give the sentences of the other findings."""
    return [str(one) for one in findings if one.grade is Grade.WARNING]
