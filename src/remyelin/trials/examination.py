"""Examination beside the EDSS: timed walk, digit test, serum NfL and quality of life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.engine.streams import Streams
from remyelin.model.draws import normal
from remyelin.model.function import LatentParameters, latent_disability
from remyelin.model.performance import (
    DigitParameters,
    PracticeParameters,
    UtilityParameters,
    WalkParameters,
    digit_score,
    practice,
    utility,
    walk_time,
)
from remyelin.model.stage import Purpose
from remyelin.model.states import Latent
from remyelin.parameters import ParameterTable, bind
from remyelin.study.measurement import Measurement

Reals = NDArray[np.float64]


class ExaminationParameters(NamedTuple):
    """Parameters of an examination."""

    latent: LatentParameters
    walk: WalkParameters
    digits: DigitParameters
    practice: PracticeParameters
    utility: UtilityParameters
    walk_time_unable: float
    sdmt_highest: float
    walk_noise_log_sd: float
    sdmt_noise_sd: float
    nfl_noise_log_sd: float


def standard_noise(streams: Streams, occasion: NDArray[np.int64] | int, purpose: Purpose) -> Reals:
    """Draw a standard normal value for each patient.

    Parameters
    ----------
    streams
        Random streams of the patients.
    occasion
        What tells one visit of a patient from another.
    purpose
        What the noise is for; each has a stream of its own.
    """
    words = streams.uniforms(occasion, purpose, 1)
    noise: Reals = normal(NUMPY, words[0], words[1])
    return noise


def unexamined(count: int) -> dict[str, NDArray[np.generic]]:
    """Give the read-outs of a visit at which nothing but the EDSS is rated."""
    return {name: np.full(count, np.nan) for name in ("t25fw_seconds", "sdmt", "nfl_pg_ml", "eq5d")}


@dataclass
class Examiner:
    """Examines participants and remembers how often each took the digit test.

    Attributes
    ----------
    settings, parameters
        Which noise there is, and how much.
    walk_offset, digit_offset
        Standard normal offset of each participant; shape (participants,).
    tests
        Digit tests taken so far; shape (participants,).
    """

    settings: Measurement
    parameters: ExaminationParameters
    walk_offset: Reals
    digit_offset: Reals
    tests: Reals

    @classmethod
    def of(cls, settings: Measurement, table: ParameterTable, streams: Streams) -> Examiner:
        """Make ready to examine participants."""
        words = streams.uniforms(0, Purpose.FUNCTION_OFFSETS, 1)
        return cls(
            settings,
            bind(ExaminationParameters, table),
            normal(NUMPY, words[0], words[1]),
            normal(NUMPY, words[2], words[3]),
            np.zeros(len(streams)),
        )

    def read(
        self, rows: NDArray[np.intp], people: Population, edss: Reals, *, occasion: int
    ) -> dict[str, NDArray[np.generic]]:
        """Examine participants once.

        Parameters
        ----------
        rows
            Participants by position.
        people
            The same participants as they stand.
        edss
            EDSS as rated at this visit.
        occasion
            What tells this visit of a patient from his others.
        """
        p, state = self.parameters, people.state
        with np.errstate(all="ignore"):
            latent = latent_disability(
                NUMPY,
                p.latent,
                deficit=state.deficit,
                fluctuation=state.fluctuation,
                tissue=state.tissue,
                disease=people.traits.disease,
            )
            columns: dict[str, NDArray[np.generic]] = {
                "t25fw_seconds": self._walk(rows, people, latent, occasion),
                "sdmt": self._digits(rows, people, latent, occasion),
                "nfl_pg_ml": self._nfl(people, occasion),
                "eq5d": utility(
                    NUMPY, p.utility, edss=edss, days_since_relapse=state.relapses.days_since
                ),
            }
        self.tests[rows] += 1.0
        return columns

    def _walk(
        self, rows: NDArray[np.intp], people: Population, latent: Latent, occasion: int
    ) -> Reals:
        p = self.parameters
        time: Reals = walk_time(NUMPY, p.walk, spinal=latent.spinal, offset=self.walk_offset[rows])
        if self.settings.walk_noise:
            noise = standard_noise(people.streams, occasion, Purpose.WALK_NOISE)
            time = time * np.exp(p.walk_noise_log_sd * noise)
        return np.minimum(time, p.walk_time_unable)

    def _digits(
        self, rows: NDArray[np.intp], people: Population, latent: Latent, occasion: int
    ) -> Reals:
        p = self.parameters
        score: Reals = digit_score(
            NUMPY,
            p.digits,
            cerebral=latent.cerebral,
            age=people.state.clock.age,
            offset=self.digit_offset[rows],
        )
        if self.settings.sdmt_practice:
            score = score + practice(NUMPY, p.practice, tests=self.tests[rows])
        if self.settings.sdmt_noise:
            noise = standard_noise(people.streams, occasion, Purpose.SDMT_NOISE)
            score = score + p.sdmt_noise_sd * noise
        return np.rint(np.clip(score, 0.0, p.sdmt_highest))

    def _nfl(self, people: Population, occasion: int) -> Reals:
        level: Reals = people.state.tissue.nfl
        if not self.settings.nfl_noise:
            return level.copy()
        noise = standard_noise(people.streams, occasion, Purpose.NFL_NOISE)
        return level * np.exp(self.parameters.nfl_noise_log_sd * noise)
