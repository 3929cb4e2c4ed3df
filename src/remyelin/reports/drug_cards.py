"""Drugs for people: routes, doses, limits and names, each with source and mark."""

from __future__ import annotations

from collections.abc import Iterator

from remyelin.therapies.dose_limits import limits_of
from remyelin.therapies.drug_names import drug_names
from remyelin.therapies.drugs import Drug, dose_ranges, drugs, routes_of

NO_LIMIT = "no limit on file"
INERT = "none needed: nothing acts"


def all_drugs() -> tuple[Drug, ...]:
    """Give the drugs, each once."""
    return tuple({drug.agent: drug for drug in drugs().values()}.values())


def values(drug: Drug) -> dict[str, object]:
    """Give a drug as plain values."""
    routes = routes_of(drug)
    return {
        "agent": drug.agent,
        "substance": drug.substance,
        "aliases": list(drug.aliases),
        "names": [
            {
                "name": one.name,
                "kind": one.kind,
                "regions": one.regions,
                "form": one.form,
                "source": one.source,
                "mark": one.mark.value,
            }
            for one in drug_names()
            if one.agent == drug.agent
        ],
        "target": drug.target,
        "reference": None if drug.reference != drug.reference else drug.reference,
        "unit": drug.unit,
        "routes": list(routes.routes) if routes else [],
        "routes_source": f"{routes.source}, {routes.mark}" if routes else "",
        "doses": [
            {
                "unit": one.unit,
                "low": one.low,
                "high": one.high,
                "source": one.source,
                "mark": one.mark.value,
            }
            for one in dose_ranges()
            if one.agent == drug.agent
        ],
        "limits": [
            {
                "over": one.over.value,
                "days": one.days,
                "most": None if one.most != one.most else one.most,
                "unit": one.unit,
                "route": one.route.value if one.route else "",
                "words": one.words(),
                "source": one.source,
                "mark": one.mark.value,
            }
            for one in limits_of(drug)
        ],
    }


def lines(drug: Drug) -> Iterator[str]:
    """Put a drug into lines of text."""
    yield f"{drug.agent}: {drug.target}"
    routes = routes_of(drug)
    told = f"{', '.join(routes.routes)} [{routes.source}, {routes.mark}]" if routes else "none"
    yield f"  routes: {told}"
    for one in dose_ranges():
        if one.agent == drug.agent:
            yield f"  a dose: {one.low:g} to {one.high:g} {one.unit} [{one.source}, {one.mark}]"
    limits = limits_of(drug)
    for limit in limits:
        yield f"  limit: {limit.words()} [{limit.reference}]"
    if not limits:
        yield f"  limit: {INERT if drug.agent == 'placebo' else NO_LIMIT}"
    if drug.aliases:
        yield f"  names: {'; '.join(drug.aliases)}"


def page() -> str:
    """Give all drugs as tables in Markdown."""
    rows = ["| drug | routes | a dose | limits |", "|---|---|---|---|"]
    for drug in all_drugs():
        routes = routes_of(drug)
        doses = "; ".join(
            f"{one.low:g} to {one.high:g} {one.unit} ({one.source})"
            for one in dose_ranges()
            if one.agent == drug.agent
        )
        limits = "; ".join(f"{one.words()} ({one.reference})" for one in limits_of(drug))
        empty = INERT if drug.agent == "placebo" else NO_LIMIT
        rows.append(
            f"| {drug.agent} | {', '.join(routes.routes) if routes else ''} | {doses} "
            f"| {limits or empty} |"
        )
    rows += ["", "## Names", "", "| drug | name | kind | regions | form | source, mark |"]
    rows += ["|---|---|---|---|---|---|"]
    rows += [
        f"| {one.agent} | {one.name} | {one.kind} | {one.regions.replace(';', ', ')} | {one.form} "
        f"| {one.source}, {one.mark} |"
        for one in sorted(drug_names(), key=lambda one: (one.agent.lower(), one.name.lower()))
    ]
    return "\n".join(rows) + "\n"
