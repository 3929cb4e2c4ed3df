"""Every measure gives the answer that can be counted on a few patients."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.credibility.measures.accrual import AccrualKept, AccrualRate, IndependentShare
from remyelin.credibility.measures.distribution import LevelMedian, ShareBelow
from remyelin.credibility.measures.imaging import (
    LesionDispersion,
    LesionFree,
    LesionMean,
    VolumeSlope,
)
from remyelin.credibility.measures.milestones import (
    AgeAtMilestone,
    Milestone,
    MilestoneBy,
    MilestoneGap,
    MilestoneRate,
    MilestoneTime,
)
from remyelin.credibility.measures.relapses import (
    FanoFactor,
    RelapseCount,
    RelapseRate,
    RelapseSpell,
    RelapseTrend,
    SexRatio,
)
from remyelin.credibility.measures.residuals import RelapseRise, RelapseRiseMean
from remyelin.credibility.measures.worsening import (
    EventShare,
    Persistence,
    WorseningShare,
)
from tests.credibility.courses import Person, course, days, scores

TEN_YEARS = [float(k) / 2 for k in range(21)]
SIX = Milestone(edss=6.0)


def climbing(at: float, height: float = 6.0, **other: float) -> Person:
    """Half-yearly visits over 10 years, at a height from some year on."""
    pairs = [(t, height if t >= at else 2.0) for t in TEN_YEARS]
    return Person(visits=scores(*pairs), **other)  # type: ignore[arg-type]


def test_the_share_below_counts_each_patient_once_however_many_visits() -> None:
    many = Person(visits=scores((4.5, 1.0), (5.0, 1.0), (5.5, 3.0)))
    once = Person(visits=scores((5.0, 6.0)))
    early = Person(visits=scores((1.0, 0.0)))
    measure = ShareBelow(axis="duration", at=5.0, half_width=1.0, below=2.0)
    seen = measure.read(course(many, once, early))
    assert seen.values == pytest.approx([(2 / 3 + 0) / 2])
    assert seen.units == pytest.approx([2])


def test_the_share_below_by_age_begins_at_birth() -> None:
    one = Person(visits=scores((0.0, 1.0), (10.0, 5.0)), age=35.0, duration=5.0)
    young = ShareBelow(axis="age", at=35.0, half_width=1.0, below=2.0)
    old = ShareBelow(axis="age", at=45.0, half_width=1.0, below=2.0)
    assert young.read(course(one)).values == pytest.approx([1.0])
    assert old.read(course(one)).values == pytest.approx([0.0])


def test_a_median_level_is_that_of_one_visit_in_each_replicate() -> None:
    people = [
        Person(visits=scores((0.0, value), (1.0, 99.0), column="nfl_pg_ml"), replicate=replicate)
        for replicate, value in ((0, 5.0), (0, 7.0), (0, 30.0), (1, 8.0))
    ]
    seen = LevelMedian(column="nfl_pg_ml", visit=0).read(course(*people))
    assert seen.values == pytest.approx([7.0, 8.0])
    assert seen.units == pytest.approx([3.0, 1.0])


def test_the_median_time_to_a_milestone_counts_from_onset() -> None:
    people = [climbing(at, duration=1.0) for at in (2.0, 4.0, 6.0)]
    seen = MilestoneTime(milestone=SIX).read(course(*people, climbing(99.0, duration=1.0)))
    # Of 4, the curve falls to one half with the second, at 4 years and the year before baseline.
    assert seen.values == pytest.approx([5.0], abs=0.01)
    rare = MilestoneTime(milestone=SIX).read(course(climbing(1.0), climbing(99), climbing(99)))
    assert np.isinf(rare.values).all()


def test_a_milestone_that_is_lost_again_is_not_reached() -> None:
    lost = Person(visits=scores(*[(t, 6.0 if t == 3.0 else 2.0) for t in TEN_YEARS]))
    assert np.isinf(MilestoneTime(milestone=SIX).read(course(lost)).values).all()


def test_who_begins_at_the_milestone_has_reached_it() -> None:
    seen = MilestoneTime(milestone=SIX).read(course(climbing(0.0, duration=0.5)))
    assert seen.values == pytest.approx([0.5])


def test_the_age_at_a_milestone_counts_from_birth() -> None:
    seen = AgeAtMilestone(milestone=SIX).read(course(climbing(4.0, age=31.0, duration=1.0)))
    assert seen.values == pytest.approx([35.0], abs=0.01)


def test_the_time_between_milestones_is_of_those_who_reached_the_first() -> None:
    steps = [(t, 2.0 if t < 2 else 4.0 if t < 7 else 6.0) for t in TEN_YEARS]
    measure = MilestoneGap(first=Milestone(edss=4.0), second=SIX)
    seen = measure.read(course(Person(visits=scores(*steps)), climbing(99.0)))
    assert seen.values == pytest.approx([5.0], abs=0.01)
    assert seen.units == pytest.approx([1.0])


def test_the_share_at_a_milestone_by_a_year_and_its_rate() -> None:
    people = [climbing(2.0), climbing(6.0), climbing(99.0), climbing(99.0)]
    assert MilestoneBy(milestone=SIX, years=5.0).read(course(*people)).values == pytest.approx(
        [0.25]
    )
    rate = MilestoneRate(milestone=SIX).read(course(*people)).values
    assert rate == pytest.approx([2 / (2 + 6 + 10 + 10)], rel=0.01)


def test_a_milestone_is_one_thing_and_known() -> None:
    for bad in ({}, {"edss": 4.0, "definition": "cdw24"}, {"definition": "nothing"}):
        with pytest.raises(ValueError, match=r"give either|unknown"):
            Milestone.model_validate(bad)


def test_relapse_rates_count_years_within_the_window_only() -> None:
    one = Person(visits=scores((0, 1), (10, 1)), relapses=days(0.5, 1.5, 6.0), duration=1.0)
    seen = RelapseRate(low=0.0, high=5.0).read(course(one))
    # From onset: observed for years 1 to 11, relapses at 1.5, 2.5 and 7.
    assert seen.values == pytest.approx([2 / 4], rel=0.01)
    by_age = RelapseRate(axis="age", low=35.0, high=100.0).read(course(one))
    assert by_age.values == pytest.approx([1 / 5], rel=0.01)


def test_the_trend_of_relapses_is_their_factor_per_five_years() -> None:
    early = [0.5 + k * 0.5 for k in range(8)]
    late = [5.5 + k for k in range(4)]
    one = Person(visits=scores((0, 1), (10, 1)), relapses=days(*early, *late))
    seen = RelapseTrend(low=0.0, high=10.0).read(course(one))
    assert seen.values == pytest.approx([0.5], rel=0.01)
    nobody = RelapseTrend(low=0.0, high=10.0).read(course(Person(visits=scores((0, 1), (10, 1)))))
    assert np.isnan(nobody.values).all()


def test_long_spells_without_a_relapse_may_lie_at_any_place() -> None:
    visits = scores((0, 1), (12, 1))
    before = Person(visits=visits, relapses=days(6.0, 7.0, 9.0, 11.0))
    between = Person(visits=visits, relapses=days(1.0, 6.5, 8.0, 10.0))
    after = Person(visits=visits, relapses=days(1.0, 3.0, 6.0))
    never = Person(visits=visits, relapses=days(2.0, 4.0, 6.0, 8.0, 10.0))
    silent = Person(visits=visits)
    measure = RelapseSpell(spell=5.0, until=12.0)
    for person, wanted in ((before, 1), (between, 1), (after, 1), (never, 0), (silent, 1)):
        assert measure.read(course(person)).values == pytest.approx([wanted])
    seen = measure.read(course(never, before, between, never, silent))
    assert seen.values == pytest.approx([3 / 5])


def test_relapse_counts_are_of_those_followed_for_all_the_months() -> None:
    visits = scores((0, 1), (2, 1))
    people = [Person(visits=visits, relapses=days(*r)) for r in ((), (0.5,), (0.5, 1.0), (1.5,))]
    left = Person(visits=visits, end=300, relapses=days(0.1, 0.2, 0.3))
    seen = RelapseCount(months=24.0, at_least=1).read(course(*people, left))
    assert (seen.values, seen.units) == (pytest.approx([0.75]), pytest.approx([4]))
    fano = FanoFactor(months=24.0).read(course(*people, left))
    assert fano.values == pytest.approx([np.var([0, 1, 2, 1], ddof=1) / 1.0])


def test_the_sex_ratio_is_of_women_over_men() -> None:
    visits = scores((0, 1), (4, 1))
    woman = Person(visits=visits, relapses=days(1, 2, 3), female=True)
    man = Person(visits=visits, relapses=days(1, 2), female=False)
    assert SexRatio(until=10.0).read(course(woman, man)).values == pytest.approx([1.5])


def relapser(*pairs: tuple[int, float], relapses: list[int], extra: int | None = None) -> Person:
    visits = [(day, {"edss": value}) for day, value in pairs]
    if extra is not None:
        place = next(k for k, (day, _) in enumerate(visits) if day == extra)
        visits[place][1]["unscheduled"] = 1.0
    return Person(visits=visits, relapses=relapses)


def test_the_rise_is_read_at_the_relapse_visit_and_the_residual_later() -> None:
    one = relapser((0, 2.0), (90, 2.0), (107, 4.0), (180, 3.0), relapses=[100], extra=107)
    none = relapser((0, 1.0), (90, 1.0), (107, 1.0), (180, 1.0), relapses=[100], extra=107)
    rise = RelapseRise(after_days=5.0, until_days=10.0, at_least=2.0)
    assert rise.read(course(one, none)).values == pytest.approx([0.5])
    left = RelapseRise(after_days=60.0, until_days=160.0, at_least=1.0)
    assert left.read(course(one, none)).values == pytest.approx([0.5])
    mean = RelapseRiseMean(after_days=60.0, until_days=160.0)
    seen = mean.read(course(one, none))
    assert (seen.values, seen.units) == (pytest.approx([0.5]), pytest.approx([2.0]))


def test_a_relapse_between_the_two_ratings_spoils_a_residual() -> None:
    two = relapser((0, 2.0), (90, 2.0), (180, 3.0), relapses=[100, 150])
    mean = RelapseRiseMean(after_days=60.0, until_days=160.0)
    seen = mean.read(course(two))
    assert seen.units == pytest.approx([0.0])
    assert np.isnan(seen.values).all()
    kept = RelapseRiseMean(after_days=60.0, until_days=160.0, isolated=False)
    assert kept.read(course(two)).units == pytest.approx([1.0])


def test_a_relapse_without_a_rating_in_the_window_does_not_count() -> None:
    late = relapser((0, 2.0), (400, 3.0), relapses=[100])
    assert RelapseRiseMean(after_days=60.0, until_days=160.0).read(course(late)).units == 0.0


def scanned(*pairs: tuple[float, float], column: str) -> Person:
    return Person(visits=scores(*pairs, column=column))


def test_lesions_are_summed_over_scans_after_baseline() -> None:
    people = [
        scanned((0, 9), (1, 2), (2, 3), column="new_t2_lesions"),
        scanned((0, 9), (1, 0), (2, 0), column="new_t2_lesions"),
        scanned((0, 9), (1, 7), column="new_t2_lesions"),
    ]
    mean = LesionMean(lesion="new_t2_lesions", months=24.0).read(course(*people))
    assert (mean.values, mean.units) == (pytest.approx([2.5]), pytest.approx([2.0]))
    scans = LesionMean(lesion="new_t2_lesions", months=24.0, per_scan=True).read(course(*people))
    assert scans.values == pytest.approx([5 / 4])
    free = LesionFree(lesion="new_t2_lesions", months=24.0).read(course(*people))
    assert free.values == pytest.approx([0.5])
    last = LesionMean(lesion="new_t2_lesions", months=24.0, only_last=True).read(course(*people))
    assert last.values == pytest.approx([1.5])


def test_the_dispersion_solves_its_equation() -> None:
    counts = [0, 0, 0, 0, 0, 0, 0, 0, 5, 13]
    people = [scanned((0, 0), (2, c), column="gd_lesions") for c in counts]
    size = LesionDispersion(lesion="gd_lesions", months=24.0).read(course(*people)).values[0]
    assert (size / (size + 1.8)) ** size == pytest.approx(0.8)
    poisson = [scanned((0, 0), (2, c), column="gd_lesions") for c in (0, 1, 1, 1)]
    assert LesionDispersion(lesion="gd_lesions", months=24.0).read(course(*poisson)).values == (
        np.inf
    )


def test_the_loss_of_volume_is_per_year() -> None:
    people = [scanned((0, 100.0), (2, v), column="brain_volume_pct") for v in (98.0, 99.0)]
    assert VolumeSlope(months=24.0).read(course(*people)).values == pytest.approx([-0.75])


def test_shares_with_worsening_by_a_month_and_in_all() -> None:
    people = [climbing(1.0), climbing(5.0), climbing(99.0), climbing(99.0)]
    by = EventShare(definition="cdw_6_months", months=24.0).read(course(*people))
    assert by.values == pytest.approx([0.25])
    crude = WorseningShare(definition="cdw_6_months").read(course(*people))
    assert crude.values == pytest.approx([0.5])


def test_worsening_without_a_relapse_is_independent() -> None:
    alone = climbing(3.0, height=4.0)
    after = climbing(3.0, height=4.0)
    after.relapses = days(2.95)
    long_ago = climbing(3.0, height=4.0)
    long_ago.relapses = days(2.0, 4.0)
    share = IndependentShare(months=120.0).read(course(alone, after, long_ago))
    assert (share.values, share.units) == (pytest.approx([2 / 3]), pytest.approx([3]))


def test_every_worsening_of_a_patient_counts_from_the_new_reference() -> None:
    steps = [(t, 2.0 if t < 2 else 3.0 if t < 5 else 4.5) for t in TEN_YEARS]
    twice = Person(visits=scores(*steps))
    brief = Person(visits=scores(*[(t, 4.0 if t == 3.0 else 2.0) for t in TEN_YEARS]))
    small = climbing(3.0, height=2.5)
    rate = AccrualRate(months=120.0).read(course(twice, brief, small))
    assert rate.values == pytest.approx([2 / 30], rel=0.01)
    short = AccrualRate(months=48.0).read(course(twice, brief, small))
    assert short.values == pytest.approx([1 / 12], rel=0.01)


def test_a_worsening_is_kept_unless_two_visits_in_a_row_fall_below_it() -> None:
    kept, dip, gone = (climbing(2.0, height=4.0) for _ in range(3))
    for person, places in ((dip, (12,)), (gone, (12, 13))):
        for place in places:
            person.visits[place] = (person.visits[place][0], {"edss": 2.0})
    gone.relapses = days(1.95)
    free = AccrualKept(relation="independent", months=120.0).read(course(kept, dip, gone))
    assert (free.values, free.units) == (pytest.approx([1.0]), pytest.approx([2]))
    near = AccrualKept(relation="associated", months=120.0).read(course(kept, dip, gone))
    # The second rise, back to 4.0 from the kept reference of 4.0, is no new worsening.
    assert (near.values, near.units) == (pytest.approx([0.0]), pytest.approx([1]))


def test_worsening_persists_until_it_is_lost() -> None:
    kept = climbing(2.0, height=4.0)
    dip = climbing(2.0, height=4.0)
    dip.visits[12] = (dip.visits[12][0], {"edss": 2.0})
    gone = climbing(2.0, height=4.0)
    for place in (12, 13):
        gone.visits[place] = (gone.visits[place][0], {"edss": 2.0})
    once = Persistence(definition="cdw_6_months")
    twice = Persistence(definition="cdw_6_months", visits_to_lose=2)
    assert once.read(course(kept, dip, gone)).values == pytest.approx([1 / 3])
    assert twice.read(course(kept, dip, gone)).values == pytest.approx([2 / 3])
    assert twice.read(course(kept, dip, gone)).units == pytest.approx([3])


def test_persistence_over_years_asks_for_those_years() -> None:
    early, late = climbing(2.0, height=4.0), climbing(8.0, height=4.0)
    measure = Persistence(definition="cdw_6_months", years=5.0)
    assert measure.read(course(early, late)).units == pytest.approx([1.0])


def test_only_the_patients_of_the_arm_count() -> None:
    visits = scores((0, 1), (2, 1))
    one = Person(visits=visits, relapses=days(1.0), arm="one")
    two = Person(visits=visits, arm="two")
    rate = RelapseRate(low=0.0, high=100.0)
    assert rate.read(course(one, two, arm="one")).values == pytest.approx([0.5], rel=0.01)
    assert rate.read(course(one, two, arm="two")).values == pytest.approx([0.0])
