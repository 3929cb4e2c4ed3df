"""Folders of datasets, as CDISC tables, read by one mapping file."""

from __future__ import annotations

from remyelin.endpoints.mapping.library import NAMES, read_mapping, text_of
from remyelin.endpoints.mapping.read import Mapped, ratings_of, read_mapped, tables_of
from remyelin.endpoints.mapping.schema import DataMapping

__all__ = [
    "NAMES",
    "DataMapping",
    "Mapped",
    "ratings_of",
    "read_mapped",
    "read_mapping",
    "tables_of",
    "text_of",
]
