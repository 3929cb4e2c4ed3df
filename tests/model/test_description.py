"""The page on the model speaks of every state, trait and stage that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from remyelin.errors import UsageError
from remyelin.model.day import STAGES
from remyelin.model.description import renewed, stage_table, state_fields, trait_fields
from remyelin.parameters import ParameterTable

TABLE = ParameterTable.load()
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "model.md").read_text("utf-8")


def test_the_table_of_stages_is_that_of_the_code() -> None:
    assert renewed(PAGE, TABLE) == PAGE, (
        "run `python -m remyelin.model.description docs/model.md` and commit the page"
    )


@pytest.mark.parametrize("group", state_fields())
def test_the_page_names_every_state(group: str) -> None:
    missing = [field for field in state_fields()[group] if f"`{field}`" not in PAGE]
    assert missing == []


@pytest.mark.parametrize("group", trait_fields())
def test_the_page_names_every_group_of_traits(group: str) -> None:
    assert f"`{group}`" in PAGE


def test_the_table_names_every_stage_and_the_mark_of_every_parameter() -> None:
    rows = stage_table(TABLE).splitlines()[2:]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == [s.name for s in STAGES]
    assert "`gd_duration` a" in stage_table(TABLE) or "`gd_duration` s" in stage_table(TABLE)


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(UsageError, match="put them back"):
        renewed("a page", TABLE)
