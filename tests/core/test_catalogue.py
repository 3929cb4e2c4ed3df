"""A catalogue reads an entry when it is asked for, and its hash moves with every entry."""

from __future__ import annotations

import pickle

import pytest

from remyelin.core.catalogue import Catalogue
from remyelin.errors import UnknownNameError

TEXTS = {"one": "first", "two": "second"}
READ: list[str] = []


def read(name: str) -> str:
    READ.append(name)
    return TEXTS[name]


def numbers() -> Catalogue[str]:
    READ.clear()
    return Catalogue("number", tuple(TEXTS), read, "0f")


def test_entries_are_read_when_they_are_asked_for() -> None:
    known = numbers()
    assert (list(known), len(known), "one" in known, "three" in known) == (
        ["one", "two"],
        2,
        True,
        False,
    )
    assert READ == []
    assert known["two"] == "second"
    assert READ == ["two"]


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"number 'on'.*one"):
        numbers()["on"]


def test_another_entry_is_given_in_place_and_moves_the_hash() -> None:
    known = numbers()
    other = known.with_entries({"one": "another", "three": "third"})
    assert dict(other) == {"one": "another", "two": "second", "three": "third"}
    assert dict(known) == TEXTS
    hashes = {known.digest, other.digest}
    hashes |= {known.with_entries({"one": text}).digest for text in ("first", "x", "y")}
    assert len(hashes) == 5
    assert known.with_entries({}) is known
    assert known.with_entries({"one": "x"}).digest == known.with_entries({"one": "x"}).digest


def test_it_travels_to_another_process() -> None:
    other = numbers().with_entries({"one": "another"})
    again = pickle.loads(pickle.dumps(other))
    assert dict(again) == dict(other)
    assert again.digest == other.digest
