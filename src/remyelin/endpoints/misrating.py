"""How often a rating is off, told from scores that go up and come back, or down and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import brentq

from remyelin.endpoints.choices import choices
from remyelin.endpoints.columns import SYSTEM_COLUMNS
from remyelin.endpoints.conventions import EPSILON, BoolArray, FloatArray, IntArray
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.relapses import Onsets
from remyelin.endpoints.rows import Rows

AWAY_FROM_RELAPSE_DAYS: Final = choices()["recovery_after_relapse"].value
"""Days after an onset in which scores fall back by recovery."""

BANDS: Final = ((0.0, 3.5), (4.0, 5.5), (6.0, 10.0))
"""Levels of the EDSS that are told apart: by systems, by walking distance, with help and beyond.
Raters agree less at the low end; the cuts are a choice."""

SAME_ERROR: Final = choices()["same_error"].value
"""Chance that two wrong ratings of one patient are wrong alike: one step up or one step down, each
as likely. It matters little where few ratings are wrong."""

GRADED: Final = frozenset({"edss", *(column.name for column in SYSTEM_COLUMNS)})
"""Scores that are graded by a rater; two measured times or counts agree by chance alone."""

_QUANTILE: Final = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class MisratingLine:
    """Reversals among visits whose neighbours agree.

    Attributes
    ----------
    group
        Level of the score, or ``all``.
    patients, triples
        Patients and triples of successive visits that could be used.
    agreeing
        Triples whose first and third score are the same.
    up, down
        Of these, those whose middle score is higher, and lower.
    large
        Of these, those whose middle score is off by ``large_step`` or more.
    rate, low, high
        Share of ratings that are off, with a 95 % interval over patients; nan where no triple
        agrees or no rater grades the score, and limits nan for a single patient. At most 0.5:
        beyond that reversals become no more frequent.
    noise_sd, noise_low, noise_high
        Standard deviation of a single rating around a straight course through each triple, in
        points, with a 95 % interval; nan without triples.
    """

    group: str
    patients: int
    triples: int
    agreeing: int
    up: int
    down: int
    large: int
    rate: float
    low: float
    high: float
    noise_sd: float
    noise_low: float
    noise_high: float

    @property
    def reversals(self) -> int:
        """Triples with a reversal."""
        return self.up + self.down


@dataclass(frozen=True, eq=False)
class _Triples:
    patient: IntArray
    first: FloatArray
    middle: FloatArray
    last: FloatArray
    weight: FloatArray

    def keep(self, mask: BoolArray) -> _Triples:
        return _Triples(
            self.patient[mask],
            self.first[mask],
            self.middle[mask],
            self.last[mask],
            self.weight[mask],
        )


def misrating(
    tables: Tables,
    *,
    column: str = "edss",
    away_days: float = AWAY_FROM_RELAPSE_DAYS,
    longest_days: float | None = None,
    large_step: float = 1.0,
) -> tuple[MisratingLine, ...]:
    """Estimate how often ratings are off, from visits between two that agree.

    Parameters
    ----------
    tables
        Longitudinal tables or a history.
    column
        Score of the visits that is looked at.
    away_days
        Triples with a relapse after this many days before the first and up to the third visit are
        left out, as a score then rises and falls in truth.
    longest_days
        Triples that span more days are left out; None takes all.
    large_step
        Change from which a reversal counts as large.

    Returns
    -------
    tuple of MisratingLine
        All triples, and for the EDSS those at each level (by the mean of first and third score).

    Notes
    -----
    Where the true score is the same at three visits and the first and third rating agree, the
    middle one differs from them just when it is off, but for pairs that are off alike
    (`SAME_ERROR`), which is corrected for. So the share of reversals among agreeing triples
    estimates the share of ratings that are off. True changes that come back between two visits, as
    by relapses that nobody recorded, count as misrating: many more reversals up than down hint at
    them. The noise is that of Gasser, Sroka and Jennen-Steinmetz (1986, recalled): each middle
    score against the line through its neighbours, for visits at any distance.

    Raises
    ------
    InputError
        The column is not in the visits.
    """
    history = History.of(tables)
    measured = history.measured(column)
    rows = measured.until(history.end_day)
    triples = _triples(rows, history, away_days, longest_days)
    return tuple(
        _line(name, triples.keep(mask), large_step, graded=column in GRADED)
        for name, mask in _groups(triples, column)
    )


def _triples(
    rows: Rows, history: History, away_days: float, longest_days: float | None
) -> _Triples:
    size = max(rows.day.size - 2, 0)
    one, two, three = slice(0, size), slice(1, 1 + size), slice(2, 2 + size)
    same = (rows.patient[one] == rows.patient[two]) & (rows.patient[two] == rows.patient[three])
    days = rows.day
    same &= (days[one] < days[two]) & (days[two] < days[three])
    onsets = Onsets(history.relapses)
    since = onsets.since(rows.patient[three], days[three]) if size else np.zeros(0)
    same &= since > days[three] - days[one] + away_days
    if longest_days is not None:
        same &= days[three] - days[one] <= longest_days
    span = np.where(same, days[three] - days[one], 1.0)
    weight = np.where(same, (days[three] - days[two]) / span, 0.5)
    score = rows.value
    made = _Triples(rows.patient[one], score[one], score[two], score[three], weight)
    return made.keep(same)


def _groups(triples: _Triples, column: str) -> Iterator[tuple[str, BoolArray]]:
    yield "all", np.ones(triples.patient.size, dtype=np.bool_)
    if column == "edss":
        level = (triples.first + triples.last) / 2
        for low, high in BANDS:
            yield f"{low:g} to {high:g}", (level > low - 0.5) & (level <= high)


def _line(name: str, triples: _Triples, large_step: float, *, graded: bool) -> MisratingLine:
    agree = triples.keep(np.abs(triples.first - triples.last) < EPSILON)
    off = agree.middle - agree.first
    reversed_ = np.abs(off) > EPSILON
    share, low, high = _share(reversed_, agree.patient) if graded else (np.nan,) * 3
    noise = _noise(triples)
    return MisratingLine(
        group=name,
        patients=int(np.unique(triples.patient).size),
        triples=triples.patient.size,
        agreeing=agree.patient.size,
        up=int((off > EPSILON).sum()),
        down=int((off < -EPSILON).sum()),
        large=int((np.abs(off) >= large_step - EPSILON).sum()),
        rate=_rate_of(share),
        low=_rate_of(low),
        high=_rate_of(high),
        noise_sd=noise[0],
        noise_low=noise[1],
        noise_high=noise[2],
    )


def share_of_reversals(rate: float) -> float:
    """Share of reversals among agreeing triples where ratings are off with a chance ``rate``."""
    right, alike = (1 - rate) ** 2, rate**2 * SAME_ERROR
    return (right * rate + alike * (1 - rate * SAME_ERROR)) / (right + alike)


def _rate_of(share: float) -> float:
    """Chance of a rating to be off by the share of reversals; nan for nan."""
    if np.isnan(share) or share <= 0:
        return share
    if share >= share_of_reversals(0.5):
        return 0.5
    return float(brentq(lambda rate: share_of_reversals(rate) - share, 0.0, 0.5))


def _share(hit: BoolArray, patient: IntArray) -> tuple[float, float, float]:
    """Share with a 95 % interval that allows for several triples of one patient.

    Wilson's interval with the number of triples divided by the design effect (never below 1).
    """
    if not hit.size:
        return np.nan, np.nan, np.nan
    who = np.unique(patient, return_inverse=True)[1]
    count, size = np.bincount(who, hit), np.bincount(who)
    share, n = float(hit.mean()), hit.size
    clusters = count.size
    if clusters < 2:
        return share, np.nan, np.nan
    effect = 1.0
    if 0 < share < 1:
        between = np.square(count - share * size).sum() * clusters / (clusters - 1)
        effect = max(1.0, float(between / (n * share * (1 - share))))
    n_effective, z2 = n / effect, _QUANTILE**2
    centre = (share + z2 / (2 * n_effective)) / (1 + z2 / n_effective)
    half = np.sqrt(share * (1 - share) / n_effective + z2 / (4 * n_effective**2))
    half *= _QUANTILE / (1 + z2 / n_effective)
    return share, max(0.0, float(centre - half)), min(1.0, float(centre + half))


def _noise(triples: _Triples) -> tuple[float, float, float]:
    """Standard deviation of a rating by pseudo-residuals, with a 95 % interval over patients."""
    if not triples.patient.size:
        return np.nan, np.nan, np.nan
    before, after = triples.weight, 1.0 - triples.weight
    rest = triples.middle - before * triples.first - after * triples.last
    square = np.square(rest) / (1.0 + before**2 + after**2)
    who = np.unique(triples.patient, return_inverse=True)[1]
    total, size = np.bincount(who, square), np.bincount(who)
    variance, clusters = float(square.mean()), size.size
    if clusters < 2 or variance == 0:
        return float(np.sqrt(variance)), np.nan, np.nan
    between = np.square(total - variance * size).sum() * clusters / (clusters - 1)
    error = float(np.sqrt(between)) / (square.size * variance)
    wide = float(np.exp(_QUANTILE * error / 2))
    sd = float(np.sqrt(variance))
    return sd, sd / wide, sd * wide
