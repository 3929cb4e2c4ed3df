"""Harm by cells: as often as told, more with more cells into the fluid, and nobody without."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remyelin.engine.backends import Backend, carrier
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries

TABLE = ParameterTable.load()
COUNT = 4000
EVENTS = (
    "cell_fever",
    "cell_headache",
    "arachnoiditis",
    "thromboembolism",
    "alloimmunisation",
    "puncture_pain",
    "procedure_bleeding",
)


def seen(name: str | None, days: int = 10) -> Happenings:
    rows = np.arange(COUNT)
    streams = Streams.of(2, np.zeros(COUNT, dtype=np.int64), rows)
    people = at_onset(TABLE, streams, era_factor=1.0)
    plan = None
    if name is not None:
        protocol = catalogue.load(name)
        course = Course(protocol, rows, np.zeros(COUNT, np.int64), np.full(COUNT, FOREVER))
        plan = Schedule(entries(course, TABLE, Window(0, days)))
    return carrier(TABLE, Backend.FUSED).advance(people, 0, days, plan)[1]


def share(name: str, event: str) -> float:
    return len(seen(name).of(event)[0]) / COUNT


def test_without_cells_nobody_has_such_harm() -> None:
    found = seen(None)
    assert [len(found.of(event)[0]) for event in EVENTS] == [0] * len(EVENTS)


@pytest.mark.parametrize(
    ("name", "event", "key", "factor"),
    [
        ("msc_iv_mesems", "cell_fever", "cells_vein_fever", 1.0),
        ("msc_it_petrou", "cell_headache", "cells_fluid_headache", 1.0),
        ("msc_it_petrou", "puncture_pain", "cells_puncture_pain", 1.0),
        ("msc_ntf_it_cohen", "arachnoiditis", "arachnoiditis_at_reference", 1.0),
        ("mscnp_it_harris", "arachnoiditis", "arachnoiditis_at_reference", 10.0 / 112.5),
        ("ucmsc_iv_riordan", "alloimmunisation", "cells_alloimmunisation", 1.0),
        ("nsc_icv_24", "procedure_bleeding", "cells_operation_bleeding", 1.0),
    ],
)
def test_a_dose_harms_as_often_as_its_chance(
    name: str, event: str, key: str, factor: float
) -> None:
    chance = factor * TABLE[key].value
    error = math.sqrt(chance * (1.0 - chance) / COUNT)
    assert abs(share(name, event) - chance) < 4.0 * error


def test_harm_goes_by_route_and_donor() -> None:
    vein, fluid = seen("msc_iv_mesems"), seen("msc_it_petrou")
    assert len(vein.of("arachnoiditis")[0]) == len(vein.of("puncture_pain")[0]) == 0
    assert len(fluid.of("procedure_bleeding")[0]) == 0
    assert len(fluid.of("alloimmunisation")[0]) == 0
