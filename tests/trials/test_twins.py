"""Twins: the same patients under every arm."""

from __future__ import annotations

import pandas as pd
import pytest

from remyelin.study.vocabulary import Covariate
from remyelin.trials.conduct import conduct
from tests.trials.small import Mapping, mapping, plan, study

Tables = dict[str, pd.DataFrame]
ARMS = ["drug", "transplant"]


def run(data: Mapping, *, twins: bool = True) -> Tables:
    ready = plan(study(data), patients=16, twins=twins)
    return conduct(ready, (0, 1), lambda _share, _what: None)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return run(mapping())


def of_arm(frame: pd.DataFrame, arm: str) -> pd.DataFrame:
    return frame[frame["arm_id"] == arm].drop(columns="arm_id").reset_index(drop=True)


def test_every_arm_holds_the_same_patients_with_the_same_baseline(tables: Tables) -> None:
    baseline = [str(name) for name in Covariate if name in tables["subjects"]]
    fate = ["replicate", "subject_id", "planned_end_day", *baseline]
    one, two = (of_arm(tables["subjects"], arm)[fate] for arm in ARMS)
    assert len(one) == 2 * 16
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    first = tables["visits"].query("visit == 0")
    pd.testing.assert_frame_equal(of_arm(first, "drug"), of_arm(first, "transplant"))


def test_treatment_makes_a_difference_between_twins(tables: Tables) -> None:
    later = tables["visits"].query("visit == 4")
    one, two = (of_arm(later, arm).set_index(["replicate", "subject_id"]) for arm in ARMS)
    both = one.join(two, rsuffix="_other", how="inner")
    assert (both["brain_volume_pct"] != both["brain_volume_pct_other"]).any()


def test_another_arm_changes_nobody(tables: Tables) -> None:
    data = mapping()
    third = {**data["arms"][1], "arm_id": "third", "label": "Third"}
    more = run({**data, "arms": [third, *data["arms"]]})
    for name, frame in tables.items():
        for arm in ARMS:
            pd.testing.assert_frame_equal(
                of_arm(frame, arm), of_arm(more[name], arm), check_exact=True
            )
    drug, third_arm = of_arm(more["visits"], "drug"), of_arm(more["visits"], "third")
    pd.testing.assert_frame_equal(drug, third_arm, check_exact=True)


def test_a_twin_in_its_arm_is_the_randomised_patient(tables: Tables) -> None:
    randomised = run(mapping(), twins=False)["visits"]
    keys = list(randomised.columns)
    joined = randomised.merge(tables["visits"], on=keys, how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    assert len(randomised) < len(tables["visits"])
