"""What a person's own data hold, as text, tables and plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from remyelin.reports.endpoints import data_text
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from remyelin.endpoints import Dataset
    from remyelin.endpoints.epochs import Epochs
    from remyelin.endpoints.funnel import Step
    from remyelin.endpoints.misrating import MisratingLine
    from remyelin.endpoints.recurrent import EveryEvent
    from remyelin.endpoints.recurrent_rates import RateLine
    from remyelin.endpoints.treatments import Treatments
    from remyelin.study.definition import Definition

_MOST_ROWS = 20
_MOVES: Mapping[str, str] = {
    "definition": "as the definition says",
    "event": "it stays",
    "roving": "after every confirmed change of either direction",
    "relapse": "after every relapse",
}


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows of a table as JSON can hold them; None where there is no value."""
    columns = []
    for name in frame:
        gone = frame[name].isna().tolist()
        columns.append(
            [None if no else one for no, one in zip(gone, frame[name].tolist(), strict=True)]
        )
    names = [str(name) for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _rows(frame: pd.DataFrame) -> Iterator[str]:
    if not len(frame):
        return
    yield ""
    yield frame.head(_MOST_ROWS).to_string(index=False, na_rep="-")
    if len(frame) > _MOST_ROWS:
        yield f"... and {len(frame) - _MOST_ROWS:,} more rows; --out FILE writes them all"


def _who(data: Dataset, patient: NDArray[np.int64]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    history = data.history
    frame = pd.DataFrame({"subject_id": data.labels[patient]})
    if len(history.arm_ids) > 1:
        frame["arm_id"] = np.asarray(history.arm_ids, dtype=object)[history.arm[patient]]
    if np.unique(history.replicate).size > 1:
        frame["replicate"] = history.replicate[patient]
    return frame


def _dates(data: Dataset, patient: NDArray[np.int64], day: NDArray[np.float64]) -> NDArray[Any]:
    import numpy as np

    known = np.isfinite(day)
    count = np.where(known, day + data.origin[patient], 0.0).round().astype("int64")
    text = count.astype("datetime64[D]").astype(str).astype(object)
    return np.where(known, text, "")


def _dated(
    data: Dataset,
    frame: pd.DataFrame,
    name: str,
    patient: NDArray[np.int64],
    day: NDArray[np.float64],
) -> None:
    frame[f"{name}_day"] = day
    if data.dated:
        frame[f"{name}_date"] = _dates(data, patient, day)


def events_frame(data: Dataset, found: EveryEvent, epochs: Epochs | None) -> pd.DataFrame:
    """One row per event: patient, number, days and dates, scores, and the treatment."""
    import numpy as np

    frame = _who(data, found.patient)
    frame["number"] = found.number
    for name, day in (
        ("event", found.day),
        ("confirming", found.confirming_day),
        ("reference", found.reference_day),
    ):
        _dated(data, frame, name, found.patient, day)
    frame["reference_value"], frame["value"] = found.reference_value, found.value
    if found.definition.kind.is_composite:
        frame["component"] = list(found.component)
    if epochs is not None:
        names = np.append(epochs.treatment, "")
        frame["treatment"] = names[epochs.event_epoch]
    return frame


def _rate_text(line: RateLine) -> str:
    if not line.assessable:
        return f"{line.group}: an event could be found in none of {line.patients} patients"
    rate = (
        f"{_number(line.rate_per_year)} per year [{_number(line.low)}, {_number(line.high)}]"
        if line.years > 0
        else "no time under observation, so no rate"
    )
    return (
        f"{line.group}: {line.events} events in {line.with_event} of {line.assessable} patients "
        f"(at most {line.most} in one), {line.years:.1f} years: {rate}"
    )


def events_text(
    data: Dataset,
    found: EveryEvent,
    frame: pd.DataFrame,
    *,
    lines: Sequence[RateLine],
    epochs: Epochs | None,
    courses: Treatments | None,
) -> str:
    """Every event: the rule, rates with their interval, and the first rows."""
    one = found.definition
    moves = _MOVES[found.rebaseline.value]
    text = [
        data_text(data),
        "",
        f"{one.definition_id}: {one.label}, every event",
        f"  {one.text}",
        f"  Source: {one.citation}",
        f"  Reference: moves after every confirmed event; beside that {moves}",
        "",
        *(_rate_text(line) for line in lines),
    ]
    if courses is not None and courses.problems:
        text += ["", f"Treatments: {len(courses.problems)} problems, all settled:"]
        text += [f"  - {p.where}, {p} ({p.settled})" for p in courses.problems]
    if courses is not None:
        text += [f"  - {p.where}, {p} ({p.settled})" for p in courses.notes]
    if epochs is not None:
        text += ["", "By treatment (an event belongs to what the patient was on):"]
        text += [_rate_text(line) for line in epochs.lines()]
    return "\n".join([*text, *_rows(frame)])


def events_values(
    data: Dataset,
    found: EveryEvent,
    frame: pd.DataFrame,
    lines: Sequence[RateLine],
    epochs: Epochs | None,
) -> dict[str, object]:
    """Every event as JSON can hold it."""
    made: dict[str, object] = {
        "disclaimer": OWN_DATA_DISCLAIMER,
        "definition": asdict(found.definition),
        "rebaseline": found.rebaseline.value,
        "groups": [asdict(line) for line in lines],
        "events": records(frame),
        "problems": [asdict(problem) for problem in data.problems],
    }
    if epochs is not None:
        table = epochs.frame
        table.insert(0, "subject_id", data.labels[epochs.patient])
        made["treatments"] = [asdict(line) for line in epochs.lines()]
        made["epochs"] = records(table.drop(columns="patient"))
    return made


def visits_frame(data: Dataset, usable: pd.DataFrame) -> pd.DataFrame:
    """One row per visit with the name of the patient."""
    patient = usable["patient"].to_numpy()
    frame = _who(data, patient)
    _dated(data, frame, "visit", patient, usable["day"].to_numpy(dtype="float64"))
    rest = usable.drop(columns=["patient", "day", "visit"])
    return frame.join(rest.reset_index(drop=True))


def visits_text(data: Dataset, definition: Definition, frame: pd.DataFrame) -> str:
    """How many visits can serve for what, and the first of those that cannot."""
    text = [data_text(data), "", f"{definition.definition_id}: {len(frame):,} visits"]
    for what in ("reference", "event", "confirmation"):
        text.append(f"  {int((~frame[what]).sum()):>6}  cannot serve as {what}")
    return "\n".join([*text, *_rows(frame[frame["reason"] != ""])])


def funnel_frame(steps: Sequence[Step]) -> pd.DataFrame:
    """One row per step."""
    import pandas as pd

    total = steps[0].left
    rows = [
        {
            "step": number,
            "asked": step.what,
            "left": step.left,
            "lost": step.lost,
            "share": step.left / total if total else math.nan,
        }
        for number, step in enumerate(steps)
    ]
    return pd.DataFrame(rows)


def funnel_text(data: Dataset, definition: Definition, steps: Sequence[Step]) -> str:
    """One line per step: who is left and who is lost."""
    text = [data_text(data), "", f"{definition.definition_id}: {definition.label}"]
    text.append(f"{'left':>7}  {'lost':>7}  {'of all':>7}  asked of each patient")
    total = steps[0].left
    for step in steps:
        share = f"{100 * step.left / total:.1f} %" if total else "-"
        text.append(f"{step.left:>7,}  {step.lost:>7,}  {share:>7}  {step.what}")
    return "\n".join(text)


def misrating_frame(lines: Sequence[MisratingLine]) -> pd.DataFrame:
    """One row per level of the score."""
    import pandas as pd

    return pd.DataFrame([asdict(line) for line in lines])


def misrating_text(data: Dataset, lines: Sequence[MisratingLine], column: str) -> str:
    """Ratings that are off, by level of the score."""
    text = [
        data_text(data),
        "",
        f"Ratings of {column} that are off, from visits whose neighbours agree (95 % intervals)",
        f"{'level':<10}  agreeing  up  down  large  off %                 noise (points)",
    ]
    for line in lines:
        rate = _span(100 * line.rate, 100 * line.low, 100 * line.high, 1)
        noise = _span(line.noise_sd, line.noise_low, line.noise_high, 2)
        text.append(
            f"{line.group:<10}  {line.agreeing:>8,}  {line.up:>2,}  {line.down:>4,}  "
            f"{line.large:>5,}  {rate:<20}  {noise}"
        )
    text += [
        "",
        "up, down: middle rating above or below two that agree; large: by 1 point or more.",
        "off: 50 % is the most that can be told from such visits.",
        "Relapses that nobody recorded look like this too: many more up than down hint at them.",
    ]
    return "\n".join(text)


def _span(value: float, low: float, high: float, digits: int) -> str:
    return f"{_number(value, digits)} [{_number(low, digits)}, {_number(high, digits)}]"
