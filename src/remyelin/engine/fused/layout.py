"""The order in which a patient's numbers are handed to a kernel."""

from __future__ import annotations

from typing import Any, get_type_hints

from remyelin.model.inputs import Levels, Pulse
from remyelin.model.patient import State
from remyelin.model.traits import Traits

PARTS: dict[str, type[Any]] = {
    **get_type_hints(State),
    **get_type_hints(Traits),
    "levels": Levels,
    "pulse": Pulse,
}
"""Shape of every part of a patient, by name."""


def _leaves(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{part}.{name}" for part in parts for name in PARTS[part]._fields)


STATE_LEAVES = _leaves(State._fields)
"""What changes from day to day."""

LEVEL_LEAVES = _leaves(("levels",))
TRAIT_LEAVES = _leaves(Traits._fields)
PULSE_LEAVES = _leaves(("pulse",))

LEAVES = (*STATE_LEAVES, *LEVEL_LEAVES, *TRAIT_LEAVES, *PULSE_LEAVES)
"""Names of all leaves in the order of the kernel's table of addresses."""

IDENTITY = ("patient_low", "patient_high", "key0", "key1", "day")
"""Columns of 32 bits, after the leaves: who a patient is and how many days since onset."""
