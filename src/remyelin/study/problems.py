"""Plain sentences from the errors of the schema validator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from remyelin.errors import nearest
from remyelin.files import shown

MAX_PROBLEMS = 50
"""More problems than these are counted, not listed."""

_ALLOWED: Mapping[str, str] = {
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "greater_than": "above {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "below {lt}",
    "less_than_equal": "{le} or less",
    "enum": "{expected}",
    "literal_error": "{expected}",
}
_MOST_SHOWN = 60
_MOST_OF_A_WORD = 20
_STRUCTURES = frozenset({"tuple_type", "list_type", "dict_type", "model_type"})
_PATTERN_HINT = "lower case letters, digits and underscores, a letter first, at most 64"


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One sentence per problem: key path, what was given, what is allowed.

    Parameters
    ----------
    error
        What the validator raised.
    model
        The model that was validated.
    """
    problems: list[str] = []
    for item in map(dict, error.errors(include_url=False)):
        if not _is_echo(item):
            problems.extend(_sentences(item, model))
    if len(problems) > MAX_PROBLEMS:
        more = len(problems) - MAX_PROBLEMS
        problems = [*problems[:MAX_PROBLEMS], f"and {more} more problems"]
    return problems


def _is_echo(item: dict[str, Any]) -> bool:
    """Tell whether a list counts as too short only because its entries are malformed."""
    return bool(item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"])


def _sentences(item: dict[str, Any], model: type[BaseModel]) -> Iterator[str]:
    loc, kind = tuple(item["loc"]), str(item["type"])
    path = _path(loc)
    if kind == "missing":
        yield f"{path}: this key is missing"
    elif kind == "extra_forbidden":
        yield f"{path}: unknown key; {_known_keys(loc, model)}"
    elif kind == "value_error":
        yield from _own_sentences(path, loc, item)
    else:
        yield f"{path}: {_given(item['input'], kind)} given, allowed: {_allowed(kind, item)}"


def _given(value: object, kind: str = "") -> str:
    """Show a value; of a long text only its length, as it may be that of another file."""
    most = _MOST_OF_A_WORD if kind in _STRUCTURES else _MOST_SHOWN
    if isinstance(value, str) and (len(value) > most or not value.isprintable()):
        return f"a text of {len(value):,} characters"
    return shown(value, limit=_MOST_SHOWN)


def _own_sentences(path: str, loc: tuple[Any, ...], item: dict[str, Any]) -> Iterator[str]:
    text = str(item["msg"]).removeprefix("Value error, ")
    value = item["input"]
    given = "" if isinstance(value, Mapping | BaseModel) else f"{_given(value)} given; "
    for line in text.split("\n"):
        joint = "." if loc and line.split(":")[0].replace(".", "").isidentifier() else ": "
        yield f"{path}{joint}{given}{line}" if loc else f"{given}{line}"


def _allowed(kind: str, item: dict[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        is_contrast = "_vs_" in str(item["ctx"]["pattern"])
        return "two arms as first_vs_second" if is_contrast else _PATTERN_HINT
    if kind.endswith(("too_long", "too_short")):
        return _length(item)
    template = _ALLOWED.get(kind)
    if template is None:
        return shown(str(item["msg"]))
    return template.format(**item.get("ctx", {}))


def _length(item: dict[str, Any]) -> str:
    context = item["ctx"]
    unit = "characters" if isinstance(item["input"], str) else "entries"
    if "max_length" in context:
        return f"at most {context['max_length']} {unit}"
    return f"at least {context['min_length']} ({unit})"


def _path(loc: tuple[Any, ...]) -> str:
    text = ""
    for part in loc:
        if part == "[key]":
            continue
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + shown(str(part), limit=60)
    return text or "top of the file"


def _known_keys(loc: tuple[Any, ...], model: type[BaseModel]) -> str:
    parent = _model_at(loc[:-1], model)
    if parent is None:
        return "remove it"
    known = list(parent.model_fields)
    near = nearest(str(loc[-1])[:80], known, most=1)
    return f"did you mean {near[0]}?" if near else f"allowed: {', '.join(known)}"


def _model_at(loc: tuple[Any, ...], model: type[BaseModel]) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    in_container = False
    for part in loc:
        if current is None:
            return None
        field = current.model_fields.get(str(part))
        if in_container or field is None:
            in_container = False
            continue
        current = next(_models_in(field.annotation), None)
        in_container = _is_mapping(field.annotation)
    return current


def _is_mapping(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is dict


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models_in(argument)
