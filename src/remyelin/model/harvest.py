"""The graft before it is given: mobilisation, leukapheresis, marrow harvest, selection.

Conditional ways of practice stand in the steps: whoever has enough in store is neither mobilised
again nor harvested, and whoever has too little is not conditioned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.inputs import Pulse
from remyelin.model.lymphocytes import cd4_count
from remyelin.model.numeric import Numeric, Value, survive
from remyelin.model.states import Clock, Harvest, TCells
from remyelin.model.traits import BloodTraits


class HarvestParameters(NamedTuple):
    """Parameters of mobilisation and collection."""

    graft_minimum: float
    graft_target: float
    rescue_peak: float
    apheresis_peak_min: float
    apheresis_decline: float
    graft_t_share: float
    marrow_t_share: float
    selection_recovery: float


def collect(
    m: Numeric,
    p: HarvestParameters,
    h: float,
    *,
    pulse: Pulse,
    harvest: Harvest,
    t_cells: TCells,
    blood_traits: BloodTraits,
) -> Mapping[str, NamedTuple]:
    """Mobilise, collect, harvest marrow and select, each for those who still need it."""
    called = (pulse.mobilisation > 0.0) & (harvest.stored < p.graft_minimum)
    first = called & (harvest.peak <= 0.0)
    failed = called & (harvest.peak > 0.0)
    peak = m.where(called, pulse.mobilisation * blood_traits.mobilisation, harvest.peak)
    low = (peak < p.rescue_peak) & (harvest.stored < p.graft_minimum)
    peak = m.where(low, peak * (1.0 + pulse.mobilisation_rescue), peak)
    session = (
        (pulse.apheresis > 0.0) & (harvest.stored < p.graft_target) & (peak >= p.apheresis_peak_min)
    )
    stored = harvest.stored + m.where(session, peak * pulse.apheresis, 0.0)
    needed = (pulse.marrow_harvest > 0.0) & (stored < p.graft_minimum)
    stored = stored + m.where(needed, pulse.marrow_harvest * blood_traits.mobilisation, 0.0)
    cells = (
        harvest.t_cells
        + m.where(session, p.graft_t_share, 0.0)
        + m.where(needed, p.marrow_t_share, 0.0)
    )
    kept = m.where(pulse.graft_selection > 0.0, p.selection_recovery, 1.0)
    return {
        "harvest": Harvest(
            peak=m.where(session, peak * p.apheresis_decline, peak),
            stored=stored * kept,
            t_cells=cells * survive(m, pulse.graft_selection),
            sessions=harvest.sessions + m.where(session, 1.0, 0.0),
            lymphocytes=m.where(first, cd4_count(t_cells), harvest.lymphocytes),
            session_today=m.where(session, 1.0, 0.0),
            failed_today=m.where(failed | (needed & (harvest.peak > 0.0)), 1.0, 0.0),
        )
    }


def harvest_moves(m: Numeric, p: object, h: float, *, pulse: Pulse) -> Value:
    """Say whether anything is done for a graft today."""
    done = (
        pulse.mobilisation
        + pulse.mobilisation_rescue
        + pulse.apheresis
        + pulse.marrow_harvest
        + pulse.graft_selection
    )
    return done > 0.0


def clear_flags(m: Numeric, p: object, h: float, *, harvest: Harvest) -> Mapping[str, NamedTuple]:
    """Forget what yesterday brought."""
    nothing = 0.0 * harvest.session_today
    return {"harvest": harvest._replace(session_today=nothing, failed_today=nothing + 0.0)}


def harvested_yesterday(m: Numeric, p: object, h: float, *, harvest: Harvest) -> Value:
    """Say whether a flag is left from yesterday."""
    return (harvest.session_today + harvest.failed_today) > 0.0


class GateParameters(NamedTuple):
    """What it takes to be conditioned."""

    graft_minimum: float


def goes_on(
    m: Numeric, p: GateParameters, *, pulse: Pulse, harvest: Harvest, clock: Clock
) -> Value:
    """Give 1 where the day's pulses are given, 0 where conditioning stops for lack of a graft."""
    allowed = (
        (pulse.conditioning <= 0.0)
        | (harvest.stored >= p.graft_minimum)
        | (clock.recovery_left > 0.0)
    )
    return m.where(allowed, 1.0, 0.0)
