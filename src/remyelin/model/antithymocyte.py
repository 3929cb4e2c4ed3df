"""Anti-thymocyte globulin: exposure by lymphocyte count, and a tail that outlasts the infusions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.lymphocytes import LN2
from remyelin.model.numeric import Numeric, Value, clip, power, survive
from remyelin.model.states import Activation, BCells, Harm, Harvest, TCells


class ExposureParameters(NamedTuple):
    """Parameters of the exposure to ATG."""

    atg_lymphocyte_exponent: float
    atg_lymphocyte_reference: float
    atg_exposure_min: float
    atg_exposure_max: float


def atg_exposure(m: Numeric, p: ExposureParameters, harvest: Harvest) -> Value:
    """Give exposure per dose, 1 at the reference count: many lymphocytes clear ATG sooner.

    The count is the one before mobilisation; without one the exposure is 1.
    """
    count = m.where(harvest.lymphocytes > 0.0, harvest.lymphocytes, p.atg_lymphocyte_reference)
    exposure = power(m, count / p.atg_lymphocyte_reference, p.atg_lymphocyte_exponent)
    return clip(m, exposure, p.atg_exposure_min, p.atg_exposure_max)


class AtgParameters(NamedTuple):
    """Parameters of the action of ATG."""

    atg_half_life: float
    atg_threshold: float
    ratg_naive_kill: float
    ratg_memory_kill: float
    ratg_b_kill: float
    ratg_memory_b_kill: float
    ratg_effector_kill: float


def act_of_atg(
    m: Numeric,
    p: AtgParameters,
    h: float,
    *,
    harm: Harm,
    t_cells: TCells,
    b_cells: BCells,
    activation: Activation,
) -> Mapping[str, NamedTuple]:
    """Kill by the ATG that is used up today; what is below the threshold acts at once and is gone.

    Over the whole tail one course brings exactly its kill.
    """
    left = harm.atg * m.exp(-h * LN2 / p.atg_half_life)
    left = m.where(left < p.atg_threshold, 0.0, left)
    used = harm.atg - left
    naive = survive(m, p.ratg_naive_kill * used)
    return {
        "harm": harm._replace(atg=left),
        "t_cells": t_cells._replace(
            emigrants=t_cells.emigrants * naive,
            naive=t_cells.naive * naive,
            memory=t_cells.memory * survive(m, p.ratg_memory_kill * used),
        ),
        "b_cells": b_cells._replace(
            total=b_cells.total * survive(m, p.ratg_b_kill * used),
            memory=b_cells.memory * survive(m, p.ratg_memory_b_kill * used),
        ),
        "activation": activation._replace(
            burst=activation.burst * survive(m, p.ratg_effector_kill * used)
        ),
    }


def atg_acts(m: Numeric, p: object, h: float, *, harm: Harm) -> Value:
    """Say whether ATG is left."""
    return harm.atg > 0.0
