"""Settings of a course, checked together with the description of the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from remyelin.engine.backends import DEFAULT_BACKEND, Backend
from remyelin.files import shown
from remyelin.patients.description import unknown_therapy
from remyelin.therapies import catalogue

UNTREATED: Final = "none"
"""Name of the option under which nothing is given."""

MOST_OPTIONS: Final = 4
"""Options that one picture holds."""

LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "years": (1, 60),
    "draws": (1, 64),
    "seed": (0, 2**63 - 1),
}
"""Smallest and largest value of each whole number."""


@dataclass(frozen=True)
class Settings:
    """How a course is made.

    Attributes
    ----------
    years
        Years that are simulated.
    options
        Names of protocols, `UNTREATED` for none; the same patient is followed under each.
    seed
        Seed of all random numbers.
    draws
        Virtual patients like the described one; the first is the one that is shown.
    backend
        Engine.
    """

    years: int = 20
    options: tuple[str, ...] = (UNTREATED,)
    seed: int = 1
    draws: int = 1
    backend: Backend = DEFAULT_BACKEND

    def problems(self) -> list[str]:
        """Everything that is wrong with the settings, one sentence each."""
        found = []
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not low <= value <= high:
                found.append(
                    f"{name}: {shown(value)} given, allowed: a whole number from {low} to {high}"
                )
        if not 1 <= len(self.options) <= MOST_OPTIONS:
            found.append(f"therapy: {len(self.options)} given, allowed: 1 to {MOST_OPTIONS}")
        known = (UNTREATED, *catalogue.names())
        found += [f"therapy: {unknown_therapy(n)}" for n in self.options if n not in known]
        idle = (
            catalogue.why_idle(catalogue.load(n), catalogue.names())
            for n in self.options
            if n in catalogue.names()
        )
        found += [f"therapy: {told}" for told in idle if told]
        twice = sorted({name for name in self.options if self.options.count(name) > 1})
        found += [f"therapy: {shown(name)} is given twice" for name in twice]
        return found
