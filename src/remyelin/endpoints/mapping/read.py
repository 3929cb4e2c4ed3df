"""A folder of datasets, read by a mapping into tables that are checked as any others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from remyelin.endpoints.dataset import Dataset, dataset_of
from remyelin.endpoints.mapping.folder import read_folder
from remyelin.endpoints.mapping.maker import Maker
from remyelin.endpoints.mapping.schema import DataMapping
from remyelin.endpoints.quality import Findings, sentences
from remyelin.endpoints.reading import AS_WRITTEN, Reading
from remyelin.endpoints.sheet import Sheet
from remyelin.errors import InputError
from remyelin.files import ReadLimits, listed


@dataclass(frozen=True, eq=False)
class Mapped:
    """Tables made of the datasets of a folder.

    Attributes
    ----------
    sheets
        ``visits``, and ``relapses`` and ``patients`` where the datasets have them.
    treatments
        Treatments with first and last day as they stand: ``subject_id``, ``treatment``, ``start``,
        ``end``, ``row``.
    found
        What was dropped, read otherwise than it stands, or is wrong.
    sources
        Sentences on what was read of which file.
    """

    sheets: dict[str, Sheet]
    treatments: pd.DataFrame
    found: Findings
    sources: tuple[str, ...]


def read_mapped(
    folder: str,
    mapping: DataMapping,
    *,
    lenient: bool = False,
    limits: ReadLimits | None = None,
    reading: Reading = AS_WRITTEN,
) -> Dataset:
    """Read and check the datasets of a folder.

    Parameters
    ----------
    folder
        Folder of the datasets.
    mapping
        Which datasets are read, and how.
    lenient, limits, reading
        As in `remyelin.endpoints.read_dataset`.

    Raises
    ------
    InputError
        A dataset is lacking or malformed, or anything is wrong with the tables that are made; every
        problem is named with file, row and column.
    """
    limits = limits or ReadLimits.from_environment()
    mapped = tables_of(folder, mapping, limits=limits, reading=reading)
    data = dataset_of(mapped.sheets, lenient=lenient, limits=limits, found=mapped.found)
    return replace(data, sources=mapped.sources)


def tables_of(
    folder: str,
    mapping: DataMapping,
    *,
    limits: ReadLimits | None = None,
    reading: Reading = AS_WRITTEN,
    ratings: bool = False,
) -> Mapped:
    """Tables made of the datasets of a folder, before they are checked.

    Parameters
    ----------
    folder, mapping, limits, reading
        As in `read_mapped`.
    ratings
        Whether the score of walking is kept among the visits.

    Raises
    ------
    InputError
        A dataset is lacking or malformed, or there is no measurement at all.
    """
    limits = limits or ReadLimits.from_environment()
    files = read_folder(folder, mapping, reading=reading, limits=limits)
    found, told = Findings(), list[str]()
    for parts in files.parts.values():
        for part in parts:
            found.take(part.sheet)
    made = Maker(mapping, files, reading, found, told)
    visits = made.visits(ratings=ratings)
    sheets = {"visits": visits}
    if (relapses := made.relapses()) is not None:
        sheets["relapses"] = relapses
    treatments = made.treatments()
    if (patients := made.patients(treatments)) is not None:
        sheets["patients"] = patients
    if files.others:
        told.append(f"files not read: {listed(files.others)}")
    known = f"; names of its columns and tests are {mapping.mark}" if mapping.source else ""
    head = f"{mapping.label}{known}"
    return Mapped(sheets, treatments, found, (head, *told))


def ratings_of(
    folder: str,
    mapping: DataMapping,
    *,
    limits: ReadLimits | None = None,
    reading: Reading = AS_WRITTEN,
) -> Sheet:
    """Ratings of functional systems and walking, one row per visit, for `rate_table`.

    Parameters
    ----------
    folder, mapping, limits, reading
        As in `read_mapped`.

    Raises
    ------
    InputError
        A dataset is lacking or malformed, or anything is wrong with its rows.
    """
    mapped = tables_of(folder, mapping, limits=limits, reading=reading, ratings=True)
    sheet, found = mapped.sheets["visits"], mapped.found
    if found.problems:
        raise InputError(sheet.where, list(sentences(found)), "Mend the datasets or the mapping.")
    notes = [(f"{n.where}, {n.row}".strip(", "), n.column, n.what, n.settled) for n in found.notes]
    told = [("", "", sentence, "by the mapping") for sentence in mapped.sources]
    return replace(sheet, repairs=(*told, *notes))
