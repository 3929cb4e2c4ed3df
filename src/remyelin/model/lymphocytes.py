"""T cells with thymus, and B cells: set points, lymphopenia and return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.numeric import Numeric, Value, clip, positive
from remyelin.model.states import BCells, Clock, TCells
from remyelin.model.traits import Immunity

LN2 = 0.6931471805599453


def cd4_count(t_cells: TCells) -> Value:
    """Count CD4 cells per microlitre."""
    return t_cells.emigrants + t_cells.naive + t_cells.memory


def lymphopenia(m: Numeric, t_cells: TCells, immunity: Immunity) -> Value:
    """Depth of lymphopenia, 0 in health, 1 without cells."""
    full = immunity.naive_set_point + immunity.memory_set_point
    return clip(m, 1.0 - cd4_count(t_cells) / full, 0.0, 1.0)


def memory_room(m: Numeric, t_cells: TCells, immunity: Immunity, ceiling: Value) -> Value:
    """Room left for fast expansion of memory cells, 0 to 1."""
    return positive(m, 1.0 - t_cells.memory / (ceiling * immunity.memory_set_point))


class TCellParameters(NamedTuple):
    """Parameters of T cells and thymus."""

    thymic_involution: float
    repair_age_reference: float
    emigrant_maturation: float
    naive_loss: float
    naive_expansion: float
    memory_expansion: float
    memory_expansion_ceiling: float
    memory_return_time: float
    thymic_rebound: float
    thymus_time: float


def renew_t_cells(
    m: Numeric,
    p: TCellParameters,
    h: float,
    *,
    t_cells: TCells,
    immunity: Immunity,
    clock: Clock,
) -> Mapping[str, NamedTuple]:
    """Step thymic output, maturation, homeostatic expansion and loss by one day."""
    lack = lymphopenia(m, t_cells, immunity)
    youth = m.exp(-p.thymic_involution * (clock.age - p.repair_age_reference))
    output = immunity.thymic_output * youth * t_cells.thymus
    count = m.maximum(t_cells.emigrants + t_cells.naive, 1.0)
    vacancy = m.minimum(1.0, immunity.naive_set_point / count) - 1.0
    room = memory_room(m, t_cells, immunity, p.memory_expansion_ceiling)
    lost = (p.emigrant_maturation + p.naive_loss) * t_cells.emigrants
    matured = p.emigrant_maturation * t_cells.emigrants
    divided = p.naive_expansion * lack * t_cells.naive + p.naive_loss * t_cells.naive * vacancy
    expanded = p.memory_expansion * t_cells.memory * room
    returned = (immunity.memory_set_point - t_cells.memory) / p.memory_return_time
    healed = (1.0 + p.thymic_rebound * lack - t_cells.thymus) / p.thymus_time
    return {
        "t_cells": TCells(
            t_cells.emigrants + h * (output - lost),
            t_cells.naive + h * (matured + divided),
            t_cells.memory + h * (expanded + returned),
            t_cells.thymus + h * healed,
        )
    }


class BCellParameters(NamedTuple):
    """Parameters of B cells and of anti-CD20 antibodies."""

    b_turnover: float
    b_turnover_after_conditioning: float
    b_overshoot: float
    memory_b_return_time: float
    memory_b_source_min: float
    cd20_half_life: float
    cd20_threshold: float
    cd20_b_kill: float
    cd20_memory_b_kill: float


def renew_b_cells(
    m: Numeric,
    p: BCellParameters,
    h: float,
    *,
    b_cells: BCells,
    t_cells: TCells,
    immunity: Immunity,
    clock: Clock,
) -> Mapping[str, NamedTuple]:
    """Step B cells, memory B cells and the antibody by one day."""
    lack = lymphopenia(m, t_cells, immunity)
    turnover = m.where(clock.recovery_left > 0.0, p.b_turnover_after_conditioning, p.b_turnover)
    total = b_cells.total + h * turnover * (1.0 + p.b_overshoot * lack - b_cells.total)
    renewal = m.where(
        total > p.memory_b_source_min, (total - b_cells.memory) / p.memory_b_return_time, 0.0
    )
    memory = b_cells.memory + h * renewal
    strength = m.minimum(b_cells.cd20, 1.0)
    level = b_cells.cd20 * m.exp(-h * LN2 / p.cd20_half_life)
    return {
        "b_cells": BCells(
            total * m.exp(-h * p.cd20_b_kill * strength),
            memory * m.exp(-h * p.cd20_memory_b_kill * strength),
            m.where(level < p.cd20_threshold, 0.0, level),
        )
    }
