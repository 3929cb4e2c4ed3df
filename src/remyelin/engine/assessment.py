"""Assessment: rates patients on the day on which they stand."""

from __future__ import annotations

import numpy as np

from remyelin.engine import leaves
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.model.assessment import RATING_BLOCKS, AssessmentParameters, assess
from remyelin.model.edss import Rating
from remyelin.model.stage import Purpose
from remyelin.parameters import ParameterTable, bind


class Assessor:
    """A rater: the same patient on the same day always gets the same rating.

    Parameters
    ----------
    table
        Parameters.
    noise
        False rates without the noise of a rater.
    """

    def __init__(self, table: ParameterTable, *, noise: bool = True) -> None:
        self._parameters = bind(AssessmentParameters, table)
        self._noise = noise

    def rate(self, population: Population) -> Rating:
        """Rate functional systems, ambulation and EDSS; each score has shape (n,)."""
        words = None
        if self._noise:
            words = population.streams.uniforms(population.day, Purpose.RATING, RATING_BLOCKS)
        with np.errstate(all="ignore"):
            rating = assess(
                NUMPY,
                self._parameters,
                deficit=population.state.deficit,
                fluctuation=population.state.fluctuation,
                tissue=population.state.tissue,
                disease=population.traits.disease,
                offsets=population.traits.offsets,
                u=words,
            )
        return leaves.own(rating, len(population))
