"""Peripheral immunity: drug levels, triggers, effector bursts, clones and regulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.draws import exponential, normal
from remyelin.model.inputs import Levels
from remyelin.model.lymphocytes import lymphopenia, memory_room
from remyelin.model.numeric import Numeric, Value, clip
from remyelin.model.response import respond
from remyelin.model.states import Activation, BCells, Blocks, CellEffects, Clones, TCells
from remyelin.model.traits import DrugResponse, Immunity

CLONES = 4
"""Autoreactive clones that are carried; the pool is their mean."""


class BlockParameters(NamedTuple):
    """Onset and washout of drugs on their targets."""

    traffic_onset_time: float
    traffic_washout_time: float
    activation_onset_time: float
    activation_washout_time: float
    drug_response_spread: float


def follow_drugs(
    m: Numeric,
    p: BlockParameters,
    h: float,
    *,
    blocks: Blocks,
    levels: Levels,
    response: DrugResponse,
) -> Mapping[str, NamedTuple]:
    """Move each block towards the patient's target, by the onset time up and the washout down."""
    traffic = approach(
        m,
        h,
        blocks.traffic,
        respond(m, p.drug_response_spread, levels.traffic_target, response.traffic),
        p.traffic_onset_time,
        p.traffic_washout_time,
    )
    activation = approach(
        m,
        h,
        blocks.activation,
        respond(m, p.drug_response_spread, levels.activation_target, response.activation),
        p.activation_onset_time,
        p.activation_washout_time,
    )
    return {"blocks": Blocks(traffic, activation)}


def drugs_act(m: Numeric, p: BlockParameters, h: float, *, blocks: Blocks, levels: Levels) -> Value:
    """Say whether a block has a target or is not yet washed out."""
    target = levels.traffic_target + levels.activation_target
    return (target + blocks.traffic + blocks.activation) > 0.0


_GONE = 1e-6
"""Block below which a stopped drug no longer acts."""


def approach(
    m: Numeric, h: float, now: Value, target: Value, onset: Value, washout: Value
) -> Value:
    """Move a block towards its target, by the onset time upwards and the washout time down."""
    moved = target + (now - target) * m.exp(-h / m.where(target > now, onset, washout))
    return m.where((target <= 0.0) & (moved < _GONE), 0.0, moved)


class ActivationParameters(NamedTuple):
    """Parameters of activation and of the clones."""

    trigger_rate: float
    tonic_share: float
    burst_decay_time: float
    treg_gain: float
    treg_deficit: float
    treg_turnover_time: float
    treg_lymphopenia_gain: float
    treg_clone_cap: float
    memory_b_help: float
    memory_b_help_cap: float
    clone_relaxation_time: float
    clone_threshold: float
    clone_seeding: float
    clone_lymphopenic_share: float
    clone_floor: float
    clone_ceiling: float
    memory_expansion: float
    memory_expansion_ceiling: float


def activate(
    m: Numeric,
    p: ActivationParameters,
    h: float,
    *,
    activation: Activation,
    clones: Clones,
    blocks: Blocks,
    t_cells: TCells,
    b_cells: BCells,
    levels: Levels,
    cell_effects: CellEffects,
    immunity: Immunity,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Step triggers, effector bursts, regulation and clones by one day.

    The mark of a trigger reuses its uniform: given that it fired, ``u / chance`` is uniform.
    """
    pool = mean_clone(clones)
    helped = (1.0 - p.memory_b_help) + p.memory_b_help * m.minimum(
        b_cells.memory, p.memory_b_help_cap
    )
    brake = (1.0 + p.treg_gain * (1.0 - p.treg_deficit)) / (
        1.0 + p.treg_gain * activation.regulation
    )
    drive = pool * helped * brake * (1.0 - blocks.activation) * (1.0 + levels.flare)
    drive = drive * (1.0 - cell_effects.activation)
    chance = p.trigger_rate * h
    size = (1.0 - p.tonic_share) / (p.trigger_rate * p.burst_decay_time) * drive
    mark = exponential(m, m.minimum(u[0] / chance, 1.0))
    burst = activation.burst * m.exp(-h / p.burst_decay_time) + m.where(
        u[0] < chance, mark * size, 0.0
    )
    lack = lymphopenia(m, t_cells, immunity)
    calm = 1.0 - p.treg_deficit * m.minimum(pool, p.treg_clone_cap) + p.treg_lymphopenia_gain * lack
    regulation = activation.regulation + h * (calm - activation.regulation) / p.treg_turnover_time
    growth = (
        p.clone_lymphopenic_share
        * p.memory_expansion
        * memory_room(m, t_cells, immunity, p.memory_expansion_ceiling)
    )
    return {
        "activation": Activation(burst, regulation, helped, p.tonic_share * drive + burst),
        "clones": Clones(*(_relax(m, p, h, clone, growth) for clone in clones)),
    }


def mean_clone(clones: Clones) -> Value:
    """Give the autoreactive pool: the mean of the clones."""
    return (clones.first + clones.second + clones.third + clones.fourth) * (1.0 / CLONES)


def _relax(m: Numeric, p: ActivationParameters, h: float, clone: Value, growth: Value) -> Value:
    square = clone * clone
    pull = (1.0 + p.clone_threshold) * square / (square + p.clone_threshold) - clone
    change = pull / p.clone_relaxation_time + p.clone_seeding + growth * clone
    return clip(m, clone + h * change, p.clone_floor, p.clone_ceiling)


NOISE_INTERVAL = 7
"""Days between two steps of the clone noise."""


class NoiseParameters(NamedTuple):
    """Parameters of the clone noise."""

    clone_noise: float
    clone_floor: float
    clone_ceiling: float


def shake_clones(
    m: Numeric, p: NoiseParameters, h: float, *, clones: Clones, u: Sequence[Value]
) -> Mapping[str, NamedTuple]:
    """Multiply each clone by noise; the noise of the mean pool does not depend on their number."""
    scale = p.clone_noise * m.sqrt(float(CLONES * NOISE_INTERVAL))
    shaken = (
        clip(
            m,
            clone * (1.0 + scale * normal(m, u[2 * k], u[2 * k + 1])),
            p.clone_floor,
            p.clone_ceiling,
        )
        for k, clone in enumerate(clones)
    )
    return {"clones": Clones(*shaken)}
