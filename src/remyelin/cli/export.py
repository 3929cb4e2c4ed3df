"""The commands that write the model in the standard languages of others."""

from __future__ import annotations

from typing import Annotated

import typer

from remyelin.cli.session import Force, Json, group, say, say_json

listing = group("The model in standard languages, for other simulators.")


@listing.command("sbml")
def export_sbml(
    *,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write there instead of printing.")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write the model without noise, one typical patient from onset, as SBML (time in days)."""
    from remyelin.core.outputs import write_file
    from remyelin.engine.mean_field import mean_field
    from remyelin.model.mean import DISCRETE_RULES
    from remyelin.parameters import ParameterTable
    from remyelin.standards.sbml import sbml

    table = ParameterTable.load()
    text = sbml(table)
    if out is not None:
        write_file(out, text, force=force)
    if not json:
        say(text.rstrip() if out is None else f"Wrote {out}")
        return
    field = mean_field(table)
    say_json(
        {
            "file": out,
            "sbml": text if out is None else None,
            "states": list(field.slopes),
            "settled": list(field.settled),
            "expected_per_day": list(field.rates),
            "held": dict(field.held),
            "stages_left_out": dict(field.left_out),
            "stages_blind_to_events_of_today": list(field.blind),
            "rules_left_out": list(DISCRETE_RULES),
            "parameters_hash": table.digest(),
        }
    )
