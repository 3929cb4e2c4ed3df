"""The commands that list, show and check protocols."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.session import Force, Json, group, say, say_json
from remyelin.errors import InputError, UsageError
from remyelin.files import shown
from remyelin.reports.wording import DISCLAIMER

if TYPE_CHECKING:
    from remyelin.therapies.protocol import Protocol

listing = group("Protocols: what is given on which days, with source and mark.")

_ADVICE = "Mend the file; `remyelin therapies schema` tells what it may say."
_NAME = typer.Argument(metavar="NAME", help="Name of a protocol, or a protocol file (.yaml).")


def _row(protocol: Protocol) -> dict[str, object]:
    return {
        "protocol_id": protocol.protocol_id,
        "treatment_class": protocol.treatment_class.value,
        "label": protocol.label,
        "acts": protocol.acts,
        "acts_not_because": protocol.acts_not_because,
        "published_as": protocol.published_as,
        "citation": protocol.citation,
        "mark": protocol.mark.value,
        "gaps": list(protocol.gaps),
    }


@listing.command("list")
def list_therapies(
    treatment_class: Annotated[
        str | None,
        typer.Option("--class", metavar="CLASS", help="Only one class, as AHSCT, DMT, MSC, NSC."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """List the protocols of the catalogue, and apart those that the model has no effect for."""
    from remyelin.errors import UnknownNameError
    from remyelin.study.vocabulary import TreatmentClass
    from remyelin.therapies import catalogue

    chosen = [catalogue.load_as_written(name) for name in catalogue.names()]
    if treatment_class is not None:
        classes = tuple(kind.value for kind in TreatmentClass)
        wanted = treatment_class.lower()
        if wanted not in classes:
            raise UnknownNameError("class", shown(treatment_class), classes)
        chosen = [one for one in chosen if one.treatment_class == wanted]
    if json:
        say_json([_row(one) for one in chosen])
        return
    width = max((len(one.protocol_id) for one in chosen), default=0)
    for acts, head in ((True, ""), (False, "\nPublished steps without an effect of their own:")):
        rows = [one for one in chosen if one.acts is acts]
        if rows and head:
            say(head)
        for one in rows:
            kind = one.treatment_class.value
            say(f"{one.protocol_id:<{width}}  {kind:<7}  {one.mark:<8}  {one.label}")
    say(f"\n{len(chosen)} protocols. {DISCLAIMER}")


def _chosen(name: str) -> tuple[Protocol, tuple[str, ...]]:
    """Give a protocol of the catalogue or of a file, with what the rules warn of.

    Raises
    ------
    UnknownNameError
        Neither a known name nor a YAML file.
    InputError
        The file cannot be read, is malformed or against a rule; every problem is named.
    """
    from remyelin.files import read_yaml
    from remyelin.parameters import ParameterTable
    from remyelin.therapies import catalogue
    from remyelin.therapies.findings import warnings
    from remyelin.therapies.inspection import inspect
    from remyelin.therapies.rules import check

    table = ParameterTable.load()
    if not name.lower().endswith(catalogue.SUFFIXES):
        found = catalogue.load_as_written(_named(name))
        return found, tuple(warnings(check(found, table, catalogue.load_as_written)))
    seen = inspect(read_yaml(name), table)
    if seen.problems or seen.protocol is None:
        raise InputError(shown(name), seen.problems, _ADVICE)
    return seen.protocol, seen.warnings


def _named(name: str) -> str:
    from remyelin.errors import UnknownNameError
    from remyelin.therapies import catalogue
    from remyelin.therapies.known_names import unknown_protocol

    try:
        return catalogue.resolved(name)
    except UnknownNameError:
        advice = "A file of your own must end in .yaml or .yml."
        raise unknown_protocol(name, catalogue.labels(), advice=advice) from None


@listing.command("show")
def show_therapy(
    name: Annotated[str, _NAME],
    *,
    picture: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the timeline into FILE (.svg or .png)."),
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Show steps, doses, timeline, sources and what moves in the model, by how much."""
    from remyelin.parameters import ParameterTable
    from remyelin.reports.protocols import described, values
    from remyelin.therapies import catalogue
    from remyelin.therapies.sequences import written_out

    protocol, _ = _chosen(name)
    table = ParameterTable.load()
    lookup = catalogue.lookup_with({protocol.protocol_id: protocol}, catalogue.packaged())
    whole = written_out(protocol, lookup)
    shown_one = whole.model_copy(update={"sequence": protocol.sequence})
    if picture is not None:
        _draw(whole, picture, source=name, force=force)
    if json:
        say_json(values(shown_one, table))
        return
    say(described(shown_one, table))
    if picture is not None:
        say(f"Picture: {picture}")
    say(DISCLAIMER)


def _draw(protocol: Protocol, file: str, *, source: str, force: bool) -> None:
    from remyelin.core.outputs import write_file
    from remyelin.reports.protocol_picture import FORMATS
    from remyelin.reports.protocol_picture import picture as drawn

    kind = Path(file).suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        allowed = " or ".join(f".{one}" for one in FORMATS)
        raise UsageError(f"--picture is {shown(file)}; allowed is a name ending in {allowed}")
    write_file(file, drawn(protocol, kind), force=force, inputs=(source,))


@listing.command("check")
def check_therapy(name: Annotated[str, _NAME], *, json: Json = False) -> None:
    """Check a protocol of your own: units, drugs, doses, order of steps, conflicts."""
    protocol, warned = _chosen(name)
    if json:
        say_json({"protocol_id": protocol.protocol_id, "problems": [], "warnings": list(warned)})
        return
    for text in warned:
        say(f"warning: {text}")
    acts = "acts" if protocol.acts else "does not act"
    say(f"{protocol.protocol_id}: no problem; {len(warned)} warnings; {acts} in the model")


@listing.command("drugs")
def list_drugs(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One drug, by any of its names.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """List the drugs that a step may name: routes, human doses, limits and names, with source."""
    from remyelin.reports.drug_cards import all_drugs, lines, values
    from remyelin.therapies.drugs import find
    from remyelin.therapies.known_names import unknown_drug

    chosen = all_drugs()
    if name is not None:
        drug = find(name)
        if drug is None:
            raise UsageError(unknown_drug(name))
        chosen = (drug,)
    if json:
        say_json([values(drug) for drug in chosen])
        return
    for drug in chosen:
        for line in lines(drug):
            say(line)


@listing.command("rules")
def list_rules(json: Json = False) -> None:
    """List the rules on treatments given together or one after another."""
    from dataclasses import asdict

    from remyelin.therapies.conflicts import conflict_rules

    if json:
        say_json([asdict(rule) for rule in conflict_rules()])
        return
    for rule in conflict_rules():
        say(
            f"{rule.rule} ({rule.grade}): {rule.earlier}, then {rule.later} within "
            f"{rule.within_days} days: {rule.text} [{rule.source}]"
        )


@listing.command("schema")
def show_schema(json: Json = False) -> None:
    """Tell what a protocol file may say: every key, unit, route and input of the model."""
    from remyelin.reports.protocol_schema import as_json_schema, as_text

    if json:
        say_json(as_json_schema())
    else:
        say(as_text())
