"""The calibration that comes with the package: its files belong together, and runs can take it."""

from __future__ import annotations

import numpy as np

from remyelin.calibration.record import packaged_report
from remyelin.comparison.posterior import carried_by, effects_beside, shifted
from remyelin.parameters import ParameterTable
from remyelin.parameters.draws import Origin
from remyelin.parameters.request import packaged_posterior
from remyelin.study import catalogue
from remyelin.synthesis.scale import Scale
from remyelin.trials.predict import keys_of
from tools.calibration_page import PAGE, renewed

TABLE = ParameterTable.load()


def test_draws_effects_and_report_are_of_one_calibration() -> None:
    report = packaged_report()
    draws = packaged_posterior(TABLE, 10**6)
    assert draws.origin is Origin.POSTERIOR
    assert (len(draws), draws.digest()) == (report["draws"], report["digests"]["draws"])
    assert report["digests"]["table"] == TABLE.digest()
    beside = effects_beside(draws)
    assert beside is not None
    assert beside.rows == tuple(range(len(draws)))
    assert len(beside.effects) == len(draws)


def test_every_draw_keeps_the_rules_between_parameters() -> None:
    draws = packaged_posterior(TABLE, 25)
    for draw in range(len(draws)):
        assert draws.table(draw).digest() != TABLE.digest()


def test_thinned_draws_find_their_own_effects() -> None:
    few = packaged_posterior(TABLE, 7)
    beside = effects_beside(few)
    assert beside is not None
    study = catalogue.load("affirm")
    key = next(key for key, _ in keys_of(study) if key.outcome == "arr")
    carries = carried_by(study, key)
    assert carries is not None
    values = np.full(7, 0.4)
    found = beside.corrected(values, carries, np.arange(7))
    learnt, _ = beside.effects.discrepancy(carries, beside.rows)
    assert np.allclose(np.log(found.values), np.log(0.4) + learnt)
    assert found.study_sd > 0.0


def test_a_level_at_baseline_carries_no_effect() -> None:
    study = catalogue.load("burt2021_rrms")
    edss = [key for key, _ in keys_of(study) if key.outcome == "edss"]
    carried = {key.time_months: carried_by(study, key) is not None for key in edss}
    assert carried.pop(0.0) is False
    assert carried
    assert all(carried.values())


def test_other_draws_have_no_effects() -> None:
    from dataclasses import replace

    draws = packaged_posterior(TABLE, 3)
    assert effects_beside(replace(draws, values=draws.values * 1.01)) is None
    assert effects_beside(replace(draws, origin=Origin.PRIOR)) is None
    assert effects_beside(None) is None


def test_a_shift_leaves_what_has_no_place_on_the_scale() -> None:
    values = np.array([0.0, 0.5, 1.0, np.nan])
    moved = shifted(values, Scale.PROPORTION, np.full(4, 0.3))
    assert moved[[0, 2]].tolist() == [0.0, 1.0]
    assert 0.5 < moved[1] < 0.6
    assert np.isnan(moved[3])


def test_the_page_says_what_the_report_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page, packaged_report()) == page
