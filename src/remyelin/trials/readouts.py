"""MRI read-outs: what a scan shows of enhancing lesions, new lesions and brain volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.population import Population
from remyelin.model.stage import Purpose
from remyelin.parameters import ParameterTable
from remyelin.trials.examination import standard_noise

_PERCENT = 100.0


@dataclass
class Scanner:
    """Reads scans against each patient's earlier ones.

    Attributes
    ----------
    oedema
        Volume added by an enhancing lesion, %.
    noise_sd
        Noise of the scanner, % of volume; 0 for none.
    reference_volume
        Volume on the baseline scan; shape (participants,).
    last_total
        T2 lesions on the scan before; nan before the first scan.
    """

    oedema: float
    noise_sd: float
    reference_volume: NDArray[np.float64]
    last_total: NDArray[np.float64]

    @classmethod
    def at_baseline(
        cls, table: ParameterTable, population: Population, *, noise: bool = False
    ) -> Scanner:
        """Set the reference of every participant, on visit 0, with or without noise."""
        oedema = table["oedema_per_gd"].internal
        noise_sd = table["volume_noise_sd"].internal if noise else 0.0
        scanner = cls(oedema, noise_sd, np.empty(0), np.full(len(population), np.nan))
        scanner.reference_volume = scanner._shown_volume(population, 0)
        return scanner

    def read(
        self, rows: NDArray[np.intp], population: Population, *, scanned: bool, occasion: int
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
        occasion
            What tells this visit of a patient from his others; 0 is baseline.
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
        volume = self._shown_volume(population, occasion) / self.reference_volume[rows]
        return {
            "gd_lesions": population.state.lesions.enhancing,
            "new_t2_lesions": new,
            "brain_volume_pct": _PERCENT * volume,
        }

    def _shown_volume(self, population: Population, occasion: int) -> NDArray[np.float64]:
        state = population.state
        volume: NDArray[np.float64] = state.tissue.volume + self.oedema * state.lesions.enhancing
        if self.noise_sd:
            noise = standard_noise(population.streams, occasion, Purpose.VOLUME_NOISE)
            volume = volume + self.noise_sd * noise
        return volume
