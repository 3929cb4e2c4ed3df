"""Following of virtual patients day by day, with a diary of what is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.backends import Carrier, Rater
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population
from remyelin.model.lymphocytes import cd4_count
from remyelin.model.schedule import Schedule
from remyelin.patients.options import Option
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

WEEK: Final = 7
VISIT_DAYS: Final = 91
"""Days between visits at which the EDSS is rated."""

CLOSE_DAYS: Final = 90
"""Days after a depletion that are written down one by one."""

_PERCENT: Final = 100.0
_REPORT_DAYS: Final = 182

Columns = dict[str, NDArray[np.generic]]


class Follower:
    """Carries twins through days and writes down what is seen.

    Parameters
    ----------
    engine, assessor, truth
        What carries them, the rater of visits, and a rater without noise.
    schedule, options, draws
        Dated inputs; option k owns rows ``k * draws`` to ``(k + 1) * draws - 1``.
    """

    def __init__(
        self,
        engine: Carrier,
        assessor: Rater,
        truth: Rater,
        *,
        schedule: Schedule,
        options: Sequence[Option],
        draws: int,
    ) -> None:
        self._engine, self._assessor, self._truth = engine, assessor, truth
        self._schedule = schedule
        self._option = np.repeat(np.array([o.name for o in options], dtype=object), draws)
        self._draw = np.tile(np.arange(draws), len(options))
        close = {
            (place, day)
            for place, option in enumerate(options)
            for pulse in option.depletions
            for day in range(pulse, pulse + CLOSE_DAYS + 1)
        }
        self._close = np.array(sorted(close), dtype=np.int64).reshape(-1, 2)
        self._place = np.repeat(np.arange(len(options)), draws)
        self._books: dict[str, list[Columns]] = {"weekly": [], "visits": [], "events": []}

    def follow(
        self, people: Population, days: int, report: Callable[[float], None]
    ) -> dict[str, pd.DataFrame]:
        """Carry twins for some days and give the tables of a `Course`.

        Parameters
        ----------
        people
            Where they stand on day 0.
        days
            Days that are simulated.
        report
            Called with the share of the work done, 0 to 1.
        """
        self._start = people
        self._alive = np.ones(len(people), dtype=bool)
        self._ended = np.full(len(people), days)
        self._why = np.full(len(people), "completed", dtype=object)
        self._write(people, 0)
        self._visit(people, 0)
        for day in range(1, days + 1):
            before = people
            people, seen = self._engine.advance(people, day - 1, day, self._schedule)
            self._note(before, people, seen, day)
            self._write(people, day)
            if day % VISIT_DAYS == 0:
                self._visit(people, day)
            if day % _REPORT_DAYS == 0:
                report(day / days)
        return self._tables()

    def _who(self, rows: NDArray[np.intp], day: int) -> Columns:
        return {
            "option": self._option[rows],
            "draw": self._draw[rows],
            "day": np.full(len(rows), day),
            "years": np.full(len(rows), day / DAYS_PER_YEAR),
        }

    def _write(self, people: Population, day: int) -> None:
        due = self._alive.copy()
        if day % WEEK:
            due &= np.isin(self._place, self._close[self._close[:, 1] == day, 0])
        rows = np.flatnonzero(due)
        if len(rows):
            here = people.take(rows)
            start = self._start.take(rows).state
            state = here.state
            self._books["weekly"].append(
                {
                    **self._who(rows, day),
                    "age_years": state.clock.age,
                    "edss_true": self._truth.rate(here).edss,
                    "gd_lesions": state.lesions.enhancing,
                    "new_t2_lesions": state.lesions.t2_total - start.lesions.t2_total,
                    "brain_volume_pct": _PERCENT * state.tissue.volume / start.tissue.volume,
                    "nfl_pg_ml": state.tissue.nfl,
                    "neutrophils_1e9_l": state.marrow.neutrophils,
                    "platelets_1e9_l": state.marrow.platelets,
                    "cd4_per_ul": cd4_count(state.t_cells),
                    "b_cells_pct": _PERCENT * state.b_cells.total,
                }
            )

    def _visit(self, people: Population, day: int) -> None:
        rows = np.flatnonzero(self._alive)
        if len(rows):
            rating = self._assessor.rate(people.take(rows))
            self._books["visits"].append({**self._who(rows, day), "edss": rating.edss})

    def _note(self, before: Population, after: Population, seen: Happenings, day: int) -> None:
        for event in seen.event:
            rows = seen.of(event)[0]
            rows = rows[self._alive[rows]]
            if not len(rows):
                continue
            rise = severity = np.full(len(rows), np.nan)
            if event == "relapse":
                rise, severity = self._severity(before.take(rows), after.take(rows))
            self._books["events"].append(
                {
                    **self._who(rows, day),
                    "event": np.full(len(rows), event, dtype=object),
                    "edss_rise": rise,
                    "severity": severity,
                }
            )
        dead = seen.of("death")[0]
        self._end(dead[self._alive[dead]], day, "death")
        failed = np.flatnonzero(after.failed() & self._alive)
        self._end(failed, day, "failed")

    def _severity(
        self, before: Population, after: Population
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the rise of the true EDSS and of the deficit in the compartment hit worst."""
        rise = self._truth.rate(after).edss - self._truth.rate(before).edss
        added = np.array(after.state.deficit) - np.array(before.state.deficit)
        by_compartment = added.reshape(3, 3, -1).sum(axis=0)
        return rise, np.maximum(by_compartment.max(axis=0), 0.0)

    def _end(self, rows: NDArray[np.intp], day: int, why: str) -> None:
        self._alive[rows] = False
        self._ended[rows] = day
        self._why[rows] = why

    def _tables(self) -> dict[str, pd.DataFrame]:
        import pandas as pd

        empty: Columns = {
            **self._who(np.zeros(0, dtype=np.intp), 0),
            "event": np.zeros(0, dtype=object),
            "edss_rise": np.zeros(0),
            "severity": np.zeros(0),
        }
        tables = {}
        for name, pieces in self._books.items():
            first = pieces[0] if pieces else empty
            columns = {
                column: np.concatenate([piece[column] for piece in pieces]) if pieces else values
                for column, values in first.items()
            }
            frame = pd.DataFrame(columns).astype({"option": object, "draw": np.int64})
            order = {name: place for place, name in enumerate(dict.fromkeys(self._option))}
            frame["_order"] = frame["option"].map(order).astype(np.int64)
            frame = frame.sort_values(["_order", "draw", "day"], kind="stable", ignore_index=True)
            tables[name] = frame.drop(columns="_order")
        tables["ended"] = pd.DataFrame(
            {
                "option": self._option,
                "draw": self._draw,
                "day": self._ended,
                "reason": self._why,
            }
        )
        return tables
