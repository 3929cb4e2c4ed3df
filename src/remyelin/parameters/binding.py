"""From the table to the scalars that one subsystem reads."""

from __future__ import annotations

from typing import Any, TypeVar, get_type_hints

from remyelin.errors import ParameterError
from remyelin.parameters.table import ParameterTable

Bound = TypeVar("Bound")


def bind(shape: type[Bound], table: ParameterTable) -> Bound:
    """Fill a NamedTuple whose field names are parameter keys, in internal units.

    Parameters
    ----------
    shape
        The fields that a subsystem reads; a field may itself be such a NamedTuple.
    table
        Where the values come from.

    Raises
    ------
    ParameterError
        The table lacks a field.
    """
    values: dict[str, Any] = {}
    missing: list[str] = []
    for name, hint in get_type_hints(shape).items():
        if isinstance(hint, type) and hasattr(hint, "_fields"):
            values[name] = bind(hint, table)
        elif name in table:
            values[name] = table[name].internal
        else:
            missing.append(name)
    if missing:
        raise ParameterError(
            f"{shape.__name__} needs parameters that the table lacks: {', '.join(missing)}. "
            "Add them to the parameter table."
        )
    return shape(**values)
