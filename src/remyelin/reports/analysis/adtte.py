"""Events as the ADaM dataset ADTTE (CDISC, time to event): rows, and what the columns are.

Names and meaning of the variables follow the ADaM basic data structure for time to event
(version 1.0; recalled). Times are days from the baseline of the patient, which is day 0.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from remyelin.endpoints import Censoring, Status
from remyelin.reports.analysis.contents import Contents
from remyelin.reports.dataset_json import Column
from remyelin.study.definition import EventKind, OnSwitch

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from remyelin.statistics.analysis import Analysis
    from remyelin.study.definition import Definition

NAME: Final = "ADTTE"
LABEL: Final = "Time-to-Event Analysis Dataset"

_LONGEST_NAME: Final = 8
_LONGEST_TEXT: Final = 200
_DATED_AT_END: Final = frozenset({EventKind.RELAPSE, EventKind.DEATH, EventKind.ADVERSE_EVENT})
"""Kinds that can be seen on any day, so that patients are censored at the end of observation."""
_LOST: Final = frozenset({EventKind.NEDA3, EventKind.NEDA4})
"""Kinds named after the state whose loss is the event."""


def parameter_code(definition_id: str) -> str:
    """Name a definition in eight letters (PARAMCD), always the same.

    A short name stays, in capitals; of a longer one the first four letters stand before four
    digits of its hash.
    """
    letters = re.sub(r"[^A-Z0-9]", "", definition_id.upper())
    if letters == definition_id.upper() and len(letters) <= _LONGEST_NAME and letters[0].isalpha():
        return letters
    stem = re.sub(r"^[0-9]+", "", letters)[:4] or "P"
    return stem + sha256(definition_id.encode()).hexdigest()[:4].upper()


def _parameter(definition: Definition) -> str:
    what = "Time to loss of" if definition.kind in _LOST else "Time to"
    return f"{what}: {definition.label} [{definition.definition_id}] (days)"


def group_name(column: str, taken: tuple[str, ...]) -> str:
    """Name the column of groups in at most eight letters that no other column has."""
    name = re.sub(r"^[0-9]+", "", re.sub(r"[^A-Z0-9]", "", column.upper()))[:_LONGEST_NAME]
    return name if name and name not in taken else "GRPCOL"


def adtte(contents: Contents) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """Give the rows of ADTTE and its columns.

    One row per patient and definition with a baseline to which the definition applies;
    ``ANL01FL`` is Y for those that the figures are made from.

    Returns
    -------
    tuple
        The rows, dates as text (ISO 8601), and what each column is.
    """
    import pandas as pd

    frame = pd.concat([_rows(contents, one) for one in contents.analyses], ignore_index=True)
    labels = {
        "STUDYID": "Study Identifier",
        "USUBJID": "Unique Subject Identifier",
        "PARAMCD": "Parameter Code",
        "PARAM": "Parameter",
        "STARTDT": "Time to Event Origin Date for Subject",
        "ADT": "Analysis Date",
        "AVAL": "Analysis Value",
        "AVALU": "Analysis Value Unit",
        "CNSR": "Censor",
        "EVNTDESC": "Event or Censoring Description",
        "CNSDTDSC": "Censor Date Description",
        "ANL01FL": "Analysis Flag 01",
    }
    if contents.groups.column:
        name = group_name(contents.groups.column, tuple(labels))
        frame.insert(2, name, frame.pop("group"))
        labels[name] = f"Group: {contents.groups.column}"[:40]
    else:
        frame = frame.drop(columns="group")
    whole = bool((frame["AVAL"] % 1 == 0).all())
    if whole:
        frame["AVAL"] = frame["AVAL"].astype("int64")
    keys = {"STUDYID": 1, "USUBJID": 2, "PARAMCD": 3}
    return frame, tuple(
        Column(
            name=str(name),
            label=labels[str(name)],
            kind=_kind(str(name), whole=whole),
            key=keys.get(str(name)),
        )
        for name in frame.columns
    )


def _kind(name: str, *, whole: bool) -> str:
    if name in {"STARTDT", "ADT"}:
        return "date"
    if name == "AVAL":
        return "integer" if whole else "double"
    return "integer" if name == "CNSR" else "string"


def _rows(contents: Contents, one: Analysis) -> pd.DataFrame:
    import pandas as pd

    data, table, about = contents.data, one.table, one.definition
    use = np.flatnonzero(table.evaluable)
    names = np.array([*contents.groups.names, ""], dtype=object)
    event = table.event[use]
    made: dict[str, Any] = {
        "STUDYID": contents.study_id,
        "USUBJID": data.labels[use],
        "group": names[contents.groups.code[use]],
        "PARAMCD": parameter_code(about.definition_id),
        "PARAM": _parameter(about)[:_LONGEST_TEXT],
    }
    if data.dated:
        made["STARTDT"] = data.date(np.zeros(data.history.n))[use]
        made["ADT"] = data.date(table.time)[use]
    reason, where = _censored(contents, one)
    made |= {
        "AVAL": table.time[use],
        "AVALU": "DAYS",
        "CNSR": np.where(event, 0, 1),
        "EVNTDESC": np.where(event, _events(contents, one)[use], reason[use]),
        "CNSDTDSC": np.where(event, "", where[use]),
        "ANL01FL": np.where(one.analysed[use], "Y", ""),
    }
    return pd.DataFrame(made, index=np.arange(use.size))


def _events(contents: Contents, one: Analysis) -> NDArray[Any]:
    """What the event of each patient was."""
    label = np.full(one.table.event.size, one.definition.label[:_LONGEST_TEXT], dtype=object)
    if one.definition.kind.is_composite:
        names = one.table.frame["component"].to_numpy(dtype=object)
        known = contents.components
        return np.array(
            [known[name][:_LONGEST_TEXT] if name in known else name for name in names], dtype=object
        )
    return label


def _censored(contents: Contents, one: Analysis) -> tuple[NDArray[Any], NDArray[Any]]:
    """Why each patient without event is censored, and what the day of it is."""
    table, history, about = one.table, contents.data.history, one.definition
    reason = np.full(history.n, "No event by the end of observation", dtype=object)
    where = np.full(history.n, _last_day(about, table.censoring), dtype=object)
    died = history.death_day <= table.followed
    reason[died] = "No event before death"
    if about.on_switch is OnSwitch.CENSOR:
        switched = history.switch_day < np.minimum(history.end_day, history.death_day)
        reason[switched] = "No event before switch of treatment"
        where[switched] = f"{where[0]}, up to the switch" if history.n else ""
    blind = table.has(Status.NOT_CONFIRMABLE)
    reason[blind] = "Event could not have been found: too few visits"
    return reason, where


def _last_day(definition: Definition, censoring: Censoring) -> str:
    if definition.kind in _DATED_AT_END:
        return "End of observation"
    if censoring is Censoring.LAST_CONFIRMABLE:
        return "Last assessment at which an event could still be confirmed"
    return "Last assessment under observation"
