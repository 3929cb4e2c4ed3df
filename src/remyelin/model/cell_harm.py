"""Harm on the day on which cells are given: by the cells, by the puncture, by the operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.inputs import Pulse
from remyelin.model.numeric import Numeric, Value
from remyelin.model.stage import NoParameters
from remyelin.model.states import HarmToday

CELL_HARM_BLOCKS = 2


def harm_by_cells(
    m: Numeric,
    p: NoParameters,
    h: float,
    *,
    pulse: Pulse,
    harm_today: HarmToday,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw what a dose of cells brings; each chance is told by the product, route and dose."""

    def drawn(word: Value, chance: Value, now: Value) -> Value:
        return m.where(word < chance, 1.0, now)

    now = harm_today
    return {
        "harm_today": now._replace(
            cell_fever=drawn(u[0], pulse.cell_fever, now.cell_fever),
            cell_headache=drawn(u[1], pulse.cell_headache, now.cell_headache),
            arachnoiditis=drawn(u[2], pulse.arachnoiditis, now.arachnoiditis),
            thromboembolism=drawn(u[3], pulse.thromboembolism, now.thromboembolism),
            alloimmunisation=drawn(u[4], pulse.alloimmunisation, now.alloimmunisation),
            puncture_pain=drawn(u[5], pulse.puncture_pain, now.puncture_pain),
            procedure_bleeding=drawn(u[6], pulse.procedure_bleeding, now.procedure_bleeding),
        )
    }


def cells_may_harm(m: Numeric, p: NoParameters, h: float, *, pulse: Pulse) -> Value:
    """Say whether cells are given today that may harm."""
    asked = pulse.cell_fever + pulse.cell_headache + pulse.arachnoiditis
    asked = asked + pulse.thromboembolism + pulse.alloimmunisation
    return (asked + pulse.puncture_pain + pulse.procedure_bleeding) > 0.0
