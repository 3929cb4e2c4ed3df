"""Arms, protocols, follow-up and dropout: each a function of seed, replicate and patient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.trials.allocation import Participants, allocate
from remyelin.trials.plan import UNTREATED
from tests.trials.small import Mapping, cohort_at_onset, mapping, plan, study

MANY = 4_000
LARGEST_Z = 4.0


def allocated(
    data: Mapping, patients: int = MANY, replicates: int = 1, *, twins: bool = False
) -> Participants:
    ready = plan(study(data), patients=patients, replicates=replicates, twins=twins)
    return allocate(ready, cohort_at_onset(patients, replicates))


def with_shares(*shares: int) -> Mapping:
    data = mapping()
    arms = [{**data["arms"][0], "arm_id": f"a{k}", "share": s} for k, s in enumerate(shares)]
    return {**data, "arms": arms, "endpoints": [{**data["endpoints"][0], "arms": ["a0"]}]}


def within_error(share: float, expected: float, n: int) -> bool:
    return bool(abs(share - expected) <= LARGEST_Z * np.sqrt(expected * (1 - expected) / n))


@pytest.mark.parametrize("shares", [(1, 1), (1, 2), (3, 1), (2, 3, 4)])
@pytest.mark.parametrize("patients", [1, 7, 24, 101])
def test_blocks_keep_to_the_ratio_at_every_moment(shares: tuple[int, ...], patients: int) -> None:
    size, replicates = sum(shares), 3
    arm = allocated(with_shares(*shares), patients, replicates).arm.reshape(replicates, patients)
    for row in arm:
        for first in range(0, patients, size):
            counts = np.bincount(row[first : first + size], minlength=len(shares))
            assert (counts <= shares).all()
            if first + size <= patients:
                assert tuple(counts) == shares


def test_every_order_of_a_block_occurs_equally_often() -> None:
    blocks = allocated(with_shares(1, 2), 3 * 999).arm.reshape(-1, 3)
    first = np.bincount(np.flatnonzero(blocks.ravel() == 0) % 3, minlength=3)
    assert all(within_error(count / 999, 1 / 3, 999) for count in first)


def test_ten_more_patients_change_nobody() -> None:
    data = mapping()
    data["arms"][0]["not_started"] = {"value": 0.3}
    few, more = allocated(data, 33), allocated(data, 43)
    for name in ("arm", "protocol_id", "planned_end", "dropout"):
        assert np.array_equal(getattr(few, name), getattr(more, name)[:33])


def test_replicates_are_allocated_differently_and_alone() -> None:
    ready = plan(patients=40, replicates=3)
    cohort = cohort_at_onset(40, 3)
    arm = allocate(ready, cohort).arm.reshape(3, 40)
    assert not np.array_equal(arm[0], arm[1])
    last = cohort.replicate == 2
    alone = replace(
        cohort,
        replicate=cohort.replicate[last],
        number=cohort.number[last],
        population=cohort.population.take(np.flatnonzero(last)),
    )
    assert np.array_equal(allocate(ready, alone).arm, arm[2])


def test_the_arm_tells_nothing_about_the_drug_drawn() -> None:
    data = mapping()
    options = [
        {"protocol_id": "natalizumab", "weight": 5.0},
        {"protocol_id": "fingolimod", "weight": 3.0},
        {"protocol_id": "rituximab", "weight": 2.0},
    ]
    for arm in data["arms"]:
        arm.update(treatment=options, treatment_class="dmt")
    people = allocated(data)
    for arm in (0, 1):
        mine = people.protocol_id[people.arm == arm]
        for option in options:
            share = float(np.mean(mine == option["protocol_id"]))
            assert within_error(share, option["weight"] / 10.0, len(mine))  # type: ignore[operator]


@pytest.mark.parametrize("value", [0.0, 0.25, 1.0])
def test_the_share_that_never_starts_gets_nothing(value: float) -> None:
    data = mapping()
    data["arms"][0]["not_started"] = {"value": value}
    people = allocated(data)
    mine = people.protocol_id[people.arm == 0]
    assert within_error(float(np.mean(mine == UNTREATED)), value, len(mine))
    assert (people.protocol_id[people.arm == 1] == "natalizumab").all()


def test_planned_follow_up_follows_the_quantiles() -> None:
    data = mapping()
    points = [(0.0, 6.0), (0.25, 12.0), (0.75, 18.0), (1.0, 24.0)]
    data["design"]["follow_up"]["quantiles"] = [{"share": s, "months": m} for s, m in points]
    months = allocated(data).planned_end / (365.25 / 12)
    assert months.min() >= 6.0 - 0.02
    assert months.max() <= 24.0 + 0.02
    for share, point in points[1:-1]:
        assert within_error(float(np.mean(months <= point)), share, MANY)


def test_without_quantiles_everybody_is_planned_to_the_end() -> None:
    assert set(allocated(mapping(), 50).planned_end) == {730}


@pytest.mark.parametrize("rate", [0.05, 1.5])
def test_dropout_has_its_yearly_rate(rate: float) -> None:
    data = mapping()
    data["design"]["dropout_per_year"] = {"value": rate}
    day = allocated(data).dropout
    assert day.min() >= 1
    for years in (0.5, 1.0, 2.0):
        gone = float(np.mean(day <= 365.25 * years))
        assert within_error(gone, 1.0 - np.exp(-rate * years), MANY)


def test_without_dropout_nobody_leaves() -> None:
    data = mapping()
    data["design"]["dropout_per_year"] = {"value": 0.0}
    assert allocated(data, 50).dropout.min() > 365.25 * 1_000


def test_twins_stand_once_in_every_arm_and_share_their_fate() -> None:
    people = allocated(mapping(), 30, twins=True)
    assert np.array_equal(people.source, np.repeat(np.arange(30), 2))
    assert np.array_equal(people.arm, np.tile([0, 1], 30))
    for fate in (people.planned_end, people.dropout):
        assert np.array_equal(fate[people.arm == 0], fate[people.arm == 1])
