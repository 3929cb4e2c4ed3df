"""The catalogue of protocols that ships with the package, and protocols of one's own."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from remyelin.core.catalogue import Catalogue
from remyelin.core.digest import provenance
from remyelin.errors import InputError
from remyelin.files import parse_yaml, read_yaml, shown
from remyelin.study.problems import problems_of
from remyelin.therapies import known_names, transplant
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.sequences import Lookup, written_out

SUFFIXES = (".yaml", ".yml")
_SUFFIX = ".yaml"
_ADVICE = "`remyelin therapies schema` tells what a protocol file may say."


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
def acting_names() -> tuple[str, ...]:
    """List the protocols that the model has an effect for, and placebo, sorted."""
    return tuple(name for name in names() if load(name).acts)


def resolved(name: str) -> str:
    """Give the protocol that a name stands for: its own, or that of a drug or brand.

    Raises
    ------
    UnknownNameError
        It is neither; a slip of the pen is pointed out.
    InputError
        It names a drug whose protocol is not plain; those that give it are listed.
    """
    if name in names():
        return name
    found = known_names.standard_protocol(name, _everything())
    if found is None:
        raise known_names.unknown_protocol(name, labels())
    return found


@cache
def _everything() -> dict[str, Protocol]:
    return {name: load_as_written(name) for name in names()}


def labels() -> dict[str, str]:
    """Give the label of each protocol, by name."""
    return {name: protocol.label for name, protocol in _everything().items()}


@cache
def load(protocol_id: str) -> Protocol:
    """Give a protocol, a sequence written out.

    Raises
    ------
    UnknownNameError
        There is no such protocol or drug; a slip of the pen is pointed out.
    InputError
        Its file is malformed, or it names a drug whose protocol is not plain.
    """
    return written_out(load_as_written(protocol_id), load)


@cache
def packaged() -> Catalogue[Protocol]:
    """Give the protocols that ship with the package, each as its file writes it."""
    digest = provenance().parts["data of therapies"]
    return Catalogue("protocol", names(), load_as_written, digest)


def why_idle(protocol: Protocol, known: Container[str]) -> str:
    """Say that the model has no effect for a protocol, why, and which one acts; else nothing.

    Parameters
    ----------
    protocol
        The protocol.
    known
        Names of the protocols that can be given in its place.
    """
    if protocol.acts:
        return ""
    told = f"{protocol.protocol_id} does not act: {protocol.acts_not_because}"
    return told + (f"; {protocol.acts_as} acts" if protocol.acts_as in known else "")


def written(protocol_id: str, protocols: Mapping[str, Protocol]) -> Protocol:
    """Give a protocol of a catalogue, a sequence written out.

    Raises
    ------
    UnknownNameError
        There is no such protocol; the nearest names are offered.
    """
    find = lookup_with({}, protocols)
    return written_out(find(protocol_id), find)


def acting(protocol_id: str, protocols: Mapping[str, Protocol], *, where: str) -> Protocol:
    """Give a protocol that the model has an effect for, a sequence written out.

    Raises
    ------
    UnknownNameError
        There is no such protocol or drug; a slip of the pen is pointed out.
    InputError
        It does not act; the reason is told, and which protocol acts in its place.
    """
    protocol = written(protocol_id, protocols)
    if told := why_idle(protocol, protocols):
        raise InputError(where, [told])
    return protocol


@cache
def load_as_written(protocol_id: str) -> Protocol:
    """Give a protocol with its sequence as its file names it.

    Raises
    ------
    UnknownNameError
        There is no such protocol or drug; a slip of the pen is pointed out.
    InputError
        Its file is malformed.
    """
    if protocol_id not in names():
        return load_as_written(resolved(protocol_id))
    path = files("remyelin.therapies").joinpath("protocols", protocol_id + _SUFFIX)
    return parse(path.read_text(encoding="utf-8"), where=f"protocols/{protocol_id}{_SUFFIX}")


def parse(text: str, *, where: str) -> Protocol:
    """Read a protocol from YAML text.

    Raises
    ------
    InputError
        The text is not a protocol; every problem is listed.
    """
    return from_mapping(parse_yaml(text, where=where), where=where)


def read(path: str | Path) -> Protocol:
    """Read a protocol from a YAML file.

    Raises
    ------
    InputError
        The file cannot be read or is not a protocol; every problem is listed.
    """
    return from_mapping(read_yaml(path), where=shown(str(path)))


def from_mapping(data: object, *, where: str) -> Protocol:
    """Read a protocol from plain data.

    Raises
    ------
    InputError
        The data are not a protocol; every problem is listed.
    """
    try:
        protocol = Protocol.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, Protocol), _ADVICE) from None
    if wrong := transplant.problems(protocol):
        raise InputError(where, wrong, _ADVICE)
    return protocol


def lookup_with(own: Mapping[str, Protocol], protocols: Mapping[str, Protocol]) -> Lookup:
    """Give a lookup that knows some protocols beside those of a catalogue."""

    def find(protocol_id: str) -> Protocol:
        if protocol_id in own:
            return own[protocol_id]
        if protocol_id in protocols:
            return protocols[protocol_id]
        everything = {**protocols, **own}
        found = known_names.standard_protocol(protocol_id, everything)
        if found is None:
            told = {name: protocol.label for name, protocol in everything.items()}
            raise known_names.unknown_protocol(protocol_id, told)
        return everything[found]

    return find
