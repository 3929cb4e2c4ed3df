"""The EDSS of tables of functional systems."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints.columns import SYSTEM_COLUMNS
from remyelin.endpoints.ratings import Ratings, Scale, rate_table, template
from remyelin.errors import InputError
from remyelin.model.edss import EdssRule

NAMES = [column.name for column in SYSTEM_COLUMNS]


def rated(*grades: float | None, walking: float | None = 0, **options: object) -> float:
    cells = dict(zip(NAMES, grades, strict=True))
    frame = pd.DataFrame([{"subject_id": "A", **cells, "ambulation": walking}])
    return float(rate_table(frame, **options).edss[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("grades", "walking", "expected"),
    [
        ((0, 0, 0, 0, 0, 0, 0), 0, 0.0),
        ((0, 0, 0, 0, 0, 0, 1), 0, 0.0),  # a mental grade of 1 does not count
        ((0, 0, 1, 0, 0, 0, 0), 0, 1.0),
        ((0, 0, 1, 0, 0, 0, 0), 1, 2.0),  # 500 m, but restricted
        ((3, 0, 0, 0, 0, 0, 0), 0, 2.0),  # visual 3 counts as 2
        ((6, 0, 0, 0, 0, 0, 0), 0, 4.0),  # visual 6 counts as 4
        ((0, 0, 0, 0, 0, 4, 0), 0, 3.0),  # bladder 4 counts as 3
        ((0, 0, 0, 0, 0, 6, 0), 0, 5.0),  # bladder 6 counts as 5
        ((0, 0, 4, 3, 0, 0, 0), 0, 4.5),
        ((0, 0, 4, 4, 0, 0, 0), 2, 5.0),
        ((0, 0, 3, 0, 0, 0, 0), 2, 4.5),
        ((0, 0, 4, 4, 0, 0, 0), 3, 5.0),
        ((0, 0, 2, 0, 0, 0, 0), 4, 5.5),
        ((0, 0, 2, 0, 0, 0, 0), 7, 6.0),
        ((0, 0, 2, 0, 0, 0, 0), 9, 6.5),
        ((0, 0, 2, 0, 0, 0, 0), 12, 8.0),
        ((0, 0, 2, 0, 0, 0, 0), 16, 10.0),
    ],
)
def test_systems_and_walking_give_the_step(
    grades: tuple[int, ...], walking: int, expected: float
) -> None:
    assert rated(*grades, walking=walking) == expected


def test_the_older_rule_can_be_asked_for() -> None:
    assert rated(0, 0, 4, 4, 0, 0, 0, rule=EdssRule.KURTZKE1983) == 4.0
    assert rated(0, 0, 1, 0, 0, 0, 0, walking=1, rule=EdssRule.KURTZKE1983) == 1.0


def test_converted_grades_count_as_they_stand() -> None:
    assert rated(3, 0, 0, 0, 0, 0, 0, scale=Scale.CONVERTED) == 3.0
    with pytest.raises(InputError, match="5 is impossible; allowed: 0 to 4"):
        rated(5, 0, 0, 0, 0, 0, 0, scale=Scale.CONVERTED)


def test_a_missing_grade_gives_no_step_unless_walking_alone_tells() -> None:
    assert np.isnan(rated(0, None, 2, 0, 0, 0, 0))
    assert np.isnan(rated(0, 0, 2, 0, 0, 0, 0, walking=None))
    assert rated(0, None, 2, 0, 0, 0, 0, walking=6) == 6.0


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("fs_brainstem", 6),
        ("fs_cerebellar", 6),
        ("fs_mental", 6),
        ("fs_visual", 7),
        ("fs_pyramidal", 2.5),
        ("ambulation", 17),
    ],
)
def test_a_grade_outside_its_scale_is_refused(name: str, grade: float) -> None:
    frame = pd.DataFrame([{**dict.fromkeys(NAMES, 0), "ambulation": 0, name: grade}])
    with pytest.raises(InputError, match=f"column {name}: {grade:g} is impossible"):
        rate_table(frame)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="column ambulation: this column is missing"):
        rate_table(pd.DataFrame([dict.fromkeys(NAMES, 0)]))


def test_the_template_can_be_read_and_other_columns_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(template(), encoding="utf-8")
    found = rate_table(path)
    assert isinstance(found, Ratings)
    assert list(found.frame)[:2] == ["subject_id", "date"]
    assert found.frame["edss"].tolist() == found.edss.tolist() == [3.5]


def test_a_given_edss_is_kept_and_compared() -> None:
    rows = [
        {**dict.fromkeys(NAMES, 0), "fs_pyramidal": 2, "ambulation": 0, "edss": e} for e in "23"
    ]
    found = rate_table(pd.DataFrame(rows))
    assert found.differs == 1
    assert found.frame["edss"].tolist() == ["2", "3"]
    assert found.frame["edss_of_systems"].tolist() == [2.0, 2.0]


def test_a_given_score_with_a_decimal_comma_is_compared_too() -> None:
    cells = dict(zip(NAMES, (0, 0, 3, 2, 2, 1, 0), strict=True))
    frame = pd.DataFrame([{"subject_id": "A", **cells, "ambulation": 1, "edss": "2,5"}])
    assert rate_table(frame).differs == 1
