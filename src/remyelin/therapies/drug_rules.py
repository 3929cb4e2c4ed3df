"""Rules on the drug of a step: known, by a route it can take, at a human dose, with limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remyelin.therapies.dose_limits import limits_of
from remyelin.therapies.dose_units import unit_of
from remyelin.therapies.drugs import DoseRange, Drug, agents_of, dose_ranges, find, routes_of
from remyelin.therapies.findings import Finding, Grade
from remyelin.therapies.placement import dose_of_each
from remyelin.therapies.step import NOT_GIVEN, Route, Step, StepKind

_INERT = "placebo"
_UNDOSED = frozenset({"live vaccine", "inactivated vaccine"})
"""Drugs whose doses no unit tells; an interval limits them."""


def on_drug(step: Step, where: str, *, acts: bool = True) -> Iterator[Finding]:
    """Give what the rules find in the drug of a step.

    Parameters
    ----------
    step, where
        The step, and its place in words.
    acts
        Whether it is given; a step that is only told may leave out its route.
    """
    idle = step.kind in NOT_GIVEN and not step.moves
    drugs = [find(agent) for agent in agents_of(step.agent)]
    if idle or (not any(drugs) and (step.route is Route.APHERESIS or step.kind in NOT_GIVEN)):
        return
    for agent, drug in zip(agents_of(step.agent), drugs, strict=True):
        if drug is None and not step.product:
            yield Finding(Grade.ERROR, "unknown_drug", where, _unknown(agent))
        elif drug is not None and not step.product:
            yield from _route(step, drug, where, acts=acts, alone=len(drugs) == 1)
            if acts and drug.agent != _INERT:
                yield from _not_judged(step, drug, where)
    if len(drugs) > 1 and acts and step.dose is not None:
        text = f"one dose for {len(drugs)} drugs; give each drug a step of its own"
        yield Finding(Grade.ERROR, "dose_of_several_drugs", where, text)
    elif drugs[0] is not None and not step.product:
        mine = [r for r in dose_ranges() if r.agent == drugs[0].agent]
        yield from _dose(step, where, drugs[0], mine)


def _not_judged(step: Step, drug: Drug, where: str) -> Iterator[Finding]:
    """Say where no limit can speak: none is on file, or the dose is not told."""
    limits = limits_of(drug)
    if not limits:
        text = f"no limit on file for {drug.agent}: what it does at any dose is not judged"
        yield Finding(Grade.WARNING, "no_limit_on_file", where, text)
    untold = step.dose is None and step.dose_high is None and step.kind is not StepKind.INFUSION
    if untold and any(limit.unit for limit in limits):
        text = f"no dose told: the limits of {drug.agent} are not judged"
        yield Finding(Grade.WARNING, "dose_not_told", where, text)


def _unknown(agent: str) -> str:
    from remyelin.therapies.known_names import unknown_drug

    return f"{unknown_drug(agent)}; words in brackets do not count"


def _route(step: Step, drug: Drug, where: str, *, acts: bool, alone: bool) -> Iterator[Finding]:
    given = [route for route in (step.route, *step.more_routes) if route is not None]
    known = routes_of(drug)
    if known is None:
        text = f"no routes on file for {drug.agent}"
        yield Finding(Grade.WARNING, "no_route_on_file", where, text)
        return
    if not acts:
        given = [route for route in given if route is not Route.UNSTATED]
    wrong = [route for route in given if route not in known.routes]
    if wrong and (alone or len(wrong) == len(given)):
        allowed = ", ".join(known.routes)
        text = f"route {wrong[0]} given; {drug.agent} is given by {allowed}"
        source = f"{known.source}, {known.mark}"
        yield Finding(Grade.ERROR, "route_of_drug", where, text, source)


def _dose(step: Step, where: str, drug: Drug, ranges: Sequence[DoseRange]) -> Iterator[Finding]:
    unit = unit_of(step.unit) if step.unit else None
    if unit is None:
        return
    if step.dose == 0.0:
        yield Finding(Grade.WARNING, "dose_of_nothing", where, "a dose of 0 gives nothing")
        return
    if drug.agent == _INERT:
        return
    fitting = [r for r in ranges if (own := unit_of(r.unit)) and own.measures == unit.measures]
    if not fitting:
        units = ", ".join(r.unit for r in ranges)
        told = (
            f"doses of this drug are told in {units}"
            if ranges
            else (
                f"no dose of {drug.agent} is on file: leave the dose out"
                if drug.agent in _UNDOSED
                else f"{drug.agent} has no dose of its own: name each drug in a step of its own"
            )
        )
        yield Finding(Grade.ERROR, "unit_of_drug", where, f"unit {step.unit} given, {told}")
        return
    high = dose_of_each(step)
    low = step.dose_of_a_day if step.dose_of_a_day is not None else high
    for given in dict.fromkeys(d for d in (low, high) if d is not None):
        if not any(_inside(given * unit.size, r) for r in fitting):
            ends = "; ".join(f"{r.low:g} to {r.high:g} {r.unit}" for r in fitting)
            source = "; ".join(f"{r.source}, {r.mark}" for r in fitting)
            text = f"{given:g} {step.unit} is outside any human dose; allowed: {ends}"
            yield Finding(Grade.ERROR, "dose_range", where, text, source)


def _inside(size: float, one: DoseRange) -> bool:
    unit = unit_of(one.unit)
    factor = unit.size if unit else 1.0
    slack = 1e-9
    return one.low * factor * (1.0 - slack) <= size <= one.high * factor * (1.0 + slack)
