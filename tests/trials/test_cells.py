"""Cells in a trial: batches differ between patients, and a failed one costs time or treatment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.trials.cells import MADE_AGAIN, NOT_RELEASED, Receivers, has_begun

TABLE = ParameterTable.load()
Rows = NDArray[np.intp]
COUNT = 400


def receivers(count: int = COUNT, replicates: int = 1) -> Receivers:
    replicate = np.repeat(np.arange(replicates), count // replicates)
    streams = Streams.of(5, replicate, np.arange(count))
    return Receivers.of(at_onset(TABLE, streams, era_factor=1.0))


def course(name: str, rows: Rows, start: int = 0) -> Course:
    days = np.full(len(rows), start, dtype=np.int64)
    return Course(catalogue.load(name), rows, days, np.full(len(rows), FOREVER))


def test_a_failed_batch_is_a_delay_and_two_are_no_treatment() -> None:
    found = {c.reason: c for c in receivers().courses(course("admsc_iv_made", np.arange(COUNT)))}
    assert set(found) == {"", MADE_AGAIN, NOT_RELEASED}
    assert sorted(np.concatenate([c.rows for c in found.values()])) == list(range(COUNT))
    assert set(found[MADE_AGAIN].start.tolist()) == {35}
    assert (found[NOT_RELEASED].stop == found[NOT_RELEASED].start).all()
    assert list(entries(found[NOT_RELEASED], TABLE, Window(0, 400))) == []
    late = list(entries(found[MADE_AGAIN], TABLE, Window(0, 400)))
    assert {int(day) for entry in late for day in entry.days} == {35}
    assert len(found[""].rows) > 0.8 * COUNT > len(found[MADE_AGAIN].rows) > 0


def test_a_course_that_ends_before_its_batch_comes_was_never_begun() -> None:
    found = {c.reason: c for c in receivers().courses(course("admsc_iv_made", np.arange(COUNT)))}
    assert all(has_begun(c).all() for c in found.values())
    for day, begun in ((34, False), (35, False), (36, True)):
        stop = np.full(len(found[MADE_AGAIN].rows), day)
        assert (has_begun(replace(found[MADE_AGAIN], stop=stop)) == begun).all()


def test_without_a_step_of_manufacture_everybody_is_treated_on_time() -> None:
    (only,) = receivers().courses(course("admsc_iv_high", np.arange(COUNT)))
    assert only.reason == ""
    assert (only.start == 0).all()


def test_a_patient_gets_the_same_batch_whoever_else_is_in_the_course() -> None:
    people = receivers()
    some = np.array([3, 17, 200])

    def amounts(rows: Rows) -> dict[int, float]:
        (one,) = people.courses(course("msc_iv_mesems", rows))
        given = entries(one, TABLE, Window(0, 10))
        (entry,) = (each for each in given if each.field == "msc_lung")
        return dict(zip(entry.rows.tolist(), np.asarray(entry.amount).tolist(), strict=True))

    everybody = amounts(np.arange(COUNT))
    assert amounts(some) == {row: everybody[row] for row in some.tolist()}
    assert len(set(everybody.values())) == COUNT


@pytest.mark.parametrize(("name", "shared"), [("ucmsc_iv_riordan", True), ("msc_iv_mesems", False)])
def test_ignorance_of_a_product_is_one_draw_for_each_replicate(name: str, shared: bool) -> None:
    sharp = TABLE.with_values({"potency_log_sd": 0.0, "donor_age_potency_loss": 0.0})
    (one,) = receivers(replicates=4).courses(course(name, np.arange(COUNT)))
    first = next(e for e in entries(one, sharp, Window(0, 10)) if e.field == "msc_lung")
    amounts = {round(float(a), 9) for a in np.asarray(first.amount)}
    assert len(amounts) == (4 if shared else 1)
