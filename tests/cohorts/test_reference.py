"""The stored reference population belongs to the parameters and the model that ship with it."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.cohorts import reference
from remyelin.cohorts.screening import NEVER_RELAPSED_DAYS, looks
from remyelin.engine.advance import Engine
from remyelin.engine.assessment import Assessor
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.errors import CohortError
from remyelin.parameters import ParameterTable
from remyelin.study.population import Era
from remyelin.study.vocabulary import Covariate

PEOPLE, YEARS = 24, 2.0


@pytest.mark.parametrize("era", list(Era))
def test_the_stored_population_was_made_with_the_shipped_parameters(era: Era) -> None:
    stored, shipped = reference.load(era).digest, ParameterTable.load().digest()
    assert stored == shipped, (
        f"the reference population of era {era} was made with other parameters; "
        "run `make reference` and commit the files that it writes"
    )


@pytest.mark.parametrize("era", list(Era))
def test_making_the_first_patients_anew_gives_the_stored_rows(
    era: Era, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "HORIZON_YEARS", YEARS)
    frame = reference.make(era, ParameterTable.load(), candidates=PEOPLE)
    made = reference._unpacked(frame)
    early = reference.load(era).within(YEARS)
    first = early.where(early.candidate < PEOPLE)
    assert np.array_equal(first.candidate, frame["candidate"]), "run `make reference`"
    for name, values in first.covariates.items():
        assert np.array_equal(values, made[name]), f"{name} differs; run `make reference`"


def test_the_calendar_periods_differ_and_older_patients_are_worse_off() -> None:
    modern, historical = reference.load(Era.MODERN), reference.load(Era.HISTORICAL)
    assert historical.covariates["edss"].mean() > modern.covariates["edss"].mean()


def test_looks_within_a_time_are_no_later() -> None:
    near = reference.load(Era.MODERN).within(5.0)
    assert near.covariates["disease_duration_years"].max() <= 5.0
    assert near.candidates == reference.CANDIDATES


def test_a_period_without_stored_population_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reference, "_NAME", "absent_{era}")
    with pytest.raises(CohortError, match=r"era 'historical'.*\n?.*population\.era"):
        reference.load.__wrapped__(Era.HISTORICAL)


def test_a_live_look_and_a_stored_one_say_the_same_of_patients_without_relapse() -> None:
    table = ParameterTable.load()
    streams = Streams.of(1, np.zeros(PEOPLE, dtype=np.int64), np.arange(PEOPLE, dtype=np.int64))
    start = at_onset(table, streams, era_factor=1.0)
    (live,) = looks(Engine(table), Assessor(table), start, 0.26)
    days = live.covariates[Covariate.DAYS_SINCE_RELAPSE]
    assert days.max() == NEVER_RELAPSED_DAYS
    stored = reference.load(Era.MODERN).covariates[Covariate.DAYS_SINCE_RELAPSE]
    assert stored.max() == NEVER_RELAPSED_DAYS
