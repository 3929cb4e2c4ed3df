"""Published figures by role: the only way by which a fit gets its targets.

`tune_rows` gives figures that may shape the model. Those that test it are behind `open_test_rows`,
which writes down that they were opened before it gives them. Roles are those of the table by
overlap group; the scoreboard itself still shows the older ones, of single names.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path

from remyelin.comparison.classes import outcome_classes, treatment_of
from remyelin.comparison.scales import Z_95, scale_of
from remyelin.credibility import groups
from remyelin.credibility.keys import FigureKey, published, study_key, targets_by_name
from remyelin.credibility.observations import Part, parts_of
from remyelin.credibility.readings import reading_of
from remyelin.credibility.role_table import overlap_of, roles
from remyelin.credibility.schema import Group, Target
from remyelin.errors import UsageError
from remyelin.evidence.base import EvidenceBase
from remyelin.study import catalogue
from remyelin.study.outcome import Outcome
from remyelin.study.schema import Study
from remyelin.study.vocabulary import IntervalKind, Mark, Measure, Role
from remyelin.synthesis.figure import Figure
from remyelin.synthesis.precision import Told, placed, standard_error

NO_NUMBER = "no number of patients"
NO_PLACE = "the figure has no place on its scale"

_MONTHS = 12.0
_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A figure that no fit gets, and why."""

    key: str
    role: Role
    reason: str


def tune_rows() -> tuple[Figure, ...]:
    """Give the figures that may tune the model, each of one cohort, on its scale."""
    return _rows(Role.TUNE)


def left_out() -> tuple[LeftOut, ...]:
    """Name the figures of both roles that do not enter, with the reason."""
    return tuple(one for one in _every() if isinstance(one, LeftOut))


def open_test_rows(*, purpose: str, log: Path) -> tuple[Figure, ...]:
    """Give the figures that test the model, and write down first that they were opened.

    Parameters
    ----------
    purpose
        What for, in words.
    log
        File to which a line of JSON is added: time, purpose, number of figures.

    Raises
    ------
    UsageError
        There is no purpose, or the log cannot be written.
    """
    if not purpose.strip():
        raise UsageError("Test rows are opened for a purpose, and none was given; name it.")
    found = _rows(Role.TEST)
    told = {"opened": datetime.now(UTC).isoformat(), "purpose": purpose, "figures": len(found)}
    try:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(told) + "\n")
    except OSError as error:
        told_path = f"The log {log} cannot be written ({error.strerror}); name a file that can be."
        raise UsageError(told_path) from None
    return found


def _rows(role: Role) -> tuple[Figure, ...]:
    return tuple(
        one for one in _every() if isinstance(one, Figure) and roles()[one.overlap].role is role
    )


@cache
def known_rows() -> frozenset[tuple[str, str]]:
    """Give group and name of the rows in the committed results: what was shown beside a prediction.

    Only the column of names is read.
    """
    folder = resources.files("remyelin.credibility") / "results"
    found = set()
    for file in folder.iterdir():
        if file.name.endswith(".csv"):
            text = file.read_text(encoding="utf-8")
            names = (row["name"] for row in csv.DictReader(io.StringIO(text)))
            found |= {(file.name.removesuffix(".csv"), name) for name in names}
    return frozenset(found)


@cache
def _every() -> tuple[Figure | LeftOut, ...]:
    """Every figure; votes are shared by those that enter."""
    made = [one for name in groups.names() for one in _of_group(groups.load(name))]
    votes = Counter((f.overlap, f.quantity) for f in made if isinstance(f, Figure))
    return tuple(
        replace(one, vote=1.0 / votes[one.overlap, one.quantity])
        if isinstance(one, Figure)
        else one
        for one in made
    )


def _of_group(group: Group) -> Iterator[Figure | LeftOut]:
    for target in targets_by_name(group).values():
        cohorts: dict[str, list[Part]] = {}
        for part in parts_of(target):
            cohorts.setdefault(part.entry.cohort, []).append(part)
        for cohort, parts in cohorts.items():
            yield _of_target(group, target, cohort, parts)
    for study, outcome in published(group):
        yield _of_study(group, study, outcome)


def _checked(figure: Figure) -> Figure | LeftOut:
    reason = NO_NUMBER if figure.n == 0 else "" if math.isfinite(figure.place) else NO_PLACE
    if reason:
        return LeftOut(key=figure.key, role=roles()[figure.overlap].role, reason=reason)
    return figure


def _known(key: FigureKey) -> bool:
    """A figure is known by its row; its definition or time may have been mended since."""
    short = "|".join(key.row.split("|")[:3])
    return any(
        group == key.group and (name == key.row or name.startswith(f"{short}|"))
        for group, name in known_rows()
    )


def _of_target(group: Group, target: Target, cohort: str, parts: list[Part]) -> Figure | LeftOut:
    key = FigureKey(
        group=group.group,
        row=target.target,
        cohort=cohort,
        run=target.run,
        quantity=target.quantity,
        origin="target",
    )
    run = groups.cohort(target.run) if target.run in groups.cohort_names() else None
    study = run or catalogue.load(target.run)
    place = math.fsum(part.entry.value for part in parts) / len(parts)
    errors = [part.entry.error for part in parts if part.entry.error is not None]
    error = math.sqrt(math.fsum(e**2 for e in errors) / len(errors)) if errors else None
    definition, months = _asked(target)
    ends = (None, None) if error is None else (place - Z_95 * error, place + Z_95 * error)
    return _checked(
        Figure(
            key=key.name,
            group=group.group,
            origin="target",
            run=target.run,
            study=cohort,
            arm=target.arm,
            outcome=target.quantity,
            definition=definition,
            measure=target.measure.kind,
            outcome_class=outcome_classes()[target.quantity],
            quantity=target.quantity,
            treatment=treatment_of(study, target.arm),
            phenotype=study.population.phenotype.value,
            era=target.era.value,
            year=_year(cohort, parts[0].citation),
            months=months,
            scale=target.scale,
            value=target.scale.back(place),
            place=place,
            error=error,
            error_from="as the scoreboard works it out" if error is not None else "",
            n=max((part.n or 0 for part in parts), default=0),
            events=None,
            low=None if ends[0] is None else target.scale.back(ends[0]),
            high=None if ends[1] is None else target.scale.back(ends[1]),
            overlap=overlap_of(cohort),
            vote=1.0,
            agrees=reading_of(key).agrees,
            known=_known(key),
            mark=max((part.mark for part in parts), key=list(Mark).index),
            source="; ".join(dict.fromkeys(part.citation for part in parts)),
        )
    )


def _asked(target: Target) -> tuple[str, float | None]:
    """Give what a measure asks for without its time, and the time in months."""
    told = target.measure.model_dump(mode="json", exclude_none=True)
    months = told.pop("months", None)
    if "years" in told:
        months = told.pop("years") * _MONTHS
    return json.dumps(told, sort_keys=True), months


def _year(name: str, citation: str = "") -> int | None:
    """Year of publication of a study of the base, else the one in the name of the source."""
    found = {one.study_id: one.year for one in EvidenceBase.load().all_studies}
    told = _YEAR.search(name) or _YEAR.search(citation.split(" ", maxsplit=1)[0])
    return found.get(name) or (int(told.group()) if told else None)


def _told(outcome: Outcome, months: float | None) -> Told:
    kind, measure = outcome.interval_kind, outcome.key.measure
    is_ci = kind is IntervalKind.CI
    spread = None
    if kind in (IntervalKind.SE, IntervalKind.SD) and outcome.high is not None:
        spread = outcome.high - outcome.value
    rated = measure is Measure.RATE_PER_YEAR and outcome.n and months
    return Told(
        n=outcome.n,
        events=outcome.events,
        years=outcome.n * months / _MONTHS if rated and outcome.n and months else None,
        low=outcome.low if is_ci else None,
        high=outcome.high if is_ci else None,
        level=outcome.level or 0.95,
        sd=spread if kind is IntervalKind.SD else None,
        se=spread if kind is IntervalKind.SE else None,
        counted=measure is Measure.COUNT,
    )


def _of_study(group: Group, study: Study, outcome: Outcome) -> Figure | LeftOut:
    key, asked = study_key(group, study, outcome), outcome.key
    scale = scale_of(asked.measure, asked.outcome)
    told = _told(outcome, asked.time_months)
    error, basis = standard_error(scale, outcome.value, told)
    return _checked(
        Figure(
            key=key.name,
            group=group.group,
            origin="study",
            run=study.study_id,
            study=asked.study_id,
            arm=asked.arm,
            outcome=asked.outcome,
            definition=asked.definition_id,
            measure=asked.measure.value,
            outcome_class=outcome_classes()[asked.outcome],
            quantity=group.quantities.get(
                asked.outcome, f"{asked.outcome} ({asked.measure.value})"
            ),
            treatment=treatment_of(study, asked.arm),
            phenotype=study.population.phenotype.value,
            era=study.population.era.value,
            year=_year(asked.study_id),
            months=asked.time_months,
            scale=scale,
            value=outcome.value,
            place=placed(scale, outcome.value, told),
            error=error,
            error_from=basis,
            n=outcome.n or 0,
            events=outcome.events,
            low=told.low,
            high=told.high,
            overlap=overlap_of(asked.study_id),
            vote=1.0,
            agrees=reading_of(key).agrees,
            known=_known(key),
            mark=outcome.mark,
            source=outcome.source,
        )
    )
