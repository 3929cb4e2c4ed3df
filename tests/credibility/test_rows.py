"""Scoring of special targets, votes and summaries, on numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy.special import stdtrit

from remyelin.comparison.scales import Z_90, Scale
from remyelin.credibility import groups
from remyelin.credibility.observations import Observation, expanded
from remyelin.credibility.overlap import shares_tuned
from remyelin.credibility.rows import Row, target_row, weighted
from remyelin.credibility.schema import Target
from remyelin.credibility.summary import share_of, summarise_rows
from remyelin.statistics.scoring import Verdict
from remyelin.study.vocabulary import Mark, Role

NATURAL = groups.load("natural-history")


def target(name: str = "edss6_from_onset") -> Target:
    return next(t for t in NATURAL.targets if t.target == name)


def seen(value: float, **other: object) -> Observation:
    base = Observation(
        value=value,
        error=None,
        between_sd=0.0,
        borrowed=False,
        n=100,
        cohorts=("one",),
        low=None,
        high=None,
        mark=Mark.SEEN,
        source="somewhere",
    )
    return replace(base, **other)  # type: ignore[arg-type]


SPREAD = (math.exp(-0.2), 1.0, math.exp(0.2))
"""Three replicates with the variance 0.04 on the log scale, around 1."""

T_90 = float(stdtrit(2, 0.95))
"""Quantile of Student's law of three replicates, where `Z_90` is that of very many."""

TEN = (*(math.exp(-0.2),) * 3, *(1.0,) * 4, *(math.exp(0.2),) * 3)
"""Ten replicates, enough for a verdict, with the variance 0.24 / 9 on the log scale."""


def half(row: Row) -> float:
    return (math.log(row.high) - math.log(row.low)) / 2.0


@pytest.mark.parametrize(("n", "units"), [(100, 100.0), (400, 100.0), (25, 100.0)])
def test_the_interval_is_that_of_the_published_size_with_monte_carlo_error(
    n: int, units: float
) -> None:
    row = target_row(target(), seen(1.0, n=n), SPREAD, (units,) * 3)
    assert row.median == pytest.approx(1.0)
    assert half(row) == pytest.approx(T_90 * math.sqrt(0.04 * units / n + 0.04 / 3))
    assert (row.low, row.high) == (row.strict_low, row.strict_high)


def test_a_published_error_stands_in_for_an_unknown_number() -> None:
    row = target_row(target(), seen(1.0, n=None, error=0.3), SPREAD, (100.0,) * 3)
    assert half(row) == pytest.approx(T_90 * math.sqrt(0.09 + 0.04 / 3))


def test_the_between_study_variance_widens_the_verdict_and_not_the_strict_one() -> None:
    row = target_row(target(), seen(1.6, between_sd=0.5), TEN, (100.0,) * 10)
    strict = (math.log(row.strict_high) - math.log(row.strict_low)) / 2.0
    assert half(row) == pytest.approx(math.hypot(strict, Z_90 * 0.5))
    assert (row.verdict, row.strict_verdict) == (Verdict.IN, Verdict.OUT)
    variance = 0.24 / 9
    assert row.z == pytest.approx(math.log(1.6) / math.sqrt(variance * 1.1 + 0.25))


def test_no_number_and_no_error_is_not_scorable_but_has_its_distance() -> None:
    row = target_row(target(), seen(2.5, n=None), SPREAD, (100.0,) * 3)
    assert (row.verdict, row.z, row.interval_score) == (Verdict.NOT_SCORABLE, None, None)
    assert (row.off, row.within_factor_2) == (pytest.approx(2.5), False)


def test_what_no_replicate_gives_is_not_estimable() -> None:
    row = target_row(target(), seen(1.0), (math.nan,) * 3, (100.0,) * 3)
    assert (row.verdict, row.off, row.replicates) == (Verdict.NOT_ESTIMABLE, None, 0)


def test_a_time_that_is_never_reached_keeps_the_interval_of_the_replicates() -> None:
    row = target_row(target(), seen(20.0), (30.0, *(math.inf,) * 9), (100.0,) * 10)
    assert (row.median, row.high) == (math.inf, math.inf)
    assert (row.verdict, row.within_factor_2) == (Verdict.OUT, False)


def test_changes_are_held_against_combined_standard_errors() -> None:
    row = target_row(
        target("nadir_mean_affirm"), seen(1.0, error=0.3), (0.4, 0.5, 0.6), (100.0,) * 3
    )
    assert row.scale is Scale.CHANGE
    assert row.off == pytest.approx(0.5 / math.hypot(0.3, 0.1 / math.sqrt(3)))
    assert row.within_factor_2


def test_the_monte_carlo_error_of_a_change_without_published_error_counts_once() -> None:
    row = target_row(
        target("nadir_mean_affirm"), seen(1.0, error=None, n=100), (0.4, 0.5, 0.6), (100.0,) * 3
    )
    assert row.off == pytest.approx(0.5 / math.sqrt(0.01 + 0.01 / 3))


def test_a_target_of_a_cohort_of_which_something_was_tuned_is_flagged() -> None:
    tested = next(t for t in NATURAL.targets if t.role is Role.TEST)
    tuned = next(t for t in NATURAL.targets if t.role is Role.TUNE)

    def flag(which: Target, *cohorts: str) -> bool:
        return target_row(which, seen(1.0, cohorts=cohorts), SPREAD, (1.0,) * 3).overlaps_tune

    assert flag(tested, "nobody", "lyon")
    assert not flag(tested, "nobody")
    assert not flag(tuned, "lyon")


def test_test_targets_of_natural_history_share_cohorts_with_tune_ones() -> None:
    pairs = expanded(NATURAL)
    tune = {c for t, o in pairs if t.role is Role.TUNE for c in o.cohorts}
    sharing = {t.target for t, o in pairs if t.role is Role.TEST and tune & {*o.cohorts}}
    flagged = {t.target for t, o in pairs if shares_tuned(t.role, o.cohorts)}
    assert len(sharing) >= 10
    assert sharing <= flagged


def rows(*specs: tuple[str, str, Role, Verdict]) -> tuple[Row, ...]:
    base = target_row(target(), seen(1.0), SPREAD, (100.0,) * 3)
    made = [
        replace(base, cohort=c, quantity=q, role=role, verdict=v, strict_verdict=v, run=f"{k}")
        for k, (c, q, role, v) in enumerate(specs)
    ]
    return weighted(made)


TEST, TUNE, IN, OUT = Role.TEST, Role.TUNE, Verdict.IN, Verdict.OUT


def test_a_cohort_has_one_vote_on_a_quantity() -> None:
    made = rows(("a", "x", TEST, IN), ("a", "x", TEST, OUT), ("a", "y", TEST, OUT))
    assert [row.weight for row in made] == [0.5, 0.5, 1.0]
    share = share_of(made)
    assert (share.scored, share.inside, share.votes) == (3, 1, 0.25)


def test_a_cohort_that_stands_alone_and_in_a_pooled_figure_shares_its_vote() -> None:
    made = rows(("a+b", "x", TEST, IN), ("a", "x", TEST, OUT))
    assert [row.weight for row in made] == [0.75, 0.5]


def test_the_summary_keeps_roles_apart_and_names_the_worst() -> None:
    made = list(rows(("a", "x", TEST, IN), ("b", "x", TUNE, OUT), ("c", "x", TEST, OUT)))
    made[1] = replace(made[1], off=5.0, within_factor_2=False)
    made[2] = replace(made[2], off=1.5)
    made.append(replace(made[0], verdict=Verdict.NOT_SCORABLE))
    found = summarise_rows(made)
    assert (found.test.scored, found.test.inside) == (2, 1)
    assert (found.tune.scored, found.tune.inside) == (1, 0)
    assert found.beyond == (1, 4)
    assert found.not_scorable == 1
    assert [row.off for row in found.worst] == [5.0, 1.5]
    assert found.widths["ratio"] == pytest.approx(made[0].high / made[0].low)
