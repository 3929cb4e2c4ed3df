"""Rules between parameters: what several of them must be to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from remyelin.parameters.parameter import Parameter


@dataclass(frozen=True)
class Rule:
    """Keys whose values must stand in an order, or add up to at most a limit.

    Attributes
    ----------
    keys
        Parameters; a rule that names one which the table lacks does not apply.
    why
        What would go wrong.
    sum_at_most
        Most that the values may add up to; None: they must rise in the order given.
    """

    keys: tuple[str, ...]
    why: str
    sum_at_most: float | None = None

    def problems(self, table: Mapping[str, Parameter]) -> Iterator[str]:
        """Give one sentence for each way in which the values break the rule."""
        if not all(key in table for key in self.keys):
            return
        values = {key: table[key].internal for key in self.keys}
        if self.sum_at_most is not None:
            total = sum(values.values())
            if total > self.sum_at_most:
                given = " + ".join(f"{key} {value:g}" for key, value in values.items())
                yield f"{given} = {total:g}; allowed is at most {self.sum_at_most:g}: {self.why}"
            return
        for low, high in pairwise(self.keys):
            if values[low] >= values[high]:
                yield (
                    f"{low} {table[low].value:g} must be less than {high} "
                    f"{table[high].value:g}: {self.why}"
                )


_NOTHING_BETWEEN = "nothing lies between a floor and a ceiling below it"
_BOUNDS = (
    ("clone_floor", "clone_threshold", "clone_ceiling"),
    ("clone_kill_floor", "clone_kill_ceiling"),
    ("relapse_severity_min", "relapse_severity_max"),
    ("residue_min", "residue_max"),
    ("acute_repair_min", "acute_repair_max"),
    ("repair_activity_min", "repair_activity_max"),
    ("feedback_min", "feedback_max"),
    ("onset_age_min", "onset_age", "onset_age_max"),
    ("atg_exposure_min", "atg_exposure_max"),
    ("graft_minimum", "graft_target"),
)
_ITEMS = {
    "pyramidal": 5,
    "cerebellar": 5,
    "brainstem": 4,
    "sensory": 6,
    "bowel_bladder": 5,
    "visual": 6,
    "mental": 4,
    "ambulation": 12,
}
"""Rating items and their thresholds."""

RULES: tuple[Rule, ...] = (
    Rule(
        ("site_share_cerebral", "site_share_brainstem"),
        "shares of lesion sites, the rest is the spinal cord",
        sum_at_most=1.0,
    ),
    *(Rule(keys, _NOTHING_BETWEEN) for keys in _BOUNDS),
    *(
        Rule(
            tuple(f"item_threshold_{item}_{k}" for k in range(1, count + 1)),
            "a score is the number of thresholds passed, so they must rise",
        )
        for item, count in _ITEMS.items()
    ),
)
"""Every rule; add one here and it is checked wherever a table is read or changed."""


def inconsistencies(table: Mapping[str, Parameter]) -> list[str]:
    """Give one sentence for each rule that a set of parameters breaks."""
    return [problem for rule in RULES for problem in rule.problems(table)]
