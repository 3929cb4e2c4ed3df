"""Values of a wrong kind, handed to the Python interface, end in an error of the family."""

from __future__ import annotations

from typing import Any

import pytest

import remyelin
from remyelin.endpoints import read_dataset
from remyelin.errors import OutputError, ParameterError, RemyelinError, UnknownNameError, UsageError
from remyelin.parameters import ParameterTable

ODD: dict[str, Any] = {
    "text": "0.5",
    "nothing": None,
    "list": [],
    "huge": 10**400,
    "nan": float("nan"),
    "flag": True,
    "bytes": b"x",
    "object": object(),
    "complex": 1j,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_parameter_takes_finite_numbers_only(odd: Any) -> None:
    table = ParameterTable.load()
    with pytest.raises(ParameterError, match=r"utility_edss_6: .*allowed is"):
        table.with_values({"utility_edss_6": odd})
    with pytest.raises(ParameterError, match="a mapping"):
        table.with_values(odd)
    with pytest.raises(UnknownNameError):
        table[odd]
    assert odd not in table


def test_whole_numbers_and_numpy_numbers_are_numbers() -> None:
    import numpy as np

    table = ParameterTable.load()
    for value in (0.5, np.float64(0.5), np.float32(0.5)):
        assert table.with_values({"utility_edss_6": value})["utility_edss_6"].value == 0.5


WRONG: dict[str, tuple[str, ...]] = {
    "backend": ("nothing", "list", "huge", "text", "flag"),
    "tables": ("nothing", "list", "huge", "text", "flag"),
    "mechanism": ("nothing", "list", "huge", "text", "flag"),
    "twins": ("nothing", "list", "text"),
    "resume": ("nothing", "list", "text"),
    "force": ("nothing", "list", "text"),
    "cluster": ("list", "huge", "flag", "bytes"),
    "folder": ("list", "huge", "flag", "bytes"),
    "patients": ("list", "huge", "text", "nan", "flag"),
    "workers": ("list", "huge", "text", "nan", "nothing"),
}


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, kinds in WRONG.items() for k in kinds])
def test_a_setting_of_a_wrong_kind_is_refused(name: str, kind: str) -> None:
    asked = {"patients": 2, "replicates": 1, "tables": "none", name: ODD[kind]}
    with pytest.raises((UsageError, OutputError)):
        remyelin.run("mist", **asked)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_study_patient_result_or_table_is_refused(odd: Any) -> None:
    for wrong in (
        lambda: remyelin.run(odd),
        lambda: remyelin.load_study(odd),
        lambda: remyelin.patient(therapies=odd),
        lambda: remyelin.patient(years=odd if odd is not True else "x"),
        lambda: remyelin.save(odd, "x"),
        lambda: read_dataset(odd),
    ):
        with pytest.raises(RemyelinError):
            wrong()
