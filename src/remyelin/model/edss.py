"""Functional systems, ambulation and EDSS from latent disability.

Each system is an item with thresholds on the latent scale of its compartment. A patient has a
stable offset on every item; a rating adds noise. The scores then give the EDSS by the scoring rule
named in `SIMULATED_RULE`: optic and bladder scores are converted before they count, a mental score
of 1 does not count, and walking sets a floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from remyelin.model.numeric import Numeric, Value
from remyelin.model.states import Latent
from remyelin.model.traits import ItemOffsets


class EdssRule(StrEnum):
    """How functional systems and ambulation become a step of the EDSS."""

    NEUROSTATUS = "neurostatus"
    """The table that clinics use: one grade of 4 beside a 2 or 3, or five grades of 3, is 4.5; two
    grades of 4, a 4 beside three of 3, or six grades of 3, is 5.0. Whoever walks 500 m but is
    restricted has at least 2.0. Recalled, and seen in the open programs that say they follow the
    table (adobrasinovic/edss)."""
    KURTZKE1983 = "kurtzke1983"
    """4.0 for all of these: 4.5 and above are told apart by walking (Kurtzke 1983)."""


SIMULATED_RULE: Final = EdssRule.NEUROSTATUS
"""Rule by which virtual patients are rated.

Under another one virtual patients have other ratings: the compiled engine and the stored reference
populations have to be made anew (``python -m remyelin.cohorts.reference``).
"""

ITEMS = ItemOffsets._fields
"""Rating items in order; each has a slope, thresholds and an offset of its own."""

THRESHOLDS = {
    "pyramidal": 5,
    "cerebellar": 5,
    "brainstem": 4,
    "sensory": 6,
    "bowel_bladder": 5,
    "visual": 6,
    "mental": 4,
    "ambulation": 12,
}
"""Thresholds of each item; a score is the number of thresholds passed."""

_COMPARTMENT = {
    "pyramidal": 2,
    "cerebellar": 1,
    "brainstem": 1,
    "sensory": 2,
    "bowel_bladder": 2,
    "visual": 1,
    "mental": 0,
    "ambulation": 2,
}

_STRETCH_PIVOT = 5
"""Ambulation thresholds up to this one are stretched from the first, later ones from this one."""

_WALKING = (4.5, 5.0, 5.5, 6.0, 6.0, 6.0, 6.5, 6.5, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0)
"""Lowest EDSS by ambulation score from 2 on: up to 12 Kurtzke 1983 (doi:10.1212/WNL.33.11.1444);
13 to 16 (restricted to bed, helpless in bed, totally helpless, death of MS) seen in the open
programs that say they follow the table."""

AMBULATION_EDSS: Final = {
    EdssRule.NEUROSTATUS: (0.0, 2.0, *_WALKING),
    EdssRule.KURTZKE1983: (0.0, 0.0, *_WALKING),
}
"""Lowest EDSS by ambulation score, 0 to 16: free, 500 m but restricted, then less and less. Virtual
patients have at most 12. The 2.0 is recalled, and seen in the same programs."""

VISUAL_CONVERTED = (0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0)
BLADDER_CONVERTED = (0.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0)
_MENTAL_COUNTED = (0.0, 0.0, 2.0, 3.0, 4.0)
"""Scores that count in place of the raw optic, bladder and mental scores."""

_Slopes = NamedTuple(  # type: ignore[misc]
    "_Slopes", [(f"item_slope_{item}", float) for item in THRESHOLDS]
)
_Thresholds = NamedTuple(  # type: ignore[misc]
    "_Thresholds",
    [
        (f"item_threshold_{item}_{k}", float)
        for item, count in THRESHOLDS.items()
        for k in range(1, count + 1)
    ],
)


class ItemParameters(NamedTuple):
    """Rater noise, stretch of the ambulation scale, and slope and thresholds of every item."""

    rater_noise: float
    rater_noise_share: float
    item_offset_share: float
    logistic_to_normal: float
    ambulation_stretch_low: float
    ambulation_stretch_high: float
    slopes: _Slopes
    thresholds: _Thresholds


class Rating(NamedTuple):
    """Scores of one assessment; optic and bladder scores are converted, the mental one is raw."""

    edss: Value
    visual: Value
    brainstem: Value
    pyramidal: Value
    cerebellar: Value
    sensory: Value
    bowel_bladder: Value
    mental: Value
    ambulation: Value


def rate_edss(
    m: Numeric,
    p: ItemParameters,
    *,
    latent: Latent,
    offsets: ItemOffsets,
    noise: Sequence[Value] | None,
) -> Rating:
    """Rate a patient once.

    Parameters
    ----------
    latent
        Latent disability of the three compartments.
    offsets
        The patient's standard normal offset on each item.
    noise
        A standard normal value for each item in the order of `ITEMS`; None rates without noise.
    """
    score = {
        item: _score(m, p, item, latent, offset, 0.0 if noise is None else noise[k])
        for k, (item, offset) in enumerate(zip(ITEMS, offsets, strict=True))
    }
    score["visual"] = _look_up(m, score["visual"], VISUAL_CONVERTED)
    bladder = BLADDER_CONVERTED[: THRESHOLDS["bowel_bladder"] + 1]
    score["bowel_bladder"] = _look_up(m, score["bowel_bladder"], bladder)
    counted = {**score, "mental": _look_up(m, score["mental"], _MENTAL_COUNTED)}
    systems = [counted[item] for item in ITEMS if item != "ambulation"]
    floors = AMBULATION_EDSS[SIMULATED_RULE][: THRESHOLDS["ambulation"] + 1]
    edss = m.maximum(
        edss_of_systems(m, systems, SIMULATED_RULE), _look_up(m, score["ambulation"], floors)
    )
    return Rating(edss=edss, **{name: score[name] for name in Rating._fields if name != "edss"})


def edss_of_systems(
    m: Numeric, systems: Sequence[Value], rule: EdssRule = EdssRule.NEUROSTATUS
) -> Value:
    """Give the EDSS, at most 5, that seven functional system scores stand for.

    Parameters
    ----------
    systems
        Scores of the seven systems that count: optic and bladder converted, a mental score of 1
        as 0; whole numbers.
    rule
        What combinations beyond 4.0 stand for.
    """
    highest = systems[0]
    for system in systems[1:]:
        highest = m.maximum(highest, system)

    def at_least(grade: float) -> Value:
        count = m.where(systems[0] >= grade, 1.0, 0.0)
        for system in systems[1:]:
            count = count + m.where(system >= grade, 1.0, 0.0)
        return count

    ones, twos, threes = at_least(1.0), at_least(2.0), at_least(3.0)
    by_one = m.where(ones >= 2.0, 1.5, 1.0)
    many_twos = m.where(twos <= 4.0, 3.0, m.where(twos <= 5.0, 3.5, 4.0))
    by_two = m.where(twos <= 1.0, 2.0, m.where(twos <= 2.0, 2.5, many_twos))
    alone = (threes <= 1.0) & (twos <= 1.0)
    moderate = ((threes <= 1.0) & (twos <= 3.0)) | ((threes <= 2.0) & (twos <= 2.0))
    by_three = m.where(alone, 3.0, m.where(moderate, 3.5, 4.0))
    low = m.where(highest >= 2.0, by_two, m.where(highest >= 1.0, by_one, 0.0))
    by_four: Value = 4.0
    if rule is EdssRule.NEUROSTATUS:
        fours = at_least(4.0)
        by_three = m.where(threes >= 6.0, 5.0, m.where(threes >= 5.0, 4.5, by_three))
        by_four = m.where(twos >= 2.0, 4.5, 4.0)
        by_four = m.where((fours >= 2.0) | (threes >= 4.0), 5.0, by_four)
    high = m.where(highest >= 5.0, 5.0, m.where(highest >= 4.0, by_four, by_three))
    return m.where(highest >= 3.0, high, low)


def _score(
    m: Numeric, p: ItemParameters, item: str, latent: Latent, offset: Value, noise: Value
) -> Value:
    spread = p.logistic_to_normal / getattr(p.slopes, f"item_slope_{item}")
    rater = m.minimum(p.rater_noise, p.rater_noise_share * spread)
    stable = p.item_offset_share * m.sqrt(spread * spread - rater * rater)
    felt = latent[_COMPARTMENT[item]] + stable * offset + rater * noise
    score: Value = 0.0
    for k in range(1, THRESHOLDS[item] + 1):
        score = score + m.where(felt > _threshold(p, item, k), 1.0, 0.0)
    return score


def _threshold(p: ItemParameters, item: str, k: int) -> Value:
    bare = getattr(p.thresholds, f"item_threshold_{item}_{k}")
    if item != "ambulation":
        return bare
    first = getattr(p.thresholds, f"item_threshold_{item}_1")
    pivot = getattr(p.thresholds, f"item_threshold_{item}_{_STRETCH_PIVOT}")
    if k <= _STRETCH_PIVOT:
        return first + p.ambulation_stretch_low * (bare - first)
    return (
        first
        + p.ambulation_stretch_low * (pivot - first)
        + p.ambulation_stretch_high * (bare - pivot)
    )


def _look_up(m: Numeric, score: Value, table: Sequence[float]) -> Value:
    value: Value = table[0]
    for k in range(1, len(table)):
        if table[k] != table[k - 1]:
            value = m.where(score >= float(k), table[k], value)
    return value
