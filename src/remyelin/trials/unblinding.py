"""Unblinding: ratings of those who were given cells may lean towards better.

It is a fault of measurement and changes nobody. By default the lean is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.population import Population
from remyelin.parameters import ParameterTable
from remyelin.therapies.protocol import StepKind
from remyelin.therapies.timeline import Course


@dataclass(frozen=True)
class Lean:
    """How far ratings lean.

    Attributes
    ----------
    size
        Towards better, in latent units; 0 for ratings as they are.
    """

    size: float

    @classmethod
    def of(cls, table: ParameterTable) -> Lean:
        """Take the size from the parameters."""
        return cls(table["unblinding_lean"].internal)

    def seen(
        self, population: Population, rows: NDArray[np.intp], courses: Sequence[Course], day: int
    ) -> Population:
        """Give patients as a rater sees them.

        Parameters
        ----------
        population, rows
            The patients, and who they are among the participants.
        courses
            What was given to whom.
        day
            Day of the visit; who was given cells before it counts.
        """
        if self.size <= 0.0:
            return population
        told = np.isin(rows, given_cells(courses, day))
        lean = np.where(told, self.size, 0.0)
        now = population.state.fluctuation
        better = now._replace(
            trained_cerebral=now.trained_cerebral + lean,
            trained_brainstem=now.trained_brainstem + lean,
            trained_spinal=now.trained_spinal + lean,
        )
        return replace(population, state=population.state._replace(fluctuation=better))


def given_cells(courses: Sequence[Course], day: int) -> NDArray[np.intp]:
    """Give the participants who were given cells before a day."""
    found = []
    for course in courses:
        steps = course.protocol.steps
        days = [s.day or 0 for s in steps if s.product and s.kind is not StepKind.PROCESSING]
        if days:
            first = course.start + min(days)
            found.append(course.rows[(first < day) & (first < course.stop)])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.intp)
