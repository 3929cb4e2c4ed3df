"""A population: virtual patients on their way through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.streams import Streams
from remyelin.errors import UnknownNameError
from remyelin.model.inputs import Levels
from remyelin.model.patient import OnsetParameters, State, state_at_onset
from remyelin.model.stage import Purpose
from remyelin.model.survival import DEFAULT_REGION, LIFE_TABLES, draw_mortality
from remyelin.model.traits import TRAIT_BLOCKS, TraitParameters, Traits, draw_traits
from remyelin.parameters import ParameterTable, bind


@dataclass(frozen=True)
class Population:
    """Virtual patients at one moment.

    Attributes
    ----------
    streams
        Identity and random streams of each patient.
    day
        Days since disease onset, shape (n,).
    traits, state, levels
        What stays, what changes, and the inputs in force; each leaf has shape (n,).
    """

    streams: Streams
    day: NDArray[np.int64]
    traits: Traits
    state: State
    levels: Levels

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.day)

    def take(self, index: NDArray[np.intp]) -> Population:
        """Give some of the patients."""
        return Population(
            self.streams.take(index),
            self.day[index],
            leaves.take(self.traits, index),
            leaves.take(self.state, index),
            leaves.take(self.levels, index),
        )

    def failed(self) -> NDArray[np.bool_]:
        """Say for each patient whether a state is no longer a finite number."""
        return ~leaves.finite(self.state)

    def untreated(self) -> Population:
        """Give the same patients with every level set to nothing."""
        return replace(self, levels=leaves.own(Levels(), len(self)))

    @classmethod
    def joined(cls, groups: Sequence[Population]) -> Population:
        """Put groups of patients one after another."""
        streams = [group.streams for group in groups]
        return cls(
            Streams(
                np.concatenate([s.patient for s in streams]),
                np.concatenate([s.key0 for s in streams]),
                np.concatenate([s.key1 for s in streams]),
            ),
            np.concatenate([group.day for group in groups]),
            leaves.join([group.traits for group in groups]),
            leaves.join([group.state for group in groups]),
            leaves.join([group.levels for group in groups]),
        )


def at_onset(
    table: ParameterTable, streams: Streams, *, era_factor: float, region: str = DEFAULT_REGION
) -> Population:
    """Draw patients and put them on the day of their disease onset.

    Parameters
    ----------
    table
        Parameters.
    streams
        Identities; a patient's traits depend on nothing else.
    era_factor
        Factor on vulnerability (1 for natural-history cohorts).
    region
        Whose life table they have.

    Raises
    ------
    UnknownNameError
        No life table of this region is known.
    """
    if region not in LIFE_TABLES:
        raise UnknownNameError("region", region, tuple(LIFE_TABLES))
    words = streams.uniforms(0, Purpose.TRAITS, TRAIT_BLOCKS)
    count = len(streams)
    drawn = draw_traits(NUMPY, bind(TraitParameters, table), words, era_factor)
    luck = streams.uniforms(0, Purpose.SURVIVAL, 1)
    life_table = bind(LIFE_TABLES[region], table)
    drawn = drawn._replace(
        mortality=draw_mortality(NUMPY, life_table, luck, person=drawn.person),
        wellbeing=drawn.wellbeing._replace(virus_luck=luck[1]),
    )
    traits = leaves.own(drawn, count)
    state = state_at_onset(NUMPY, bind(OnsetParameters, table), traits)
    return Population(
        streams,
        np.zeros(count, dtype=np.int64),
        traits,
        leaves.own(state, count),
        leaves.own(Levels(), count),
    )
