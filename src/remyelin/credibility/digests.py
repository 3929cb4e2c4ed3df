"""The digest by which a stored result is known to belong to these parameters."""

from __future__ import annotations

from remyelin.parameters import ParameterTable


def parameters_digest() -> str:
    """Give the hash of the parameter table of the package."""
    return ParameterTable.load().digest()
