"""Drugs on egress and on CNS-resident cells, and the overshoot of traffic after a stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.immunity import approach
from remyelin.model.inputs import Levels
from remyelin.model.numeric import Numeric, Value, positive
from remyelin.model.response import respond
from remyelin.model.states import Blocks, Targets
from remyelin.model.traits import DrugResponse

_GONE = 1e-6
"""Overshoot below which nothing is left of it."""


class TargetParameters(NamedTuple):
    """Onset and washout on egress and microglia; overshoot after a stop."""

    egress_onset_time: float
    egress_washout_time: float
    microglia_onset_time: float
    microglia_washout_time: float
    traffic_washout_time: float
    traffic_rebound: float
    traffic_rebound_time: float
    drug_response_spread: float


def follow_targets(
    m: Numeric,
    p: TargetParameters,
    h: float,
    *,
    targets: Targets,
    blocks: Blocks,
    levels: Levels,
    response: DrugResponse,
) -> Mapping[str, NamedTuple]:
    """Move egress and microglia blocks towards their targets; let freed traffic overshoot.

    What a traffic or egress block loses in a day while it washes out, times the rebound, is added
    to the overshoot, which fades with a time constant of its own.
    """
    spread = p.drug_response_spread
    traffic_target = respond(m, spread, levels.traffic_target, response.traffic)
    egress_target = respond(m, spread, levels.egress_target, response.traffic)
    egress = approach(
        m, h, targets.egress, egress_target, p.egress_onset_time, p.egress_washout_time
    )
    microglia = approach(
        m,
        h,
        targets.microglia,
        respond(m, spread, levels.microglia_target, response.activation),
        p.microglia_onset_time,
        p.microglia_washout_time,
    )
    freed = (
        positive(m, blocks.traffic - traffic_target) / p.traffic_washout_time
        + positive(m, targets.egress - egress_target) / p.egress_washout_time
    )
    left = targets.overshoot * m.exp(-h / p.traffic_rebound_time)
    overshoot = left + h * p.traffic_rebound * freed
    over = (freed <= 0.0) & (overshoot < _GONE)
    return {"targets": Targets(egress, microglia, m.where(over, 0.0, overshoot))}


def targets_act(
    m: Numeric,
    p: TargetParameters,
    h: float,
    *,
    targets: Targets,
    blocks: Blocks,
    levels: Levels,
) -> Value:
    """Say whether a target is held, or something is not yet washed out."""
    held = levels.egress_target + levels.microglia_target
    moved = targets.egress + targets.microglia + targets.overshoot
    return (held + moved + p.traffic_rebound * blocks.traffic) > 0.0


def open_barrier(blocks: Blocks, targets: Targets) -> Value:
    """Traffic of cells into the CNS that drugs leave; exactly 1 without a drug."""
    return (1.0 - blocks.traffic) * (1.0 - targets.egress) * (1.0 + targets.overshoot)
