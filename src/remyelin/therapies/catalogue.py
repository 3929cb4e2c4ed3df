"""The catalogue of protocols that ships with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml
from remyelin.study.problems import problems_of
from remyelin.therapies import transplant
from remyelin.therapies.protocol import Protocol

_SUFFIX = ".yaml"


@cache
def names() -> tuple[str, ...]:
    """List the protocols, sorted."""
    folder = files("remyelin.therapies").joinpath("protocols")
    return tuple(
        sorted(
            item.name.removesuffix(_SUFFIX)
            for item in folder.iterdir()
            if item.name.endswith(_SUFFIX)
        )
    )


@cache
def load(protocol_id: str) -> Protocol:
    """Give a protocol.

    Raises
    ------
    UnknownNameError
        There is no such protocol; the nearest names are offered.
    InputError
        Its file is malformed.
    """
    if protocol_id not in names():
        raise UnknownNameError("protocol", protocol_id, names())
    path = files("remyelin.therapies").joinpath("protocols", protocol_id + _SUFFIX)
    return parse(path.read_text(encoding="utf-8"), where=f"protocols/{protocol_id}{_SUFFIX}")


def parse(text: str, *, where: str) -> Protocol:
    """Read a protocol from YAML text.

    Raises
    ------
    InputError
        The text is not a protocol; every problem is listed.
    """
    data = parse_yaml(text, where=where)
    try:
        protocol = Protocol.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, Protocol)) from None
    if wrong := transplant.problems(protocol):
        raise InputError(where, wrong)
    return protocol
