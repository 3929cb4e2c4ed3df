"""The groups that ship with the package, and the cohorts they run."""

from __future__ import annotations

from functools import cache
from importlib import resources

from pydantic import ValidationError

from remyelin.credibility.schema import Group
from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml, shown
from remyelin.study import catalogue
from remyelin.study.problems import problems_of
from remyelin.study.schema import Study

_ROOM = "remyelin.credibility"
_SUFFIX = ".yaml"


def names() -> tuple[str, ...]:
    """Names of the groups, in alphabetical order."""
    return _names("groups")


def cohort_names() -> tuple[str, ...]:
    """Names of the cohorts of this room, in alphabetical order."""
    return _names("cohorts")


def _names(folder: str) -> tuple[str, ...]:
    files = (file.name for file in (resources.files(_ROOM) / folder).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX)))


@cache
def load(name: str) -> Group:
    """Read a group.

    Raises
    ------
    UnknownNameError
        There is no such group.
    InputError
        Its file is malformed; every problem is named.
    """
    if name not in names():
        raise UnknownNameError("group", shown(name), names())
    where = f"{name}{_SUFFIX}"
    text = (resources.files(_ROOM) / "groups" / where).read_text(encoding="utf-8")
    return from_mapping(parse_yaml(text, where=where), where=where)


def from_mapping(data: object, *, where: str = "group") -> Group:
    """Check a group given as plain data, as a YAML file gives it.

    Raises
    ------
    InputError
        The data are malformed; every problem is named.
    """
    try:
        return Group.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, Group)) from None


@cache
def cohort(name: str) -> Study:
    """Read a cohort of this room: an ordinary study file that no published study stands behind.

    Raises
    ------
    UnknownNameError
        There is no such cohort.
    """
    if name not in cohort_names():
        raise UnknownNameError("cohort", shown(name), cohort_names())
    where = f"{name}{_SUFFIX}"
    text = (resources.files(_ROOM) / "cohorts" / where).read_text(encoding="utf-8")
    return catalogue.from_mapping(parse_yaml(text, where=where), where=where)
