"""MRI read-outs: what a scan shows of enhancing lesions, new lesions and brain volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.population import Population
from remyelin.parameters import ParameterTable

_PERCENT = 100.0


@dataclass
class Scanner:
    """Reads scans against each patient's earlier ones.

    Attributes
    ----------
    oedema
        Volume added by an enhancing lesion, %.
    reference_volume
        Volume on the baseline scan; shape (participants,).
    last_total
        T2 lesions on the scan before; nan before the first scan.
    """

    oedema: float
    reference_volume: NDArray[np.float64]
    last_total: NDArray[np.float64]

    @classmethod
    def at_baseline(cls, table: ParameterTable, population: Population) -> Scanner:
        """Set the reference of every participant."""
        oedema = table["oedema_per_gd"].internal
        reference = _shown_volume(population, oedema)
        return cls(oedema, reference, np.full(len(population), np.nan))

    def read(
        self, rows: NDArray[np.intp], population: Population, *, scanned: bool
    ) -> dict[str, NDArray[np.generic]]:
        """Read the scans of a visit; everything is nan where no scan is made.

        Parameters
        ----------
        rows
            Participants by position.
        population
            The same participants as they stand.
        scanned
            Whether MRI is done at this visit.
        """
        if not scanned:
            nothing = np.full(len(rows), np.nan)
            return {
                "gd_lesions": nothing,
                "new_t2_lesions": nothing,
                "brain_volume_pct": nothing,
            }
        total = population.state.lesions.t2_total
        new = total - self.last_total[rows]
        self.last_total[rows] = total
        volume = _shown_volume(population, self.oedema) / self.reference_volume[rows]
        return {
            "gd_lesions": population.state.lesions.enhancing,
            "new_t2_lesions": new,
            "brain_volume_pct": _PERCENT * volume,
        }


def _shown_volume(population: Population, oedema: float) -> NDArray[np.float64]:
    state = population.state
    volume: NDArray[np.float64] = state.tissue.volume + oedema * state.lesions.enhancing
    return volume
