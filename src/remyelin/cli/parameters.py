"""The commands that list and show the parameters of the model."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.session import Json, group, say, say_json

if TYPE_CHECKING:
    from remyelin.parameters import Parameter

listing = group("Numbers of the model, with source and mark.")


def _values(parameter: Parameter) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(parameter)


@listing.command("list")
def list_parameters(json: Json = False) -> None:
    """List all parameters with value, unit, range and mark."""
    from remyelin.parameters import ParameterTable

    table = tuple(ParameterTable.load())
    if json:
        say_json([_values(parameter) for parameter in table])
        return
    width = max((len(parameter.key) for parameter in table), default=0)
    for parameter in table:
        value = f"{parameter.value:g} {parameter.unit}"
        limits = f"{parameter.low:g} to {parameter.high:g}"
        say(f"{parameter.key:<{width}}  {value:<18}  {limits:<20}  {parameter.mark}")
    counts = Counter(parameter.mark.value for parameter in table)
    marks = ", ".join(f"{count} {mark}" for mark, count in sorted(counts.items()))
    say(f"\n{len(table)} parameters: {marks}")


@listing.command("show")
def show_parameter(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Key of a parameter.")],
    json: Json = False,
) -> None:
    """Show value, unit, range, limits, spread, meaning, source and mark of one parameter."""
    from remyelin.files import shown
    from remyelin.parameters import ParameterTable

    parameter = ParameterTable.load()[name if name.isprintable() else shown(name)]
    if json:
        say_json(_values(parameter))
        return
    spread = parameter.spread.value
    if parameter.spread_by:
        spread += f", width {parameter.spread_by}"
    rows = {
        "parameter": f"{parameter.key} ({parameter.symbol})",
        "meaning": parameter.meaning,
        "value": f"{parameter.value:g} {parameter.unit}",
        "90 % range": f"{parameter.low:g} to {parameter.high:g} ({parameter.prior})",
        "limits": f"{parameter.minimum:g} to {parameter.maximum:g}",
        "spread": spread,
        "subsystem": parameter.subsystem,
        "source": parameter.source,
        "mark": parameter.mark.value,
        "note": parameter.note or "-",
    }
    width = max(len(label) for label in rows)
    for label, text in rows.items():
        say(f"{label:<{width}}  {text}")
