"""What may be asked for as parameters: a point, the priors, a file of draws, or draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remyelin.errors import InputError, UsageError
from remyelin.parameters import Origin, ParameterDraws, ParameterTable, request
from remyelin.parameters.request import draws_asked

TABLE = ParameterTable.load()
FEW = ParameterDraws.prior(TABLE, 4, seed=2, keys=["lesion_rate", "reserve"])


def asked(parameters: object, draws: object = None, *, replicates: int = 6) -> ParameterDraws:
    return draws_asked(parameters, draws, TABLE, replicates=replicates, seed=9)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some draws.csv"
    path.write_text(FEW.text(), encoding="utf-8")
    return path


def test_a_point_is_the_table() -> None:
    assert asked("point").table(0) is TABLE


def test_draws_from_the_priors_are_one_for_each_replicate_unless_a_number_is_given() -> None:
    every, some = asked("prior"), asked("prior", 2)
    assert (len(every), len(some)) == (6, 2)
    assert every.origin is some.origin is Origin.PRIOR
    assert np.array_equal(every.values[:2], some.values)
    wanted = ParameterDraws.prior(TABLE, 2, seed=9)
    assert some.digest() == wanted.digest()


@pytest.mark.parametrize(("draws", "replicates", "number"), [(None, 6, 4), (None, 3, 3), (2, 6, 2)])
def test_of_a_file_and_of_given_draws_the_first_ones_are_taken(
    file: Path, draws: int | None, replicates: int, number: int
) -> None:
    for given in (file, str(file), FEW):
        found = asked(given, draws, replicates=replicates)
        assert found.digest() == FEW.first(number).digest()


def test_more_draws_than_a_file_holds_are_refused(file: Path) -> None:
    with pytest.raises(UsageError, match="5 draws were asked for; allowed are 1 to 4"):
        asked(file, 5)


def test_more_draws_than_replicates_are_refused_before_any_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request.ParameterDraws, "prior", lambda *_, **__: pytest.fail("made"))
    with pytest.raises(UsageError, match=r"7 draws .*1 would not be used\n.*--replicates 7"):
        asked("prior", 7)


@pytest.mark.parametrize("draws", [0, -1, 100_001, 1.0, True, "3", [3]])
def test_a_number_that_is_not_allowed_is_refused(draws: Any) -> None:
    for parameters in ("point", "prior", FEW):
        with pytest.raises(UsageError, match=r"draws is .*allowed is a whole number from 1"):
            asked(parameters, draws)


def test_a_number_beside_a_point_is_refused_with_advice() -> None:
    with pytest.raises(UsageError, match=r"--draws 1 does not go with a point.*\n.*prior"):
        asked("point", 1)


@pytest.mark.parametrize("parameters", [None, 3, b"prior", "", "a\0b", ["prior"], object()])
def test_what_is_no_word_file_or_draws_is_refused(parameters: Any) -> None:
    allowed = r"parameters is .*allowed: point, prior, posterior, or a file"
    with pytest.raises(UsageError, match=allowed):
        asked(parameters)


def test_a_file_that_is_missing_is_refused_and_a_slip_of_the_pen_is_pointed_out(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match=r"there is no such file\nAllowed.*point, prior"):
        asked(tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"no such file; did you mean prior\?"):
        asked("priors")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "# remyelin parameter draws {}\n", "\ufeff"])
def test_a_file_of_something_else_is_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no file of parameter draws"):
        asked(file)


def test_a_folder_and_a_binary_file_are_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        asked(tmp_path)
    file.write_bytes(b"PAR1\0\0")
    with pytest.raises(InputError, match="binary file"):
        asked(file)


def test_a_file_made_for_another_table_is_refused(file: Path) -> None:
    other = TABLE.with_values({"reserve": 1.01 * TABLE["reserve"].value})
    file.write_text(ParameterDraws.prior(other, 2, seed=1, keys=["lesion_rate"]).text())
    with pytest.raises(InputError, match=f"made for parameter table {other.digest()}"):
        asked(file)
