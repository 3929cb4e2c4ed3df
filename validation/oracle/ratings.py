"""The EDSS of one rating, written once more from the text of docs/endpoints.md.

Nothing of the package is used. A rating is the seven grades as rated (visual, brainstem, pyramidal,
cerebellar, sensory, bowel and bladder, mental) and the ambulation score.
"""

from __future__ import annotations

from collections.abc import Sequence

VISUAL = {0: 0, 1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 4}
BLADDER = {0: 0, 1: 1, 2: 2, 3: 3, 4: 3, 5: 4, 6: 5}
WALKING = {
    2: 4.5,
    3: 5.0,
    4: 5.5,
    5: 6.0,
    6: 6.0,
    7: 6.0,
    8: 6.5,
    9: 6.5,
    10: 7.0,
    11: 7.5,
    12: 8.0,
    13: 8.5,
    14: 9.0,
    15: 9.5,
    16: 10.0,
}
RULES = ("neurostatus", "kurtzke1983")


def counted(grades: Sequence[int]) -> list[int]:
    """Grades as they count: visual and bladder shortened, a mental grade of 1 as none."""
    visual, brainstem, pyramidal, cerebellar, sensory, bladder, mental = grades
    rest = [brainstem, pyramidal, cerebellar, sensory]
    return [VISUAL[visual], *rest, BLADDER[bladder], 0 if mental == 1 else mental]


def of_systems(systems: Sequence[int], rule: str) -> float:
    """Step that systems alone stand for, grades as they count."""
    ones, twos, threes, fours = (sum(system == k for system in systems) for k in (1, 2, 3, 4))
    if max(systems) >= 5:
        return 5.0
    if fours:
        if rule == "kurtzke1983" or (fours == 1 and threes == twos == 0):
            return 4.0
        return 5.0 if fours >= 2 or threes >= 3 else 4.5
    if threes:
        if rule == "neurostatus" and threes >= 5:
            return 4.5 if threes == 5 else 5.0
        if threes == 1 and twos == 0:
            return 3.0
        return 3.5 if (threes, twos) in ((1, 1), (1, 2), (2, 0)) else 4.0
    if twos:
        return {1: 2.0, 2: 2.5, 3: 3.0, 4: 3.0, 5: 3.5, 6: 4.0, 7: 4.0}[twos]
    if ones:
        return 1.0 if ones == 1 else 1.5
    return 0.0


def edss(grades: Sequence[int], ambulation: int, rule: str) -> float:
    """EDSS of a rating: the higher one of what systems and walking stand for."""
    restricted = 2.0 if ambulation == 1 and rule == "neurostatus" else 0.0
    return max(of_systems(counted(grades), rule), WALKING.get(ambulation, restricted))
