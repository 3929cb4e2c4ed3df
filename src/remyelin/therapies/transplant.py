"""Transplantation from its parts: steps with drugs and doses become pulses of the model.

A step says ``conditioning: by_dose`` or ``mobilisation: by_dose``; agent, dose and unit of the step
do the rest. Lymphocytes, thymus and brain are hurt on the days of the drugs; clones and marrow on
the day of the graft, on which what drugs leave and what the graft brings are added. From the first
collection on, conditioning goes on only for those with a graft in store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from remyelin.errors import InputError
from remyelin.parameters import ParameterTable
from remyelin.therapies import product_catalogue
from remyelin.therapies.amounts import BY_DOSE, BY_PRODUCT, amount, amounts_of
from remyelin.therapies.arrival import arriving
from remyelin.therapies.cell_risks import chances
from remyelin.therapies.doses import DoseError, base_unit, in_reference_units, known
from remyelin.therapies.drugs import canonical
from remyelin.therapies.drugs_by_dose import (
    BY_ATG,
    EFFECTS,
    EQUIVALENTS,
    SHARES,
    course_of_atg,
    cyclophosphamide,
)
from remyelin.therapies.protocol import LAST_DAY, Protocol, Step
from remyelin.therapies.risks import dated_risks

ON_GRAFT_DAY = ("clone_kill", "progenitor_kill")
"""Effects that act with the graft."""

_AFTER_GRAFT = 30
"""Days after a graft on which a drug still belongs to its conditioning."""

_BEFORE_GRAFT = 60
"""Days before a graft on which a drug may belong to its conditioning."""

_GRAMS = 1000.0

_G_CSF = ("filgrastim", "lenograstim")


@dataclass(frozen=True)
class Given:
    """A step as the model gets it: an amount for each input, day and repetition.

    ``end`` is the day of the protocol on which it is over, None while the protocol goes on.
    ``product`` is the cell product behind the amounts, and ``place`` the step's place.
    """

    day: int
    amounts: Mapping[str, float]
    every_days: int | None = None
    times: int | None = None
    lasts_days: int | None = None
    end: int | None = None
    product: str = ""
    place: int = 0

    @classmethod
    def of(cls, step: Step, amounts: Mapping[str, float], *, every_days: int | None) -> Given:
        """Give a step at its own days with these amounts."""
        return cls(_begin(step), amounts, every_days, step.times, step.lasts_days, step.end)


def _begin(step: Step) -> int:
    return step.day or 0


def given(protocol: Protocol, table: ParameterTable) -> tuple[Given, ...]:
    """Give the steps of a protocol with the amounts of every input of the model."""
    found: list[Given] = []
    by_day: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for place, step in enumerate(protocol.steps):
        plain = amounts_of(step, table)
        if plain:
            found.append(Given.of(step, plain, every_days=step.every_days))
        if step.dose == 0.0:
            continue
        if BY_PRODUCT in step.moves.values():
            found += _cells(step, place, table)
        if step.moves.get("mobilisation") == BY_DOSE:
            found.append(Given(_begin(step), _mobilising(step, table, days=len(_days(step)))))
        if step.moves.get("conditioning") == BY_DOSE:
            own, later = _conditioning(step, table)
            for day in _days(step):
                _add(by_day[day], own)
                _add(by_day[_graft_day(protocol, step)], later)
    for risk in dated_risks(protocol):
        sums = {f: sum(amount(key, table) for key in keys) for f, keys in risk.keys.items()}
        found.append(Given(risk.day, sums, risk.every_days, risk.times, end=risk.end))
    collected = _collection_days(protocol)
    for day, effects in sorted(by_day.items()):
        gate = {"conditioning": 1.0} if any(before <= day for before in collected) else {}
        found.append(Given(day, gate | _inputs(effects)))
    return tuple(found)


def _cells(step: Step, place: int, table: ParameterTable) -> Iterator[Given]:
    """Give a dose of cells with its risks, and the risks that come with the first one only."""
    product = product_catalogue.load(step.product)
    cells = arriving(step, product, table) | chances(step, product, table, first=False)
    own = Given.of(step, cells, every_days=step.every_days)
    yield replace(own, product=step.product, place=place)
    if once := chances(step, product, table, first=True):
        yield Given(_begin(step), once)


def _collection_days(protocol: Protocol) -> list[int]:
    return [_begin(s) for s in protocol.steps if {"apheresis", "marrow_harvest"} & set(s.moves)]


def _add(total: dict[str, float], effects: Mapping[str, float]) -> None:
    for key, value in effects.items():
        total[key] += value


def _inputs(effects: Mapping[str, float]) -> dict[str, float]:
    """Bring the sum of a day from the additive scale to that of the model's inputs."""
    return {key: 1.0 - exp(-v) if key in SHARES else v for key, v in effects.items() if v > 0.0}


def _days(step: Step) -> list[int]:
    """Give the days on which a dose is given; repeats are written out."""
    each = (step.lasts_days or 1) if step.daily else 1
    first, every = _begin(step), step.every_days
    over = LAST_DAY if step.ends_day is None else step.ends_day
    times = 1 if every is None else step.times or (over - first - 1) // every + 1
    begins = [first + (every or 0) * number for number in range(times)]
    return sorted({day + more for day in begins for more in range(each) if day + more < over})


def _graft_days(protocol: Protocol) -> list[int]:
    return sorted(_begin(step) for step in protocol.steps if "graft_stored" in step.moves)


def _graft_day(protocol: Protocol, step: Step) -> int:
    found = _graft_after(_graft_days(protocol), step)
    if found is None:
        raise InputError(f"protocol {protocol.protocol_id}", problems(protocol))
    return found


def _graft_after(grafts: Sequence[int], step: Step) -> int | None:
    """Give the day of the graft that a conditioning drug belongs to, None without one."""
    near = range(_begin(step) - _AFTER_GRAFT, _begin(step) + _BEFORE_GRAFT + 1)
    return next((day for day in grafts if day in near), None)


def _conditioning(step: Step, table: ParameterTable) -> tuple[dict[str, float], dict[str, float]]:
    """Give what one day of a conditioning drug does on its day, and with the graft (additive)."""
    effects, extra = _effects(step, table)
    later = {key: effects.pop(key) for key in ON_GRAFT_DAY if key in effects}
    if "atg" in extra:
        later["clone_atg"] = later["graft_atg"] = extra["atg"]
    return effects | extra, later


def effects_of_a_day(step: Step, field: str, table: ParameterTable) -> dict[str, float]:
    """Give what one day of a step does by its dose: inputs of the model and amounts.

    Shares that are lost are told as shares; of a step with dose 0 nothing is left.
    """
    if step.dose == 0.0:
        return {}
    if field == "mobilisation":
        return _mobilising(step, table)
    own, later = _conditioning(step, table)
    return _inputs({**own, **later})


_ATG = frozenset({"rabbit anti-thymocyte globulin", "horse anti-thymocyte globulin", "alemtuzumab"})
"""Antibodies that act as courses of rabbit ATG."""


def _effects(step: Step, table: ParameterTable) -> tuple[dict[str, float], dict[str, float]]:
    share, agent = in_reference_units(step, table), canonical(step.agent)
    if agent in _ATG:
        own = {k: share * v for k, v in course_of_atg(table).items() if k not in BY_ATG}
        extra = {"atg": share}
        if agent == "alemtuzumab":
            milligrams = float(step.dose_of_a_day or 0.0)
            extra["alemtuzumab"] = milligrams / table["alemtuzumab_reference"].internal
        return own, extra
    effects = {key: share * value for key, value in EFFECTS[agent](table).items()}
    dose = _alkylating(agent, table, share)
    return effects, {"gonadotoxicity": dose} if dose > 0.0 else {}


def _alkylating(agent: str, table: ParameterTable, share: float) -> float:
    """Give the cyclophosphamide equivalent (g/m2) of one day of a drug."""
    if agent == "total body irradiation":
        return share * table["tbi_gonad_equivalence"].internal
    per_m2 = table["body_weight"].internal / table["body_surface"].internal
    if agent == "cyclophosphamide":
        return share * table["cyclophosphamide_reference"].internal * per_m2 / _GRAMS
    if agent not in EQUIVALENTS:
        return 0.0
    reference = table[f"{agent}_reference"]
    grams = share * reference.internal / _GRAMS
    if reference.unit == "mg/kg":
        grams *= per_m2
    return grams * table[EQUIVALENTS[agent]].internal


def _mobilising(step: Step, table: ParameterTable, *, days: int = 1) -> dict[str, float]:
    """Give what mobilisation does: peak of CD34 cells, and the price of cyclophosphamide."""
    peak = table["mobilised_cd34"].internal
    if canonical(step.agent) != "cyclophosphamide":
        return {"mobilisation": peak}
    share = days * in_reference_units(step, table)
    reference = table["cyclophosphamide_reference"].internal
    surface, weight = table["body_surface"].internal, table["body_weight"].internal
    grams = share * reference * weight / surface / _GRAMS
    per = grams / table["mobilisation_cyclophosphamide_dose"].internal
    return {
        "mobilisation": peak * table["mobilisation_cyclophosphamide_factor"].internal,
        "effector_kill": per * table["mobilisation_effector_kill"].internal,
        "gonadotoxicity": grams,
        "toxicity": share * cyclophosphamide(table)["toxicity"],
    }


def problems(protocol: Protocol) -> list[str]:
    """Say what is wrong with the steps that act by dose, and with their order."""
    return [*_dose_problems(protocol), *_order_problems(protocol)]


def _dose_problems(protocol: Protocol) -> Iterator[str]:
    for number, step in enumerate(protocol.steps, 1):
        wanted = [key for key, value in step.moves.items() if value == BY_DOSE]
        where = f"steps.{number} ({step.agent})"
        for key in wanted:
            if key not in ("conditioning", "mobilisation"):
                yield f"{where}: {BY_DOSE} is for conditioning and mobilisation, given for {key}"
        if wanted and step.every_days and step.times is None and step.ends_day is None:
            yield (
                f"{where}: every_days: {step.every_days} given without an end; an effect by dose "
                "needs times (how often in all) or ends_day"
            )
        mobilises = wanted == ["mobilisation"] and canonical(step.agent) in _G_CSF
        if not wanted or mobilises:
            continue
        if canonical(step.agent) not in known():
            yield f"{where}: no effect by dose is known; allowed are {', '.join(known())}"
        elif step.dose is None:
            yield f"{where}: an effect by dose needs dose and unit"
        else:
            try:
                base_unit(step)
            except DoseError as error:
                yield f"{where}: {error}"


def _order_problems(protocol: Protocol) -> Iterator[str]:
    grafts = _graft_days(protocol)
    collected = _collection_days(protocol)
    for day in grafts:
        if not any(before < day for before in collected):
            yield f"the graft on day {day} is given before any is collected; collect it first"
    for number, step in enumerate(protocol.steps, 1):
        if step.moves.get("conditioning") == BY_DOSE and _graft_after(grafts, step) is None:
            yield (
                f"steps.{number} ({step.agent}): conditioning on day {step.day} is followed by no "
                f"graft within {_BEFORE_GRAFT} days; add a step with graft_stored, do not cut a "
                "transplantation in two, or give the drug another input"
            )
