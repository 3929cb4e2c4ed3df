"""Packing of reference populations: what changes little from look to look is kept as change.

Only what cannot be derived is kept: candidate, day, age and rises of the EDSS are worked out when
a population is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.past import SCREENING_INTERVAL
from remyelin.cohorts.screening import (
    LOOKS_PER_YEAR,
    VOLUME_STEPS_PER_PERCENT,
    Covariates,
    Look,
    worsened,
)
from remyelin.study.vocabulary import Covariate
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

_STEPS: Final = {
    Covariate.EDSS: 2,
    Covariate.RELAPSES_12M: 1,
    Covariate.RELAPSES_24M: 1,
    Covariate.DAYS_SINCE_RELAPSE: 1,
    Covariate.GD_LESIONS: 1,
    Covariate.T2_LESIONS: 1,
    Covariate.BRAIN_VOLUME: VOLUME_STEPS_PER_PERCENT,
    Covariate.DAYS_ON_DRUG: 1,
    Covariate.RELAPSES_ON_DRUG_12M: 1,
}
"""Covariates that are kept, and steps of each in its unit."""

_ALIVE: Final = "alive"
_ONSET_AGE: Final = "onset_age"
_FEMALE: Final = Covariate.FEMALE.value

_COLUMNS: Final = [*(name.value for name in _STEPS), _ALIVE, _ONSET_AGE, _FEMALE]

Whole = NDArray[np.int32]


def packed(looks: Iterable[Look]) -> pd.DataFrame:
    """Give looks as a table, sorted by candidate and day, differences instead of values."""
    import pandas as pd

    found: dict[str, list[Whole]] = {name: [] for name in (*(c.value for c in _STEPS), _ALIVE)}
    born = female = np.zeros(0)
    for look in looks:
        for name, steps in _STEPS.items():
            found[name.value].append(np.rint(look.covariates[name] * steps).astype(np.int32))
        found[_ALIVE].append(look.alive.astype(np.int32))
        born = look.population.traits.person.onset_age
        female = look.covariates[Covariate.FEMALE]
    count = len(found[_ALIVE])
    columns: dict[str, NDArray[np.generic]] = {
        name: _differences(values) for name, values in found.items()
    }
    columns[_ONSET_AGE] = np.repeat(born.astype(np.float32), count)
    columns[_FEMALE] = np.repeat(female > 0.0, count)
    return pd.DataFrame(columns)


def unpacked(
    frame: pd.DataFrame, candidates: int, silent_days: float
) -> tuple[Covariates, NDArray[np.bool_]]:
    """Give the covariates of looks, sorted by candidate and day, and who is alive."""
    count = len(frame) // candidates
    first = int(silent_days // SCREENING_INTERVAL) + 1
    day = (first + np.arange(count)) * float(SCREENING_INTERVAL)
    known = {name: _values(frame[name.value], candidates) / steps for name, steps in _STEPS.items()}
    edss = known[Covariate.EDSS]
    before, one, two = (_earlier(edss, k) for k in (1, LOOKS_PER_YEAR, 2 * LOOKS_PER_YEAR))
    born = frame[_ONSET_AGE].to_numpy(np.float64).reshape(candidates, count)
    made = {
        **known,
        Covariate.AGE: born + day / DAYS_PER_YEAR,
        Covariate.FEMALE: frame[_FEMALE].to_numpy(np.float64),
        Covariate.DURATION: np.tile((day - silent_days) / DAYS_PER_YEAR, candidates),
        Covariate.EDSS_RISE_12M: edss - one,
        Covariate.EDSS_RISE_24M: edss - two,
        Covariate.EDSS_WORSENED_24M: worsened(edss, before, two),
    }
    alive = _values(frame[_ALIVE], candidates) > 0
    return {name: made[name].ravel() for name in Covariate}, alive.ravel()


def to_bytes(frame: pd.DataFrame, *, level: int | None = None) -> bytes:
    """Give packed looks as a Parquet file, compressed at a level of zstd."""
    out = BytesIO()
    frame.to_parquet(out, compression="zstd", compression_level=level, index=False)
    return out.getvalue()


def from_bytes(content: bytes, candidates: int) -> pd.DataFrame:
    """Read packed looks of so many candidates.

    Raises
    ------
    ValueError
        The table is damaged, or has other columns or rows.
    """
    import pandas as pd

    frame = pd.read_parquet(BytesIO(content))
    if [*frame.columns] != _COLUMNS or not len(frame) or len(frame) % candidates:
        raise ValueError(f"{len(frame)} rows of {', '.join(map(str, frame.columns))}")
    return frame


def _differences(values: Sequence[Whole]) -> Whole:
    by_candidate = np.stack(values, axis=1)
    changes: Whole = np.diff(by_candidate, axis=1, prepend=np.int32(0)).ravel()
    return changes


def _values(changes: pd.Series[int], candidates: int) -> NDArray[np.int64]:
    table = changes.to_numpy(np.int64).reshape(candidates, -1)
    values: NDArray[np.int64] = np.cumsum(table, axis=1)
    return values


def _earlier(values: NDArray[np.float64], looks: int) -> NDArray[np.float64]:
    """Give each candidate's values so many looks before, the first one where there is none."""
    return values[:, np.maximum(np.arange(values.shape[1]) - looks, 0)]
