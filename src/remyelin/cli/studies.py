"""The commands that list, show and start study files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.session import Force, Json, group, say, say_json
from remyelin.errors import UsageError
from remyelin.files import shown
from remyelin.reports.wording import DISCLAIMER

if TYPE_CHECKING:
    from remyelin.study.past import PriorTreatment
    from remyelin.study.schema import Arm, Study

listing = group("Studies that can be run.")
single = group("Study files of your own.")

_SUFFIXES = (".yaml", ".yml")
_DEFAULT_NAME = "my_study"


@listing.command("list")
def list_studies(json: Json = False) -> None:
    """List the studies of the catalogue, and apart those that cannot be run yet."""
    from remyelin.study import catalogue
    from remyelin.trials.planned import reasons

    names = (*catalogue.names(), *catalogue.planned_names())
    studies = [catalogue.load(name) for name in names]
    hindered = {
        name: reasons(catalogue.load(name)) for name in names if name in catalogue.planned_names()
    }
    rows = [(study, hindered.get(study.study_id, ())) for study in studies]
    if json:
        say_json([_list_row(study, found) for study, found in rows])
        return
    width = max((len(study.study_id) for study in studies), default=0)
    for study, found in rows:
        if not found:
            say(_list_line(study, width))
    if any(found for _, found in rows):
        say("\nCannot be run yet:")
    for study, found in rows:
        if found:
            say(f"{_list_line(study, width)}\n{'':<{width}}  {'; '.join(found)}")


def _list_line(study: Study, width: int) -> str:
    return f"{study.study_id:<{width}}  {study.design.n:>5} patients  {study.title}"


def _list_row(study: Study, hindered: tuple[str, ...]) -> dict[str, object]:
    return {
        "study_id": study.study_id,
        "title": study.title,
        "citation": study.citation,
        "n": study.design.n,
        "runnable": not hindered,
        "reasons": list(hindered),
    }


@listing.command("show")
def show_study(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="Name of a study, or a study file (.yaml).")
    ],
    json: Json = False,
) -> None:
    """Show design, population, arms and outcomes of a study."""
    from remyelin.study import catalogue

    chosen = catalogue.load(study)
    if json:
        say_json(chosen.model_dump(mode="json"))
    else:
        say(_described(chosen))


def _arm_line(arm: Arm) -> str:
    total = sum(option.weight for option in arm.treatment)
    given = ", ".join(
        f"{option.protocol_id} {option.weight / total:.0%}" for option in arm.treatment
    )
    line = f"  {arm.arm_id} (share {arm.share}): {arm.label}; {given or 'no treatment'}"
    if arm.prior_drug == "continued":
        line += "; the drug of the past goes on"
    if arm.switch is not None:
        line += f"; switch to {arm.switch.protocol_id} after {arm.switch.after}"
    return line


def _prior_line(prior: PriorTreatment) -> str:
    total = sum(option.weight for option in prior.protocols)
    drugs = ", ".join(f"{o.protocol_id} {o.weight / total:.0%}" for o in prior.protocols)
    return (
        f"  before enrolment: {drugs}; share {prior.share.value:g}, mean start "
        f"{prior.start_years.value:g} years after onset"
    )


def _described(study: Study) -> str:
    design, population = study.design, study.population
    lines = [
        f"{study.study_id}: {study.title}",
        f"Citation: {study.citation or '-'}",
        f"Summary: {study.summary or '-'}",
        f"Design: {design.allocation}, {design.n} patients, follow-up up to "
        f"{design.follow_up.months:g} months, EDSS every {design.visits.edss_every_months:g} "
        "months",
        f"Population: {population.phenotype}, {population.era}, life table {population.region}",
    ]
    lines += [
        f"  {name}: {limits}" + ("" if name in population.criteria else " (by phenotype)")
        for name, limits in population.eligibility.items()
    ]
    lines += [_prior_line(population.prior_treatment)] if population.prior_treatment else []
    lines += ["Baseline:"]
    lines += [
        f"  {name}: mean {row.mean:g}, sd {'-' if row.sd is None else f'{row.sd:g}'} ({row.mark})"
        for name, row in population.baseline.items()
    ]
    lines += ["Arms:", *(_arm_line(arm) for arm in study.arms), "Outcomes:"]
    for endpoint in study.endpoints:
        times = ", ".join("whole" if t is None else f"{t:g}" for t in endpoint.times_months)
        where = endpoint.contrast or ", ".join(endpoint.arms) or "all arms"
        lines.append(
            f"  {endpoint.outcome} ({endpoint.definition_id}), {endpoint.measure}, {where}, "
            f"months {times}"
        )
    lines += [f"Note: {note}" for note in study.notes]
    lines.append(DISCLAIMER)
    return "\n".join(lines)


def _identifier(path: Path) -> str:
    import re

    from remyelin.study.fields import IDENTIFIER_PATTERN

    stem = path.stem.lower().replace("-", "_")
    return stem if re.fullmatch(IDENTIFIER_PATTERN, stem) else _DEFAULT_NAME


@single.command("new")
def new_study(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="File to write, ends in .yaml; without it: print."),
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print a complete small study file, or write it to FILE, to be changed by hand."""
    from remyelin.core.outputs import write_file
    from remyelin.study import catalogue

    if file is None:
        text = catalogue.template(_DEFAULT_NAME)
        if json:
            say_json({"text": text})
        else:
            say(text.rstrip("\n"))
        return
    if not file.isprintable() or not file.lower().endswith(_SUFFIXES):
        raise UsageError(
            f"{shown(file)} is no name for a study file; allowed is a name ending in "
            f"{' or '.join(_SUFFIXES)}"
        )
    path = Path(file)
    write_file(file, catalogue.template(_identifier(path)), force=force)
    if json:
        say_json({"written": str(path)})
    else:
        say(f"Written: {path}\nRun it with: remyelin run {path}")
