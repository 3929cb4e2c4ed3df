"""Mappings: those of the package, and files of one's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from remyelin.endpoints.mapping.schema import DataMapping
from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml, read_text, shown
from remyelin.study.problems import problems_of

NAMES: Final = ("sdtm", "adam", "msoac")
"""Mappings that ship with the package."""

_ADVICE: Final = "`remyelin endpoints --show-mapping sdtm` prints a mapping to begin with."


def text_of(name: str) -> str:
    """YAML text of a mapping of the package.

    Raises
    ------
    UnknownNameError
        There is no such mapping.
    """
    if name not in NAMES:
        raise UnknownNameError("mapping", name, NAMES, "A file of one's own ends in .yaml.")
    return files("remyelin.endpoints.mapping").joinpath(f"{name}.yaml").read_text("utf-8")


def read_mapping(given: str) -> DataMapping:
    """Give a mapping by its name, or read one from a file.

    Parameters
    ----------
    given
        A name of `NAMES`, or a file that ends in ``.yaml`` or ``.yml``.

    Raises
    ------
    UnknownNameError
        It is neither.
    InputError
        The file is malformed; every problem is named with its key.
    """
    if Path(given).suffix.lower() in (".yaml", ".yml"):
        return parsed(read_text(given, kind="yaml_bytes"), where=shown(given))
    return parsed(text_of(given), where=f"mapping {given}")


def parsed(text: str, *, where: str) -> DataMapping:
    """Mapping of a YAML text.

    Raises
    ------
    InputError
        It is malformed; every problem is named with its key.
    """
    try:
        return DataMapping.model_validate(parse_yaml(text, where=where))
    except ValidationError as error:
        raise InputError(where, problems_of(error, DataMapping), _ADVICE) from None
