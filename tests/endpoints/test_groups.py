"""Groups from the table of patients: names as given, missing ones told, slips pointed out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from remyelin.endpoints import Dataset, read_dataset
from remyelin.endpoints.groups import MOST_GROUPS, read_groups
from remyelin.errors import InputError, UnknownNameError, UsageError

VISITS = pd.DataFrame(
    [(name, day, 2.0) for name in ("a", "b", "c", "d") for day in (0, 100)],
    columns=["subject_id", "day", "edss"],
)


def data() -> Dataset:
    return read_dataset(VISITS)


def patients(*groups: object) -> pd.DataFrame:
    return pd.DataFrame({"subject_id": ["a", "b", "c", "d"], "arm": groups})


def test_the_reference_comes_first_and_rows_may_stand_in_any_order() -> None:
    table = patients("x", "placebo", "x", "y").iloc[[2, 0, 3, 1]]
    found = read_groups(data(), "arm", patients=table, reference="placebo")
    assert found.names == ("placebo", "x", "y")
    assert found.code.tolist() == [1, 0, 1, 2]
    assert found.is_reference_asked
    assert read_groups(data(), "arm", patients=table).names == ("placebo", "x", "y")


def test_patients_without_group_are_counted() -> None:
    found = read_groups(data(), "arm", patients=patients("x", None, " ", "y"))
    assert found.code.tolist() == [0, -1, -1, 1]
    assert found.unknown == 2
    assert read_groups(data(), "arm", patients=patients("x", "y", "x", "y").head(2)).unknown == 2


def test_numbers_are_names() -> None:
    assert read_groups(data(), "arm", patients=patients(0, 1, 1, 0)).names == ("0", "1")


def test_names_that_differ_in_capitals_alone_are_told() -> None:
    found = read_groups(data(), "arm", patients=patients("Placebo", "placebo", "x", "x"))
    assert len(found.names) == 3
    assert "differ in capitals" in found.notes[0]


def test_the_arm_of_the_visits_is_a_group_too() -> None:
    visits = VISITS.assign(arm_id=[arm for arm in "xyxy" for _ in (0, 1)])
    assert read_groups(read_dataset(visits), "arm_id").code.tolist() == [0, 1, 0, 1]


def test_a_column_is_renamed_as_in_the_other_tables(tmp_path: Path) -> None:
    target = tmp_path / "patients.csv"
    patients("x", "y", "x", "y").rename(columns={"arm": "Treatment"}).to_csv(target, index=False)
    found = read_groups(data(), "arm", patients=str(target), renamed={"Treatment": "arm"})
    assert found.names == ("x", "y")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"column": "arm"}, "none is given"),
        ({"column": "arms", "patients": patients(*"xyxy")}, "did you mean arm"),
        ({"column": "arm", "patients": patients(*"xyxy"), "reference": "z"}, "unknown group"),
        ({"column": "arm", "patients": patients(*"xyxy")[["arm"]]}, "no column subject_id"),
        ({"column": "arm", "patients": patients(None, None, None, None)}, "every cell is empty"),
    ],
)
def test_wrong_use_is_named(given: dict[str, object], what: str) -> None:
    with pytest.raises((UsageError, UnknownNameError), match=what):
        read_groups(data(), **given)  # type: ignore[arg-type]


def test_a_column_of_numbers_is_no_group() -> None:
    names = [f"p{place}" for place in range(MOST_GROUPS + 1)]
    visits = pd.DataFrame({"subject_id": names, "day": 0, "edss": 2.0})
    table = pd.DataFrame({"subject_id": names, "age": range(len(names))})
    with pytest.raises(UsageError, match="different values"):
        read_groups(read_dataset(visits), "age", patients=table)


def test_a_patient_with_two_groups_is_a_problem_with_its_row() -> None:
    table = pd.DataFrame({"subject_id": ["a", "b", "a", "c"], "arm": ["x", "y", "y", "x"]})
    with pytest.raises(InputError, match=r"y given for a, who had x before"):
        read_groups(data(), "arm", patients=table)
