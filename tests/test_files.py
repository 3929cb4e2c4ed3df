"""Reading files from people: plain data or one clear error, whatever they hold."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.errors import InputError
from remyelin.files import (
    YAML_DEPTH_LIMIT,
    ReadLimits,
    parse_csv,
    parse_yaml,
    read_csv,
    read_text,
    read_yaml,
    shown,
)

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


def write(folder: Path, data: bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        (b"a\0b", "binary"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
        ("Grüße".encode("latin-1"), "UTF-8"),
        (b"x" * 101, "101 bytes of text given, allowed: 100"),
    ],
)
def test_bytes_that_are_no_small_text_are_refused(
    tmp_path: Path, data: bytes, fragment: str
) -> None:
    with pytest.raises(InputError, match=fragment):
        read_text(write(tmp_path, data), limits=ReadLimits(text_bytes=100))


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    assert read_text(write(tmp_path, b"x" * 100), limits=ReadLimits(text_bytes=100)) == "x" * 100


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    assert read_text(write(tmp_path, b"\xef\xbb\xbfa: 1")) == "a: 1"


@pytest.mark.parametrize(
    ("name", "fragment"),
    [("absent.yaml", "no such file"), ("x" * 5_000, "cannot be read"), ("a\0b", "NUL")],
)
def test_impossible_paths_are_named_shortly(tmp_path: Path, name: str, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment) as caught:
        read_text(tmp_path / name)
    assert len(str(caught.value)) < 400
    assert "\0" not in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        read_yaml(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="regular file"):
        read_text(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, b"a: 1")
    path.chmod(0)
    with pytest.raises(InputError, match="permission"):
        read_text(path)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "empty"),
        ("# only a remark", "empty"),
        ("a: 1\na: 2", "line 2, column 1: the key a stands twice"),
        ("b: {a: 1, a: 2}", "stands twice"),
        (BOMB, "anchors"),
        ("a: *b", "aliases"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("!!set {a, b}", "tags"),
        ("a: !x 1", "tags"),
        ("? [a]\n: 1", "a key must be"),
        ("a: [1, 2", "line 1"),
        ("a: 1\n---\nb: 2", "line 2"),
        ("a: \x07", "not YAML"),
        ("a: " + "9" * 5_000, "number of more than"),
        ("a: 1" + ":1" * 400_000, "number of more than"),
        ("a: 1" + ":1" * 400_000 + ".5", "number of more than"),
        ("[" * (YAML_DEPTH_LIMIT + 1), "deeper"),
        ("[" * 100_000, "deeper"),
        ("[" + "1," * ReadLimits().yaml_values + "1]", "more than 50,000"),
    ],
)
def test_yaml_beyond_plain_data_is_refused(text: str, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment) as caught:
        parse_yaml(text, where="x.yaml")
    assert str(caught.value).startswith("x.yaml: ")


def test_plain_data_are_read_and_dates_stay_text() -> None:
    data = parse_yaml("a: 1\nb: [1.5, null, true, x]\nc: {d: 2019-01-15}\n<<: y", where="x")
    assert data == {"a": 1, "b": [1.5, None, True, "x"], "c": {"d": "2019-01-15"}, "<<": "y"}


@given(st.text(max_size=60) | st.text("[]{}:,-&*!?|>'\"#%@` \n\tab1.<", max_size=30))
def test_any_text_gives_data_or_one_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        assert parse_yaml(text, where="x") is not None


def test_csv_rows_come_by_column(tmp_path: Path) -> None:
    path = write(tmp_path, b'a, b\r\n1,"x, y"\r\n\r\n2,\r\n')
    assert read_csv(path) == [{"a": "1", "b": "x, y"}, {"a": "2", "b": ""}]


@pytest.mark.parametrize("text", ["", "a,a\n1,2", "a,\n1,2", 'a\n"x'])
def test_malformed_csv_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="line"):
        parse_csv(text, where="x.csv")


def test_every_csv_row_of_the_wrong_width_is_named() -> None:
    with pytest.raises(InputError) as caught:
        parse_csv("a,b\n1\n1,2\n1,2,3\n", where="x.csv")
    assert len(caught.value.problems) == 2
    assert "line 2: 1 cells given, 2 allowed" in str(caught.value)


def test_shown_values_are_short_and_printable() -> None:
    values = ["\x1b[31m", "x" * 10_000, {"a": 1}, [1] * 9, 10**9_999, b"\0", None, 1.5, ""]
    for value in values:
        assert 0 < len(shown(value)) <= 120
        assert shown(value).isprintable()
