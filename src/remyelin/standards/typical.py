"""The typical patient: every draw at its median, sizes of damage at their mean."""

from __future__ import annotations

from typing import Any, Literal

from remyelin.engine.fused.layout import LEVEL_LEAVES, STATE_LEAVES, TRAIT_LEAVES
from remyelin.engine.numpy_backend import NumpyNumeric
from remyelin.model.patient import OnsetParameters, state_at_onset
from remyelin.model.stage import WORDS_PER_BLOCK
from remyelin.model.traits import TRAIT_BLOCKS, TraitParameters, draw_traits
from remyelin.parameters import ParameterTable, bind

_MIDDLE = 0.5


class _Typical(NumpyNumeric):
    """Normal draws at 0, exponential ones at their mean."""

    gives_means: Literal[True] = True

    def normal(self) -> float:
        """Median of a standard normal value."""
        return 0.0

    def exponential(self, u: object) -> float:
        """Mean of an exponential value."""
        return 1.0


def typical_patient(table: ParameterTable) -> tuple[dict[str, float], dict[str, float]]:
    """Give the state at disease onset, and traits and levels, of the typical untreated patient.

    Parameters
    ----------
    table
        Parameters.
    """
    m = _Typical()
    words = [_MIDDLE] * (WORDS_PER_BLOCK * TRAIT_BLOCKS)
    traits = draw_traits(m, bind(TraitParameters, table), words, 1.0)
    state = state_at_onset(m, bind(OnsetParameters, table), traits)
    others = dict(zip(TRAIT_LEAVES, _flat(traits), strict=True))
    others |= dict.fromkeys(LEVEL_LEAVES, 0.0)
    return dict(zip(STATE_LEAVES, _flat(state), strict=True)), others


def _flat(group: Any) -> list[float]:
    if isinstance(group, tuple):
        return [number for part in group for number in _flat(part)]
    return [float(group)]
