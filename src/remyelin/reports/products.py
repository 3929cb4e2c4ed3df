"""Cell products for people: every property with source and mark, or "no data"."""

from __future__ import annotations

from collections.abc import Iterator

from remyelin.parameters import ParameterTable
from remyelin.study.fields import Figure
from remyelin.therapies.arrival import RETENTION, potency, viability
from remyelin.therapies.product import NO_DATA, PRIOR, Donor, Form, Product

_MANUFACTURE = (
    ("cells", "Cells of one manufacture (1e6)"),
    ("doubling_hours", "Doubling time (h)"),
    ("senescence_passage", "Senescence at passage"),
    ("passage", "Passage of release"),
    ("days", "Days to release"),
    ("failure", "Share of failed batches"),
)


def described(product: Product, table: ParameterTable) -> str:
    """Put a product into text."""
    lines = [
        f"{product.product_id}: {product.label}",
        f"Source: {product.citation} ({product.mark})",
        f"Cells: {product.kind}, {product.tissue.value.replace('_', ' ')}, {product.donor}"
        + (", matched" if product.matched else "")
        + (", of pluripotent origin" if product.pluripotent else ""),
        f"Routes: {', '.join(product.routes)}; {product.form}",
        f"Human data in multiple sclerosis: {product.human_data or 'none'}",
        *_properties(product, table),
        *_acting(product, table),
    ]
    for dose in product.human_doses:
        top = f"up to {dose.high:g} x {dose.unit}"
        lines.append(f"Human dose {dose.route}: {top} [{dose.source}; {dose.mark}]")
    return "\n".join([*lines, *(f"Note: {note}" for note in product.notes)])


def _properties(product: Product, table: ParameterTable) -> Iterator[str]:
    fresh = product.form is Form.FRESH
    row = table["product_viability_fresh" if fresh else "product_viability_thawed"]
    if product.viability == PRIOR:
        yield f"Viability: {row.value:g} ({row.low:g} to {row.high:g}), prior [{row.mark.value}]"
    elif isinstance(product.viability, Figure):
        yield _line("Viability", product.viability)
    yield _line("Minutes in the bag", product.bag_minutes)
    yield _line("Potency beside marrow cells", product.potency)
    if product.donor is Donor.ALLOGENEIC:
        yield _line("Age of the donor (y)", product.donor_age_years)
    for name, label in _MANUFACTURE:
        yield _line(label, getattr(product.manufacture, name))


def _line(label: str, figure: Figure | None) -> str:
    if figure is None:
        return f"{label}: {NO_DATA}"
    ends = "" if figure.low is None else f" ({figure.low:g} to {figure.high:g})"
    source = f"{figure.source}; " if figure.source else ""
    return f"{label}: {figure.value:g}{ends} [{source}{figure.mark}]"


def _acting(product: Product, table: ParameterTable) -> Iterator[str]:
    alive, active = viability(product, table), potency(product, table)
    for route in product.routes:
        held = table[RETENTION[route]]
        share = alive * active * held.internal
        yield (
            f"Cells that act by {route}: {share:.2f} of the dose = {alive:.2f} alive x "
            f"{active:.2f} potency x {held.value:g} stay ({held.mark.value})"
        )
    if product.unknown:
        doubt = table["product_unknown_log_sd"].value
        yield (
            f"{NO_DATA.capitalize()} on {', '.join(product.unknown)}: effect 1, log-sd {doubt:g} "
            "each, drawn once for each replicate"
        )
