"""Each read-out is what it would truly be, plus noise of the stated size that can be left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.backends import Backend
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.performance import (
    DigitParameters,
    UtilityParameters,
    WalkParameters,
    digit_score,
    utility,
    walk_time,
)
from remyelin.parameters import bind
from remyelin.study.measurement import Measurement
from remyelin.trials.conduct import conduct
from remyelin.trials.examination import Examiner
from remyelin.trials.readouts import Scanner
from tests.trials.small import TABLE, mapping, plan, study

QUIET = {
    "rater_noise": False,
    "walk_noise": False,
    "sdmt_noise": False,
    "nfl_noise": False,
    "volume_noise": False,
}
COLUMN = {
    "rater_noise": "edss",
    "walk_noise": "t25fw_seconds",
    "sdmt_noise": "sdmt",
    "nfl_noise": "nfl_pg_ml",
    "volume_noise": "brain_volume_pct",
}
PEOPLE = 4_000


def visits(backend: Backend = Backend.NUMPY, **measurement: Any) -> pd.DataFrame:
    data = mapping()
    data["design"]["measurement"] = measurement
    ready = plan(study(data), patients=16, backend=backend)
    return conduct(ready, (0, 1), lambda _share, _what: None)["visits"]


@pytest.fixture(scope="module")
def quiet() -> pd.DataFrame:
    return visits(**QUIET)


@pytest.fixture(scope="module")
def people() -> Population:
    streams = Streams.of(5, np.zeros(PEOPLE, dtype=np.int64), np.arange(PEOPLE))
    young = at_onset(TABLE, streams, era_factor=1.0)
    return Engine(TABLE).advance(young, 0, 30)[0]


def examined(people: Population, occasion: int = 1, **settings: bool) -> dict[str, Any]:
    examiner = Examiner.of(Measurement(**{**QUIET, **settings}), TABLE, people.streams)
    return examiner.read(np.arange(len(people)), people, np.zeros(len(people)), occasion=occasion)


@pytest.mark.parametrize("switch", list(COLUMN))
def test_a_switch_changes_its_read_out_and_nothing_else(switch: str, quiet: pd.DataFrame) -> None:
    noisy = visits(**{**QUIET, switch: True})
    own = [COLUMN[switch]]
    if switch == "rater_noise":
        own += ["ambulation", "eq5d", *(n for n in noisy if n.startswith("fs_"))]
    assert not noisy[COLUMN[switch]].equals(quiet[COLUMN[switch]])
    pd.testing.assert_frame_equal(
        noisy.drop(columns=own), quiet.drop(columns=own), check_exact=True
    )


def test_both_engines_give_the_same_read_outs_without_noise_and_with_all_of_it(
    quiet: pd.DataFrame,
) -> None:
    pd.testing.assert_frame_equal(visits(Backend.FUSED, **QUIET), quiet, rtol=1e-10)
    loud = {**dict.fromkeys(QUIET, True), "sdmt_practice": True}
    pd.testing.assert_frame_equal(visits(Backend.FUSED, **loud), visits(**loud), rtol=1e-10)


def test_without_noise_a_read_out_is_the_true_function(people: Population) -> None:
    assert np.array_equal(examined(people)["nfl_pg_ml"], people.state.tissue.nfl)
    assert np.array_equal(examined(people)["sdmt"], examined(people, 2)["sdmt"])
    assert np.array_equal(examined(people)["t25fw_seconds"], examined(people, 2)["t25fw_seconds"])


@pytest.mark.parametrize(
    ("column", "switch", "key"),
    [
        ("t25fw_seconds", "walk_noise", "walk_noise_log_sd"),
        ("nfl_pg_ml", "nfl_noise", "nfl_noise_log_sd"),
    ],
)
def test_multiplicative_noise_has_the_stated_size(
    people: Population, column: str, switch: str, key: str
) -> None:
    noise = np.log(examined(people, **{switch: True})[column] / examined(people)[column])
    sd = TABLE[key].value
    assert abs(noise.std() / sd - 1.0) < 4.0 / np.sqrt(2 * PEOPLE)
    assert abs(noise.mean()) < 4.0 * sd / np.sqrt(PEOPLE)


def test_digit_noise_has_the_stated_size_beside_rounding(people: Population) -> None:
    noise = examined(people, sdmt_noise=True)["sdmt"] - examined(people)["sdmt"]
    sd = np.sqrt(TABLE["sdmt_noise_sd"].value ** 2 + 2 / 12)
    assert abs(noise.std() / sd - 1.0) < 0.06


def test_scanner_noise_has_the_stated_size_on_both_scans(people: Population) -> None:
    rows = np.arange(len(people))
    scanner = Scanner.at_baseline(TABLE, people, noise=True)
    first = scanner.read(rows, people, scanned=True, occasion=0)["brain_volume_pct"]
    assert np.array_equal(first, np.full(len(rows), 100.0))
    again = scanner.read(rows, people, scanned=True, occasion=1)["brain_volume_pct"]
    volume = people.state.tissue.volume.mean() / 100.0
    sd = np.sqrt(2.0) * TABLE["volume_noise_sd"].value / volume
    assert abs(again.astype(float).std() / sd - 1.0) < 4.0 / np.sqrt(2 * PEOPLE)


def test_noise_differs_between_visits_and_between_read_outs(people: Population) -> None:
    one, two = (examined(people, k, walk_noise=True, nfl_noise=True) for k in (1, 2))
    plain = examined(people)
    walk = np.log(one["t25fw_seconds"] / plain["t25fw_seconds"])
    again = np.log(two["t25fw_seconds"] / plain["t25fw_seconds"])
    blood = np.log(one["nfl_pg_ml"] / plain["nfl_pg_ml"])
    limit = 4.0 / np.sqrt(PEOPLE)
    assert abs(np.corrcoef(walk, again)[0, 1]) < limit
    assert abs(np.corrcoef(walk, blood)[0, 1]) < limit


def test_practice_raises_the_digit_test_from_the_second_time(people: Population) -> None:
    settings = Measurement(**{**QUIET, "sdmt_practice": True})
    examiner = Examiner.of(settings, TABLE, people.streams)
    rows, edss = np.arange(len(people)), np.zeros(len(people))
    taken = [examiner.read(rows, people, edss, occasion=k)["sdmt"] for k in range(8)]
    assert np.array_equal(taken[0], examined(people)["sdmt"])
    means = [float(score.astype(float).mean()) for score in taken]
    assert means == sorted(means)
    assert 0.0 < means[-1] - means[0] <= TABLE["sdmt_practice_gain"].value + 0.1


def test_walking_slows_and_digits_fall_with_disability_and_age() -> None:
    latent = np.linspace(-3.0, 8.0, 50)
    walk = walk_time(NUMPY, bind(WalkParameters, TABLE), spinal=latent, offset=0.0)
    assert walk[0] == TABLE["walk_time_normal"].value
    assert (np.diff(walk) >= 0.0).all()
    digits = bind(DigitParameters, TABLE)
    score = digit_score(NUMPY, digits, cerebral=latent, age=40.0, offset=0.0)
    older = digit_score(NUMPY, digits, cerebral=latent, age=60.0, offset=0.0)
    assert (np.diff(score) < 0.0).all()
    assert np.allclose(score - older, 20.0 * TABLE["sdmt_age_loss"].value)


def test_a_walk_that_takes_too_long_counts_as_not_finished(people: Population) -> None:
    slow = TABLE.with_values({"walk_time_unable": 10.0, "walk_time_normal": 12.0})
    examiner = Examiner.of(Measurement(), slow, people.streams)
    times = examiner.read(np.arange(len(people)), people, np.zeros(len(people)), occasion=1)[
        "t25fw_seconds"
    ]
    assert times.max() == 10.0


def test_utility_is_that_of_the_published_steps_and_lower_soon_after_a_relapse() -> None:
    p = bind(UtilityParameters, TABLE)

    def at(edss: float, days: float = 1e4) -> float:
        value = utility(NUMPY, p, edss=np.array([edss]), days_since_relapse=np.array([days]))
        return float(value[0])

    for edss, key in ((0.0, "0"), (3.0, "3"), (6.5, "6_5"), (7.0, "7"), (9.0, "9")):
        assert at(edss) == pytest.approx(TABLE[f"utility_edss_{key}"].value)
    assert at(2.5) == pytest.approx((at(2.0) + at(3.0)) / 2)
    assert at(9.5) == at(9.0)
    lowered = TABLE["utility_relapse"].value
    assert at(3.0, 90.0) - at(3.0) == pytest.approx(lowered)
    assert at(3.0, 91.0) == at(3.0)
