"""The catalogue of studies, and reading and writing of study files."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml, read_yaml, shown
from remyelin.study.default_populations import default_population, default_populations
from remyelin.study.definitions import definitions
from remyelin.study.problems import problems_of
from remyelin.study.schema import Study

STUDIES_FOLDER = "studies"
PLANNED_FOLDER = "planned"
SUFFIXES = (".yaml", ".yml")
_ADVICE = "Mend the file; `remyelin study new` prints a complete one to start from."


@cache
def names() -> tuple[str, ...]:
    """Names of the studies of the package that can be run, sorted."""
    return _names_in(STUDIES_FOLDER)


@cache
def planned_names() -> tuple[str, ...]:
    """Names of the studies of the package that cannot be run yet, sorted."""
    return _names_in(PLANNED_FOLDER)


def _names_in(folder_name: str) -> tuple[str, ...]:
    folder = resources.files("remyelin.study") / folder_name
    if not folder.is_dir():
        return ()
    files = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


def load(name_or_path: str) -> Study:
    """Study of the catalogue, or of a file.

    Parameters
    ----------
    name_or_path
        A name of `names` or `planned_names`, or the path of a file that ends in .yaml or .yml.

    Raises
    ------
    UnknownNameError
        Neither a known name nor the path of a YAML file.
    InputError
        The file cannot be read or is malformed; every problem is named.
    """
    known = (*names(), *planned_names())
    if name_or_path in known:
        folder = STUDIES_FOLDER if name_or_path in names() else PLANNED_FOLDER
        file = resources.files("remyelin.study") / folder / f"{name_or_path}.yaml"
        text = file.read_text(encoding="utf-8")
        return from_mapping(parse_yaml(text, where=file.name), where=file.name)
    if name_or_path.lower().endswith(SUFFIXES):
        return read(name_or_path)
    raise UnknownNameError(
        "study", shown(name_or_path), known, "A file of your own must end in .yaml or .yml."
    )


def read(path: str | Path) -> Study:
    """Study of a YAML file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        The file cannot be read or is malformed; every problem is named.
    """
    where = shown(str(path))
    return from_mapping(with_protocols(read_yaml(path), Path(path).parent, where), where=where)


def with_protocols(data: object, folder: Path, where: str) -> object:
    """Plain data of a study with the content of the protocol files that it names.

    Parameters
    ----------
    data
        A study as its file gives it; what is no study is given back as it is.
    folder
        Where the study file lies.
    where
        Name of the study file in messages.

    Raises
    ------
    InputError
        A file cannot be read, or lies elsewhere than in the folder or below.
    """
    own = data.get("protocols") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(own, list):
        return data
    filled, problems = [], []
    for place, entry in enumerate(own):
        name = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(name, str) or entry.get("content") is not None:
            filled.append(entry)
            continue
        key = f"protocols[{place}].file"
        path = Path(name)
        if path.is_absolute() or ".." in path.parts or not name.lower().endswith(SUFFIXES):
            allowed = "a .yaml file in the folder of the study file or below, as my_regimen.yaml"
            problems.append(f"{key}: {shown(name)} given, allowed: {allowed}")
            continue
        if not _is_within(folder / path, folder):
            problems.append(
                f"{key}: {shown(name)} is a link that leads out of the folder of the study file; "
                "put the file itself there"
            )
            continue
        try:
            filled.append({**entry, "content": read_yaml(folder / path)})
        except InputError as error:
            problems += [f"{key}: {error.where}: {text}" for text in error.problems]
    if problems:
        raise InputError(where, problems)
    return {**data, "protocols": filled}


def _is_within(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder or below when all links are followed."""
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False


def from_mapping(data: object, *, where: str = "study") -> Study:
    """Study of plain data, as a YAML file gives it.

    Parameters
    ----------
    data
        A mapping with the keys of `Study`.
    where
        Name of the data in messages.

    Raises
    ------
    InputError
        The data are malformed; every problem is named.
    """
    try:
        return Study.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, Study), _ADVICE) from None


def dump(study: Study) -> str:
    """YAML text of a study; reading it gives an equal study."""
    import yaml

    data = study.model_dump(mode="json", exclude_none=True)
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100))


def template(study_id: str) -> str:
    """YAML text of a small complete study with remarks, to be changed by hand.

    Parameters
    ----------
    study_id
        Name of the new study: lower case letters, digits and underscores.

    Raises
    ------
    InputError
        The name is not allowed.
    """
    file = resources.files("remyelin.study") / "template.yaml"
    text = file.read_text(encoding="utf-8").replace("my_study", study_id)
    from_mapping(parse_yaml(text, where="new study"), where="new study")
    return text


__all__ = [
    "default_population",
    "default_populations",
    "definitions",
    "dump",
    "from_mapping",
    "load",
    "names",
    "planned_names",
    "read",
    "template",
]
