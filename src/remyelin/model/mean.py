"""What the mean of many patients needs to know beside the stages: events, memory, what is left out.

The mean course replaces every draw by its mean and every count by its rate. That is exact where
the model is linear in a draw; where it is not, the course is that of a patient whose draws are
always average, not the average of patients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from remyelin.model.lesions import NEVER


@dataclass(frozen=True)
class Event:
    """A stage that describes one event, and how many are expected.

    Attributes
    ----------
    count
        Leaf that holds the number of events today.
    given
        Value of that leaf with which the stage describes one event.
    """

    count: str
    given: float


EVENTS: Mapping[str, Event] = {"lesion 1": Event("lesions.today", 1.0)}
"""Stages that describe one event; their mean change times the expected number enters the mean."""

HELD: Mapping[str, tuple[float, str]] = {
    r"relapses\.days_since": (
        NEVER,
        "the merging of relapses within the merge window: every symptomatic lesion counts",
    ),
    r"safety\.alive": (1.0, "death: the course is that of somebody who lives"),
    r"survival\..*": (0.0, "the risk of death: it follows the steps of the EDSS"),
    r"(harm|harm_today)\..*": (0.0, "harm that came, and exposures to what pulses give"),
    r"harvest\..*": (0.0, "mobilisation and the graft in store"),
    r"steroids\..*": (0.0, "courses of steroids: their days are counted from single relapses"),
    r"(mesenchymal|graft|cell_effects)\..*": (0.0, "cell products: none was given"),
}
"""Leaves that stay at one value, by pattern of their name, and what is lost by that.

They are memory of single events, or nothing but a pulse or a left-out stage moves them.
"""

_DEATH = "death ends a course and changes no other state"
_HARM = "a rare event that changes no state but its own and, where fatal, death"
_PULSE_ONLY = "nothing to do before a pulse; pulses belong into the experiment"

LEFT_OUT: Mapping[str, str] = {
    r"lesion ([2-9]|\d\d+)": "all lesions of a day enter through the first, each with its rate",
    r"clone noise": "its mean is no change",
    r"death by infection|death of other causes|death by harm|risk of death": _DEATH,
    r"harm opened|harm in recovery|late harm|harm by drugs": _HARM,
    r"harvest opened|ATG|neural graft|tumour of a graft|host cells": _PULSE_ONLY,
    r"steroids for a relapse": "a course follows a single relapse and lasts a number of days",
}
"""Stages that the mean leaves out, by pattern of their name, and why."""

DISCRETE_RULES = (
    "limits on the number of events in a day (lesions begun, lesions that stop enhancing)",
    "limits on a draw, such as smallest and largest relapse severity, act on its mean",
    "single days on which a count falls below a threshold: platelet transfusions, the day of "
    "engraftment",
    "the cut to zero of a drug effect or antibody level that has almost gone",
    "dated inputs: depletion and graft are pulses and belong into the experiment, not the model",
)
"""Rules of the model that have no counterpart in differential equations."""


def value_held(leaf: str) -> float | None:
    """Give the value at which a leaf stays; None: it moves."""
    for pattern, (value, _) in HELD.items():
        if re.fullmatch(pattern, leaf):
            return value
    return None


def reason_left_out(stage: str) -> str | None:
    """Give why the mean leaves a stage out; None: it does not."""
    for pattern, reason in LEFT_OUT.items():
        if re.fullmatch(pattern, stage):
            return reason
    return None
