"""Deaths of other causes: a national life table, raised by disability.

The hazard of a healthy person of the same age, sex and region follows Gompertz and Makeham; a
mortality ratio by true EDSS multiplies it. Each patient has a resistance, a standard exponential
value drawn once, and dies on the day on which the hazard lived through exceeds it. This is the same
as a daily draw, needs no random word a day, and gives both arms of a comparison the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from remyelin.model.assessment import AssessmentParameters, assess
from remyelin.model.draws import exponential
from remyelin.model.numeric import Numeric, Value, positive
from remyelin.model.states import Clock, Deficit, Fluctuation, Safety, Survival, Tissue
from remyelin.model.traits import Disease, ItemOffsets, Mortality, Person
from remyelin.units import DAYS_PER_YEAR

REGIONS = ("canada", "england_wales", "sweden", "us")
"""Regions whose life table is known."""

DEFAULT_REGION = "canada"
"""Region of patients of whom nothing is said; its death rates lie between those of the others."""

LOOK_INTERVAL = 30
"""Days between two looks at disability and age."""

_REFERENCE_AGE = 50.0
"""Age in years at which the rising part of the hazard has its level."""

_PARTS = tuple(f"{sex}_{part}" for sex in ("female", "male") for part in ("base", "level", "slope"))

LIFE_TABLES: Mapping[str, Any] = {
    region: NamedTuple(
        f"LifeTable_{region}", [(f"mortality_{region}_{part}", float) for part in _PARTS]
    )
    for region in REGIONS
}
"""By region, the parameters of the life table: base, level at 50 years and slope, by sex."""


def draw_mortality(m: Numeric, p: Any, u: Sequence[Value], *, person: Person) -> Mortality:
    """Give each patient the life table of region and sex, and a resistance.

    Parameters
    ----------
    p
        Parameters of one of `LIFE_TABLES`.
    u
        Uniforms of the purpose survival; the first is used.
    person
        Who the patient is.
    """
    women = person.female > 0.0
    base, level, slope = (m.where(women, p[k], p[k + 3]) for k in range(3))
    return Mortality(base, level, slope, exponential(m, u[0]))


class RatioParameters(NamedTuple):
    """Mortality in MS over that of the population, at steps of the EDSS."""

    mortality_ratio_edss_0: float
    mortality_ratio_edss_1: float
    mortality_ratio_edss_2: float
    mortality_ratio_edss_3: float
    mortality_ratio_edss_4: float
    mortality_ratio_edss_5: float
    mortality_ratio_edss_6: float
    mortality_ratio_edss_7: float
    mortality_ratio_edss_8: float
    mortality_ratio_edss_9: float


class HazardReads(NamedTuple):
    """What the hazard reads: mortality ratios and the parameters of the EDSS."""

    ratios: RatioParameters
    assessment: AssessmentParameters


def mortality_ratio(m: Numeric, p: RatioParameters, edss: Value) -> Value:
    """Give the mortality ratio at an EDSS: straight between whole steps, level beyond the last."""
    value: Value = p[0]
    for k in range(1, len(p)):
        part = m.minimum(positive(m, edss - (k - 1.0)), 1.0)
        value = value + (p[k] - p[k - 1]) * part
    return value


def look_at_risk(
    m: Numeric,
    p: HazardReads,
    h: float,
    *,
    survival: Survival,
    mortality: Mortality,
    clock: Clock,
    deficit: Deficit,
    fluctuation: Fluctuation,
    tissue: Tissue,
    disease: Disease,
    offsets: ItemOffsets,
) -> Mapping[str, NamedTuple]:
    """Set the hazard until the next look, by the age in the middle and the true EDSS of today."""
    edss = assess(
        m,
        p.assessment,
        deficit=deficit,
        fluctuation=fluctuation,
        tissue=tissue,
        disease=disease,
        offsets=offsets,
        u=None,
    ).edss
    older = clock.age + 0.5 * LOOK_INTERVAL / DAYS_PER_YEAR - _REFERENCE_AGE
    healthy = mortality.base + mortality.level * m.exp(mortality.slope * older)
    hazard = healthy * mortality_ratio(m, p.ratios, edss)
    return {"survival": survival._replace(hazard=hazard)}


def die_of_other_causes(
    m: Numeric, p: object, h: float, *, survival: Survival, mortality: Mortality, safety: Safety
) -> Mapping[str, NamedTuple]:
    """Live through one day of hazard; die when it exceeds the resistance."""
    lived = survival.lived + h * survival.hazard
    dies = m.where(lived >= mortality.resistance, safety.alive, 0.0)
    return {
        "survival": survival._replace(lived=lived, died_today=dies),
        "safety": safety._replace(
            died_today=m.maximum(safety.died_today, dies), alive=safety.alive - dies
        ),
    }
