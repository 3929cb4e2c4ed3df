"""The EDSS by its two rules, its conversions and its walking floors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from remyelin.engine.numpy_backend import NUMPY
from remyelin.model.edss import (
    BLADDER_CONVERTED,
    ITEMS,
    SIMULATED_RULE,
    THRESHOLDS,
    VISUAL_CONVERTED,
    EdssRule,
    ItemParameters,
    Rating,
    edss_of_systems,
    rate_edss,
)
from remyelin.model.function import LatentParameters, latent_disability
from remyelin.model.states import Deficit, Fluctuation, Latent, Tissue
from remyelin.model.traits import Disease, ItemOffsets
from remyelin.parameters import ParameterTable, bind
from validation.oracle.ratings import of_systems

TABLE = ParameterTable.load()
PARAMETERS = bind(ItemParameters, TABLE)
PLAIN = ItemOffsets(*(0.0,) * len(ITEMS))
FAR_BELOW = -30.0
HIGHEST = {
    "visual": 4,
    "brainstem": 4,
    "pyramidal": 5,
    "cerebellar": 5,
    "sensory": 6,
    "bowel_bladder": 4,
    "mental": 4,
    "ambulation": 12,
}


def edss(*scores: float, rule: EdssRule = EdssRule.KURTZKE1983) -> float:
    columns = [np.array([float(score)]) for score in scores]
    return float(edss_of_systems(NUMPY, columns, rule)[0])


def rate(latent: Latent, offsets: ItemOffsets = PLAIN) -> Rating:
    return rate_edss(NUMPY, PARAMETERS, latent=latent, offsets=offsets, noise=None)


def threshold(item: str, k: int) -> float:
    return TABLE[f"item_threshold_{item}_{k}"].value


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0, 0, 0, 0, 0, 0, 0), 0.0),
        ((1, 0, 0, 0, 0, 0, 0), 1.0),
        ((1, 1, 0, 0, 0, 0, 0), 1.5),
        ((1, 1, 1, 1, 1, 1, 1), 1.5),
        ((2, 0, 0, 0, 0, 0, 0), 2.0),
        ((2, 1, 1, 1, 1, 1, 1), 2.0),
        ((2, 2, 0, 0, 0, 0, 0), 2.5),
        ((2, 2, 2, 0, 0, 0, 0), 3.0),
        ((2, 2, 2, 2, 1, 1, 1), 3.0),
        ((2, 2, 2, 2, 2, 0, 0), 3.5),
        ((2, 2, 2, 2, 2, 1, 1), 3.5),
        ((2, 2, 2, 2, 2, 2, 0), 4.0),
        ((2, 2, 2, 2, 2, 2, 2), 4.0),
        ((3, 2, 2, 2, 2, 2, 2), 4.0),
        ((3, 3, 0, 0, 0, 0, 0), 3.5),
        ((4, 1, 1, 1, 1, 1, 1), 4.0),
        ((3, 1, 1, 1, 1, 1, 1), 3.0),
        ((3, 2, 0, 0, 0, 0, 0), 3.5),
        ((3, 2, 2, 0, 0, 0, 0), 3.5),
        ((3, 2, 2, 2, 0, 0, 0), 4.0),
        ((3, 3, 1, 1, 1, 1, 1), 3.5),
        ((3, 3, 2, 0, 0, 0, 0), 4.0),
        ((3, 3, 3, 0, 0, 0, 0), 4.0),
        ((4, 0, 0, 0, 0, 0, 0), 4.0),
        ((4, 3, 3, 3, 2, 2, 2), 4.0),
        ((5, 0, 0, 0, 0, 0, 0), 5.0),
        ((6, 0, 0, 0, 0, 0, 0), 5.0),
        ((6, 6, 6, 6, 6, 6, 6), 5.0),
    ],
)
def test_systems_give_the_edss_of_the_rule(scores: tuple[int, ...], expected: float) -> None:
    assert edss(*scores) == expected
    assert edss(*reversed(scores)) == expected


@pytest.mark.parametrize("rule", EdssRule)
def test_every_combination_of_seven_scores_follows_the_rule(rule: EdssRule) -> None:
    combinations = list(itertools.combinations_with_replacement(range(7), 7))
    columns = [np.array(column, dtype=float) for column in zip(*combinations, strict=True)]
    found = edss_of_systems(NUMPY, columns, rule)
    assert np.array_equal(found, [of_systems(c, rule) for c in combinations])


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((4, 0, 0, 0, 0, 0, 0), 4.0),
        ((4, 1, 1, 1, 1, 1, 1), 4.0),
        ((4, 2, 0, 0, 0, 0, 0), 4.5),
        ((4, 3, 0, 0, 0, 0, 0), 4.5),
        ((4, 3, 3, 2, 2, 2, 2), 4.5),
        ((4, 3, 3, 3, 0, 0, 0), 5.0),
        ((4, 4, 0, 0, 0, 0, 0), 5.0),
        ((3, 3, 3, 3, 2, 0, 0), 4.0),
        ((3, 3, 3, 3, 3, 0, 0), 4.5),
        ((3, 3, 3, 3, 3, 3, 0), 5.0),
        ((5, 0, 0, 0, 0, 0, 0), 5.0),
    ],
)
def test_the_table_of_clinics_tells_steps_beyond_4_by_systems_alone(
    scores: tuple[int, ...], expected: float
) -> None:
    assert edss(*scores, rule=EdssRule.NEUROSTATUS) == expected
    columns = [np.array([float(score)]) for score in scores]
    assert edss_of_systems(NUMPY, columns)[0] == expected


def test_the_two_rules_differ_beyond_4_alone() -> None:
    """Over all raw grades of the model the table of clinics is higher in 38 % of combinations."""
    highest = [THRESHOLDS[item] for item in ITEMS if item != "ambulation"]
    raw = np.indices([high + 1 for high in highest]).reshape(len(highest), -1).astype(float)
    items = [item for item in ITEMS if item != "ambulation"]
    visual, bladder, mental = (items.index(n) for n in ("visual", "bowel_bladder", "mental"))
    raw[visual] = np.take(VISUAL_CONVERTED, raw[visual].astype(int))
    raw[bladder] = np.take(BLADDER_CONVERTED, raw[bladder].astype(int))
    raw[mental] = np.where(raw[mental] == 1, 0, raw[mental])
    one, two = (edss_of_systems(NUMPY, list(raw), rule) for rule in EdssRule)
    assert np.all(one[one != two] >= 4.5)
    assert np.all(two[one != two] == 4.0)
    assert np.mean(one != two) == pytest.approx(0.38, abs=0.005)


def test_virtual_patients_are_rated_by_the_table_of_clinics() -> None:
    assert SIMULATED_RULE is EdssRule.NEUROSTATUS
    found = rate(Latent(FAR_BELOW, raw_level("cerebellar", 4), FAR_BELOW))
    assert (found.cerebellar, found.brainstem, found.visual) == (4, 2, 1)
    assert found.edss == 4.5


def test_a_restricted_walk_of_500_m_gives_2() -> None:
    alone = PLAIN._replace(pyramidal=-99.0, sensory=-99.0, bowel_bladder=-99.0)
    found = rate(Latent(FAR_BELOW, FAR_BELOW, threshold("ambulation", 1) + 0.1), alone)
    assert (found.ambulation, found.edss) == (1.0, 2.0)


@given(st.permutations(range(7)), st.lists(st.integers(0, 6), min_size=7, max_size=7))
def test_the_order_of_the_systems_does_not_matter(order: list[int], scores: list[int]) -> None:
    assert edss(*scores) == edss(*(scores[k] for k in order))


@given(st.lists(st.integers(0, 5), min_size=7, max_size=7), st.integers(0, 6))
def test_a_worse_system_never_lowers_the_edss(scores: list[int], which: int) -> None:
    worse = [score + (k == which) for k, score in enumerate(scores)]
    assert edss(*worse) >= edss(*scores)


def raw_level(item: str, score: int) -> float:
    """A latent value at which an unconverted item has this score."""
    low = threshold(item, score) if score else threshold(item, 1) - 2.0
    high = threshold(item, score + 1) if score < THRESHOLDS[item] else low + 2.0
    return (low + high) / 2.0


@pytest.mark.parametrize(
    ("raw", "counts"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4)]
)
def test_the_optic_score_is_converted_before_it_counts(raw: int, counts: int) -> None:
    found = rate(Latent(FAR_BELOW, raw_level("visual", raw), FAR_BELOW))
    assert found.visual == counts


@pytest.mark.parametrize(("raw", "counts"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4)])
def test_the_bladder_score_is_converted_before_it_counts(raw: int, counts: int) -> None:
    found = rate(Latent(FAR_BELOW, FAR_BELOW, raw_level("bowel_bladder", raw)))
    assert found.bowel_bladder == counts


@pytest.mark.parametrize(("raw", "edss"), [(0, 0.0), (1, 0.0), (2, 2.0), (3, 3.0), (4, 4.0)])
def test_a_mental_score_of_one_does_not_count_alone(raw: int, edss: float) -> None:
    found = rate(Latent(raw_level("mental", raw), FAR_BELOW, FAR_BELOW))
    assert (found.mental, found.edss) == (raw, edss)


def test_a_mental_score_of_one_makes_no_second_system() -> None:
    offsets = PLAIN._replace(cerebellar=-99.0, visual=-99.0)
    level = raw_level("brainstem", 1)
    one = rate(Latent(raw_level("mental", 1), level, FAR_BELOW), offsets)
    assert (one.brainstem, one.mental, one.cerebellar, one.visual) == (1, 1, 0, 0)
    assert one.edss == 1.0


@pytest.mark.parametrize(
    ("item", "compartment"),
    [
        ("pyramidal", "spinal"),
        ("sensory", "spinal"),
        ("cerebellar", "brainstem"),
        ("brainstem", "brainstem"),
        ("mental", "cerebral"),
    ],
)
def test_an_item_counts_the_thresholds_that_its_compartment_has_passed(
    item: str, compartment: str
) -> None:
    for score in range(THRESHOLDS[item] + 1):
        latent = Latent(FAR_BELOW, FAR_BELOW, FAR_BELOW)._replace(
            **{compartment: raw_level(item, score)}
        )
        assert getattr(rate(latent), item) == score


def test_nothing_is_wrong_far_below_every_threshold() -> None:
    found = rate(Latent(FAR_BELOW, FAR_BELOW, FAR_BELOW))
    assert all(score == 0.0 for score in found)


@pytest.mark.parametrize(
    ("latent", "floor"),
    [
        (1.55, 4.5),
        (1.94, 5.0),
        (2.65, 5.5),
        (3.40, 6.0),
        (5.67, 6.5),
        (8.42, 7.0),
        (10.5, 7.5),
        (12.6, 8.0),
    ],
)
def test_walking_sets_the_floor_at_the_published_latent_values(latent: float, floor: float) -> None:
    below = rate(Latent(FAR_BELOW, FAR_BELOW, latent - 0.03)).edss
    above = rate(Latent(FAR_BELOW, FAR_BELOW, latent + 0.03)).edss
    assert below < floor
    assert above == floor


def test_a_lost_system_alone_gives_at_most_five() -> None:
    found = rate(Latent(30.0, 30.0, FAR_BELOW))
    assert found.ambulation == 0.0
    assert found.edss == 5.0


LEVELS = st.floats(-6.0, 16.0)
OFFSETS = st.lists(st.floats(-3.0, 3.0), min_size=8, max_size=8)


@given(st.tuples(LEVELS, LEVELS, LEVELS), OFFSETS, OFFSETS)
def test_scores_are_whole_and_in_range_and_the_edss_moves_in_half_points(
    level: tuple[float, float, float], offsets: list[float], noise: list[float]
) -> None:
    found = rate_edss(
        NUMPY, PARAMETERS, latent=Latent(*level), offsets=ItemOffsets(*offsets), noise=noise
    )
    for item, highest in HIGHEST.items():
        score = getattr(found, item)
        assert 0 <= score <= highest
        assert score == int(score)
    assert 0.0 <= found.edss <= 8.0
    assert float(2.0 * found.edss).is_integer()


@given(
    st.tuples(LEVELS, LEVELS, LEVELS),
    st.tuples(*(st.floats(0.0, 4.0),) * 3),
    OFFSETS,
)
def test_more_latent_disability_never_lowers_a_score(
    level: tuple[float, ...], more: tuple[float, ...], offsets: list[float]
) -> None:
    worse = [a + b for a, b in zip(level, more, strict=True)]
    before = rate(Latent(*level), ItemOffsets(*offsets))
    after = rate(Latent(*worse), ItemOffsets(*offsets))
    assert all(b >= a for a, b in zip(before, after, strict=True))


def patient_at_rest() -> dict[str, tuple[float, ...]]:
    return {
        "deficit": Deficit(0.3, 0.6, 0.9, *(0.0,) * 6),
        "fluctuation": Fluctuation(0.0),
        "tissue": Tissue(2.0, 0.3, 0.0, 99.0, 8.0, 0.0, 0.5),
        "disease": Disease(0.01, 0.0002, 1.0, 0.0, 1.0, 1.0),
    }


def latent(**changed: object) -> NDArray[np.float64]:
    found = latent_disability(
        NUMPY,
        bind(LatentParameters, TABLE),
        **{**patient_at_rest(), **changed},  # type: ignore[arg-type]
    )
    return np.array(found)


@pytest.mark.parametrize("field", Deficit._fields)
def test_a_deficit_raises_its_own_compartment_and_no_other(field: str) -> None:
    deficit = Deficit(0.3, 0.6, 0.9, *(0.0,) * 6)
    worse = deficit._replace(**{field: getattr(deficit, field) + 0.5})
    rise = latent(deficit=worse) - latent()
    mine = ("cerebral", "brainstem", "spinal").index(field.split("_")[1])
    assert rise[mine] > 0.0
    assert np.delete(rise, mine) == pytest.approx([0.0, 0.0], abs=0.0)


def test_reversible_deficits_count_in_full() -> None:
    deficit = Deficit(0.3, 0.6, 0.9, *(0.0,) * 6)
    assert (latent(deficit=deficit._replace(slow_spinal=0.5)) - latent())[2] == pytest.approx(0.5)
    assert (latent(deficit=deficit._replace(fast_spinal=0.5)) - latent())[2] == pytest.approx(0.5)


def test_fluctuation_counts_in_full_until_spinal_damage_leaves_less_to_fluctuate() -> None:
    unharmed = Tissue(0.0, 0.3, 0.0, 99.0, 8.0, 0.0, 0.5)

    def swing(spinal: float) -> list[float]:
        now = Deficit(0.0, 0.0, spinal, *(0.0,) * 6)
        low = latent(deficit=now, tissue=unharmed, fluctuation=Fluctuation(-0.4))
        return list(latent(deficit=now, tissue=unharmed) - low)

    def lasting(spinal: float) -> float:
        now = Deficit(0.0, 0.0, spinal, *(0.0,) * 6)
        return float((latent(deficit=now, tissue=unharmed) - swing_free)[2])

    swing_free = latent(deficit=Deficit(*(0.0,) * 9), tissue=unharmed)
    assert swing(0.0) == pytest.approx([0.4] * 3)
    expected = 0.4 * np.exp(-TABLE["fluctuation_hold"].value * lasting(6.0))
    assert swing(6.0) == pytest.approx([expected] * 3)
    assert expected < 0.25


def test_reserve_hides_damage_until_it_is_used_up() -> None:
    def cost(first: float) -> float:
        low = Deficit(0.0, 0.0, first, *(0.0,) * 6)
        return float(
            (latent(deficit=low._replace(lasting_spinal=first + 1)) - latent(deficit=low))[2]
        )

    costs = [cost(first) for first in (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)]
    assert costs == sorted(costs)
    assert costs[0] < 0.5
    assert costs[-1] == pytest.approx(1.0, abs=0.01)


def test_without_damage_latent_disability_is_its_baseline() -> None:
    healthy = latent(
        deficit=Deficit(*(0.0,) * 9), tissue=Tissue(0.0, 0.0, 0.0, 100.0, 6.0, 0.0, 0.0)
    )
    assert healthy == pytest.approx([TABLE["latent_baseline"].value] * 3, abs=1e-12)
