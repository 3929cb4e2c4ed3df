"""Schemas of the special tables: they parse, explain themselves, and bad ones are refused."""

from __future__ import annotations

import pytest

from remyelin.errors import InputError, UnknownNameError
from remyelin.study.table_schema import (
    ColumnKind,
    common_columns,
    parse_table_schema,
    table_names,
    table_schema,
)

GOOD = """
table: test
title: Test
meaning: A table.
keys: [[row_id]]
columns:
  - {use: row_id}
  - {name: value, kind: number, min: 0, meaning: A figure}
  - {name: word, kind: vocabulary, words: [a, b], meaning: A word}
checks:
  - {rule: needed, columns: [value], where: {word: [a]}}
"""


@pytest.mark.parametrize("name", table_names())
def test_every_schema_parses_and_explains_its_columns(name: str) -> None:
    schema = table_schema(name)
    assert schema.name == name
    assert schema.title
    assert len(schema.meaning) > 40
    assert {"row_id", "source", "page", "mark", "issue"} <= set(schema.names)
    assert [column.name for column in schema.columns if not column.meaning] == []
    assert schema.keys


@pytest.mark.parametrize("name", table_names())
def test_the_mark_is_one_word_everywhere(name: str) -> None:
    (mark,) = (column for column in table_schema(name).columns if column.name == "mark")
    assert tuple(mark.words) == ("seen", "recalled", "assumed")


def test_a_schema_takes_shared_columns_and_lists_of_words() -> None:
    schema = parse_table_schema(GOOD, where="test.yaml")
    assert schema.columns[0] == common_columns()["row_id"]
    assert dict(schema.columns[2].words) == {"a": "", "b": ""}
    assert schema.columns[1].minimum == 0.0


def test_a_proportion_has_its_limits() -> None:
    text = GOOD.replace("kind: number, min: 0", "kind: proportion")
    column = parse_table_schema(text, where="test.yaml").columns[1]
    assert (column.kind, column.minimum, column.maximum) == (ColumnKind.PROPORTION, 0.0, 1.0)


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("{use: row_id}", "{use: rowid}", "columns: rowid is not in _common.yaml"),
        ("name: word,", "name: value,", "columns: value stands twice"),
        ("keys: [[row_id]]", "keys: [[row]]", "keys: row is no column"),
        ("columns: [value]", "columns: [worth]", "checks.needed: worth is no column"),
        ("where: {word: [a]}", "where: {word: [c]}", "checks.where: word has no word c"),
        ("rule: needed", "rule: wanted", "wanted"),
        ("title: Test", "titel: Test", "titel: unknown key; did you mean title?"),
        ("words: [a, b], ", "", "words: needed for a vocabulary"),
        ("kind: number", "kind: text", "min and max are for numbers"),
        ("meaning: A table.", "meaning: ''", "meaning"),
    ],
)
def test_a_malformed_schema_is_refused(old: str, new: str, fragment: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        parse_table_schema(GOOD.replace(old, new), where="test.yaml")
    assert fragment in str(caught.value)


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean mri"):
        table_schema("mir")
