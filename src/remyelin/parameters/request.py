"""What is asked for as the parameters of a run: a point, draws from the priors, or a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from remyelin.errors import InputError, UsageError, nearest
from remyelin.files import read_text, shown
from remyelin.parameters.draws import MOST_DRAWS, Origin, ParameterDraws
from remyelin.parameters.posterior import posterior_text
from remyelin.parameters.table import ParameterTable

WORDS: Final = tuple(origin.value for origin in Origin)
"""What may be asked for beside a file of draws."""

_ALLOWED: Final = f"{', '.join(WORDS)}, or a file of parameter draws"


def read_draws(path: str | os.PathLike[str], table: ParameterTable) -> ParameterDraws:
    """Read a file of parameter draws.

    Raises
    ------
    InputError
        The file cannot be read, is no such file, or was made for another table.
    """
    return ParameterDraws.parse(read_text(path), table, name=shown(os.fspath(path)))


def packaged_posterior(table: ParameterTable, most: int) -> ParameterDraws:
    """Give draws of the posterior that comes with the package, evenly spaced.

    Raises
    ------
    UsageError
        None comes with this version.
    InputError
        It was made for another parameter table.
    """
    text = posterior_text()
    if text is None:
        raise UsageError(
            "no posterior comes with this version of remyelin\n"
            "Use point or prior, or calibrate the model (docs/calibration.md)."
        )
    draws = ParameterDraws.parse(text, table, name="the posterior of the package", check=False)
    return draws.thinned(min(most, len(draws)))


def draws_asked(
    parameters: object,
    draws: object,
    table: ParameterTable,
    *,
    replicates: int,
    seed: int,
) -> ParameterDraws:
    """Give the draws that were asked for.

    Parameters
    ----------
    parameters
        ``"point"``, ``"prior"``, ``"posterior"`` (that of the package), the path of a file of
        draws, or draws.
    draws
        How many; of a file, and of draws that are given, the first ones. None: one for each
        replicate, or all where there are fewer.
    table
        Values and priors.
    replicates
        Replicates of the run.
    seed
        Seed of the run; draws from the priors depend on it and on their number alone.

    Raises
    ------
    UsageError
        A word is unknown; the number is not allowed, is more than that of the replicates, or
        stands beside a point.
    InputError
        As `read_draws`.
    """
    number = _number(draws)
    if number is not None and parameters != Origin.POINT.value:
        refuse_unused(number, replicates)
    if isinstance(parameters, ParameterDraws):
        return _first(parameters, number, replicates)
    if not isinstance(parameters, str | os.PathLike):
        raise UsageError(f"parameters is {shown(parameters)}; allowed: {_ALLOWED}")
    asked = os.fspath(parameters)
    if asked == Origin.POINT.value:
        if number is not None:
            raise UsageError(
                f"--draws {number} does not go with a point, which is one set of parameters\n"
                "Add --parameters prior, or --parameters FILE with a file of parameter draws."
            )
        return ParameterDraws.point(table)
    wanted = replicates if number is None else number
    if asked == Origin.PRIOR.value:
        return ParameterDraws.prior(table, wanted, seed=seed)
    if asked == Origin.POSTERIOR.value:
        return packaged_posterior(table, wanted)
    return _first(read_draws(_file(asked), table), number, replicates)


def refuse_unused(draws: int, replicates: int) -> None:
    """Refuse more draws than replicates.

    Raises
    ------
    UsageError
        Some draws would not be used.
    """
    if draws > replicates:
        raise UsageError(
            f"{draws} draws of the parameters were asked for and {replicates} replicates; "
            "replicate k takes draw k modulo the number of draws, so "
            f"{draws - replicates} would not be used\n"
            f"Give --replicates {draws} or more, or --draws {replicates} or fewer."
        )


def _file(asked: str | bytes) -> str:
    """Give the path of a file; a word that names none may be a slip of the pen."""
    if not isinstance(asked, str) or not asked or "\0" in asked:
        raise UsageError(f"parameters is {shown(asked)}; allowed: {_ALLOWED}")
    if os.path.lexists(asked):
        return asked
    near = nearest(Path(asked).name, WORDS)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise InputError(
        shown(asked), [f"there is no such file{hint}"], f"Allowed for --parameters: {_ALLOWED}."
    )


def _number(draws: object) -> int | None:
    if draws is None:
        return None
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= MOST_DRAWS:
        raise UsageError(
            f"draws is {shown(draws)}; allowed is a whole number from 1 to {MOST_DRAWS}"
        )
    return draws


def _first(found: ParameterDraws, number: int | None, replicates: int) -> ParameterDraws:
    return found.first(min(len(found), replicates) if number is None else number)
