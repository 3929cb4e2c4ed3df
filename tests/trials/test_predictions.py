"""Every figure that a study asks for is predicted once and joined with what was published."""

from __future__ import annotations

import json
from math import isnan

import pytest

import remyelin
from remyelin.comparison.compared import ComparedRun
from remyelin.comparison.join import unmatched
from remyelin.evidence.base import EvidenceBase
from remyelin.statistics import summarise
from remyelin.statistics.figures import EVENT_FREE
from remyelin.statistics.scoring import Verdict
from remyelin.study import catalogue
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Measure
from remyelin.trials.predict import keys_of
from remyelin.trials.prediction import Progress
from tests.trials.small import Mapping, mapping, study


def like_mist() -> Mapping:
    """Small patients in the design of MIST, so that rows of the base join."""
    mist = catalogue.load("mist").model_dump(mode="json", exclude_none=True)
    data = mapping()
    data["evidence_id"] = mist["evidence_id"]
    data["arms"] = mist["arms"]
    data["design"]["follow_up"] = {"months": 24.0}
    data["endpoints"] = [
        {**endpoint, "times_months": [t for t in endpoint["times_months"] if (t or 0.0) <= 24.0]}
        for endpoint in catalogue.load("mist").model_dump(mode="json")["endpoints"]
    ]
    return data


@pytest.fixture(scope="module")
def steps() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def result(steps: list[Progress]) -> ComparedRun:
    return remyelin.run(study(like_mist()), patients=24, replicates=3, progress=steps.append)


@pytest.mark.parametrize("name", catalogue.names())
def test_every_endpoint_asks_for_each_figure_once(name: str) -> None:
    keys = [key for key, _ in keys_of(catalogue.load(name))]
    assert len(set(keys)) == len(keys)


def test_every_figure_is_predicted_exactly_once(result: ComparedRun) -> None:
    asked = [key for key, _ in keys_of(result.study)]
    assert [prediction.key for prediction in result.predictions] == asked
    for prediction in result.predictions:
        assert len(prediction.values) == 3
        assert prediction.n_replicates + prediction.n_not_estimable == 3
        assert prediction.n_not_estimable == sum(isnan(value) for value in prediction.values)
        if prediction.n_replicates >= 2:
            assert prediction.low <= prediction.median <= prediction.high


def test_predictions_stand_beside_the_published_figures(result: ComparedRun) -> None:
    published = {o.key: o for o in EvidenceBase.load().outcomes("burt2019")}
    joined = [p for p in result.predictions if p.observed is not None]
    assert len(joined) > 5
    assert all(p.observed == published[p.key] for p in joined)
    others = [p for p in result.predictions if p.observed is None]
    assert others
    assert {p.verdict for p in others} == {Verdict.NOT_PUBLISHED}
    assert all(p.key not in published for p in others)
    assert Verdict.NOT_PUBLISHED not in {p.verdict for p in joined}


def test_no_published_figure_is_lost(result: ComparedRun) -> None:
    published = {o.key for o in EvidenceBase.load().outcomes("burt2019")}
    joined = {p.key for p in result.predictions if p.observed is not None}
    left = {o.key for o in result.unmatched}
    assert joined | left == published
    assert not joined & left


@pytest.mark.parametrize("name", catalogue.names())
def test_a_published_figure_that_is_not_predicted_says_why(name: str) -> None:
    chosen = catalogue.load(name)
    rows = unmatched(chosen)
    assert all("not predicted: " in row.note for row in rows)
    groups = {a.arm_id for a in chosen.arms} | {e.contrast for e in chosen.endpoints}
    for row in rows:
        assert ("no such arm or contrast" in row.note) == (row.key.arm not in groups)


def test_a_study_outside_the_base_is_not_published_throughout() -> None:
    result = remyelin.run(study(), patients=8, replicates=1)
    assert {p.verdict for p in result.predictions} == {Verdict.NOT_PUBLISHED}
    assert result.unmatched == ()
    assert {p.key.study_id for p in result.predictions} == {"small"}


def test_the_mean_edss_of_a_visit_is_that_of_the_tables(result: ComparedRun) -> None:
    visits = result.tables["visits"].query("arm_id == 'dmt' and visit == 2")
    means = visits.groupby("replicate")["edss"].mean()
    wanted = [p for p in result.predictions if p.key.outcome == "edss" and p.key.arm == "dmt"]
    found = next(p for p in wanted if p.key.time_months == 12.0)
    assert found.values == pytest.approx(means.tolist())
    course = result.edss_course.query("arm_id == 'dmt' and time_months == 12.0").iloc[0]
    assert (course["mean"], course["low"]) == (found.median, summarise(found.values).low)
    assert course["n"] == pytest.approx(len(visits) / 3)


def test_curves_carry_the_published_points(result: ComparedRun) -> None:
    assert {curve.arm_id for curve in result.curves} == {"ahsct", "dmt"}
    assert any(curve.published for curve in result.curves)
    for curve in result.curves:
        assert all(0.0 <= s <= 1.0 for s in curve.survival)
        assert list(curve.survival) == sorted(curve.survival, reverse=True)


def test_a_figure_that_a_run_gives_twice_is_one_figure(result: ComparedRun) -> None:
    drawn = {
        (curve.definition_id, curve.arm_id, month): levels
        for curve in result.curves
        for month, *levels in zip(curve.months, curve.survival, curve.low, curve.high, strict=True)
    }
    seen = 0
    for one in result.predictions:
        key = one.key
        levels = drawn.get((key.definition_id, key.arm, key.time_months or -1.0))
        if levels is None or key.measure is not Measure.PROPORTION:
            continue
        seen += 1
        middle, low, high = levels
        if key.outcome not in EVENT_FREE:
            middle, low, high = 1.0 - middle, 1.0 - high, 1.0 - low
        spread = summarise(one.values)
        assert (one.median, spread.low, spread.high) == pytest.approx(
            (middle, low, high), abs=1e-12
        ), key
    assert seen > 4


def test_the_record_repeats_the_run(result: ComparedRun) -> None:
    record = json.loads(json.dumps(result.record))
    names = ("patients", "replicates", "seed", "twins", "workers")
    again = remyelin.run(result.study, **{name: record[name] for name in names})
    assert again.outcomes.equals(result.outcomes)
    for name, frame in result.tables.items():
        assert frame.equals(again.tables[name]), name
    keys = ("parameters", "study", "version", "model", "cohort")
    assert {k: again.record[k] for k in keys} == {k: result.record[k] for k in keys}


def test_the_record_tells_studies_apart(result: ComparedRun) -> None:
    other: Study = study({**like_mist(), "summary": "Another text."})
    assert remyelin.run(other, patients=1, replicates=1).record["study"] != result.record["study"]


def test_progress_rises_to_the_end(result: ComparedRun, steps: list[Progress]) -> None:
    shares = [step.done / step.total for step in steps]
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert result.wall_seconds > 0.0
