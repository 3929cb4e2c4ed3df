"""Neural grafts: survival, maturation, reach, remyelination by the graft, and its tumour risk.

Nothing here was ever measured in a person with multiple sclerosis. Cells come in two kinds:
precursors, which may become oligodendrocytes, and supporters, which never do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.inputs import Levels, Pulse
from remyelin.model.numeric import Numeric, Value, clip, positive
from remyelin.model.stage import NoParameters
from remyelin.model.states import Graft, Safety, Tissue

_SPHERE = 4.0 / 3.0 * math.pi
_MM3_PER_ML = 1000.0
_SMALLEST_TARGET = 1e-9
"""Demyelinated tissue below which there is nothing to cover."""


class GraftParameters(NamedTuple):
    """Parameters of a neural graft."""

    graft_loss: float
    graft_rejection_factor: float
    graft_maturation: float
    graft_maturation_yield: float
    graft_oligodendrocyte_life: float
    graft_unit: float
    graft_remyelination: float
    graft_migration: float
    volume_per_lesion_unit: float
    graft_tumour_time: float


def implant(
    m: Numeric,
    p: NoParameters,
    h: float,
    *,
    graft: Graft,
    pulse: Pulse,
) -> Mapping[str, NamedTuple]:
    """Add the graft of the day.

    A new graft brings its own reach, and its days are counted from the last one. A host that has
    met a foreign graft goes on rejecting.
    """
    fresh = (pulse.graft_precursors + pulse.graft_supporters) > 0.0
    return {
        "graft": graft._replace(
            precursors=graft.precursors + pulse.graft_precursors,
            supporters=graft.supporters + pulse.graft_supporters,
            days=m.where(fresh, 0.0, graft.days),
            reach=m.where(pulse.graft_reach > 0.0, pulse.graft_reach, graft.reach),
            foreign=m.maximum(graft.foreign, pulse.graft_foreign),
            tumour_risk=graft.tumour_risk + pulse.graft_tumour_risk,
        )
    }


def graft_given(m: Numeric, p: NoParameters, h: float, *, pulse: Pulse) -> Value:
    """Say whether anything of a graft is given today."""
    cells = pulse.graft_precursors + pulse.graft_supporters
    return (cells + pulse.graft_reach + pulse.graft_foreign + pulse.graft_tumour_risk) > 0.0


def live_on(
    m: Numeric, p: GraftParameters, h: float, *, graft: Graft, tissue: Tissue, levels: Levels
) -> Mapping[str, NamedTuple]:
    """Step a graft by one day, and let it remyelinate what it reaches."""
    exposed = graft.foreign * (1.0 - clip(m, levels.immunosuppression, 0.0, 1.0))
    rejected = 1.0 + (p.graft_rejection_factor - 1.0) * exposed
    keep = m.exp(-h * p.graft_loss * rejected)
    ripe = graft.precursors * keep * (1.0 - m.exp(-h * p.graft_maturation))
    life = m.exp(-h * rejected / p.graft_oligodendrocyte_life)
    oligodendrocytes = graft.oligodendrocytes * life + p.graft_maturation_yield * ripe
    days = m.where(_amount(graft) > 0.0, graft.days + h, graft.days)
    rate = p.graft_remyelination * oligodendrocytes / p.graft_unit
    rate = rate * _coverage(m, p, graft.reach, days, tissue)
    stepped = graft._replace(
        precursors=graft.precursors * keep - ripe,
        supporters=graft.supporters * keep,
        oligodendrocytes=oligodendrocytes,
        days=days,
        tumour_risk=graft.tumour_risk * m.exp(-h / p.graft_tumour_time),
        tumour_today=0.0 * graft.tumour_today,
    )
    left = tissue.demyelinated * m.exp(-h * rate)
    return {"graft": stepped, "tissue": tissue._replace(demyelinated=left)}


def _coverage(m: Numeric, p: GraftParameters, reach: Value, days: Value, tissue: Tissue) -> Value:
    """Give the share of demyelinated tissue that migrating cells have reached."""
    radius = p.graft_migration * days
    covered = reach * _SPHERE * radius * radius * radius
    target = p.volume_per_lesion_unit * _MM3_PER_ML * positive(m, tissue.demyelinated)
    return m.minimum(1.0, covered / m.maximum(target, _SMALLEST_TARGET))


def graft_there(m: Numeric, p: GraftParameters, h: float, *, graft: Graft) -> Value:
    """Say whether anything of a graft is left."""
    return (_amount(graft) + graft.tumour_risk + graft.tumour_today) > 0.0


def _amount(graft: Graft) -> Value:
    return graft.precursors + graft.supporters + graft.oligodendrocytes


class TumourParameters(NamedTuple):
    """Parameters of a tumour from residual pluripotent cells."""

    graft_tumour_time: float


def seed_tumour(
    m: Numeric,
    p: TumourParameters,
    h: float,
    *,
    graft: Graft,
    safety: Safety,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw whether a tumour of the graft shows today; one graft gives at most one."""
    chance = graft.tumour_risk * h / p.graft_tumour_time
    shows = u[0] < chance
    today = m.where(shows, safety.alive, 0.0)
    risk = m.where(shows, 0.0, graft.tumour_risk)
    return {"graft": graft._replace(tumour_today=today, tumour_risk=risk)}


def tumour_possible(m: Numeric, p: TumourParameters, h: float, *, graft: Graft) -> Value:
    """Say whether a graft still carries a risk of a tumour."""
    return graft.tumour_risk > 0.0
