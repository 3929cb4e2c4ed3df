"""The fused assessor: the same ratings as the assessor on NumPy, compiled."""

from __future__ import annotations

from functools import cache

import numpy as np

from remyelin.engine.fused import rating_kernel
from remyelin.engine.fused.layout import PULSE_LEAVES
from remyelin.engine.fused.pieces import Kernel
from remyelin.engine.fused.runner import Part, Runner
from remyelin.engine.fused.settings import FusedSettings
from remyelin.engine.fused.shared import flat
from remyelin.engine.fused.text import Form
from remyelin.engine.population import Population
from remyelin.model.assessment import AssessmentParameters
from remyelin.model.edss import Rating
from remyelin.parameters import ParameterTable, bind


@cache
def _kernel(form: Form) -> Kernel:
    return rating_kernel.write(form)


class FusedAssessor:
    """A rater: the same patient on the same day always gets the same rating.

    Parameters
    ----------
    table
        Parameters.
    settings
        Precision, lanes and processor.

    Raises
    ------
    SimulationError
        The compiler is missing or fails.
    """

    def __init__(self, table: ParameterTable, *, settings: FusedSettings | None = None) -> None:
        used = settings or FusedSettings()
        parameters = [flat(bind(AssessmentParameters, table))]
        self._runner = Runner.of(_kernel(used.form), rating_kernel.NAME, parameters, used)

    def rate(self, population: Population) -> Rating:
        """Rate functional systems, ambulation and EDSS; each score has shape (n,)."""
        part = Part(0, len(population), self._runner.lanes)
        scores = np.zeros((len(Rating._fields), part.room))
        if part.count:
            groups = (population.state, population.levels, population.traits)
            leaves = [leaf for group in groups for leaf in part.reals(group)]
            nothing = [scores[0]] * len(PULSE_LEAVES)
            identity = part.identity(population, 0)
            self._runner.run([*leaves, *nothing, *identity, *scores], part.blocks)
        return Rating(*(row[: part.count] for row in scores))
