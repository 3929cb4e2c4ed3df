"""Write docs/readings.md: how every published figure is read, and the roles of overlap groups.

Usage: python -m tools.readings
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from remyelin.credibility import groups
from remyelin.credibility.figures import known_rows, left_out
from remyelin.credibility.keys import FigureKey, keys, published, targets_by_name
from remyelin.credibility.observations import parts_of
from remyelin.credibility.readings import Reading, reading_of, readings
from remyelin.credibility.role_table import roles
from remyelin.credibility.running import endpoint_name
from remyelin.credibility.schema import Target
from remyelin.study.outcome import Outcome
from remyelin.study.vocabulary import Measure, Role
from tools.roles import assigned, one_sided, units

PAGE = Path(__file__).resolve().parents[1] / "docs" / "readings.md"

_HEAD, _ROLES = (
    (Path(__file__).parent / "readings_page.md")
    .read_text(encoding="utf-8")
    .split("\n<!-- counts of readings -->\n\n")
)
"""Prose before and after the counts of readings."""


def page() -> str:
    """Give the whole page."""
    parts = [_HEAD, *_summary(), _ROLES, *_role_counts(), "## Figures\n"]
    for name in groups.names():
        parts += [f"### {groups.load(name).title}\n", *_table(name), ""]
    return "\n".join(parts).rstrip() + "\n"


def _summary() -> Iterator[str]:
    found = Counter(reading_of(key).agrees for key in keys())
    told = f"{found['differs']} are not, and of {found['not known']} it is not known.\n"
    yield f"Of {len(keys())} figures {found['agrees']} are read as they were published, {told}"
    large = Counter(r.differs_in for r in map(reading_of, keys()) if r.effect == "large")
    told = ", ".join(f"{name} {count}" for name, count in large.most_common())
    yield f"Where it may matter by more than the sampling error: {told}.\n"
    mended = [r for r in readings() if r.state == "mended"]
    yield "Mended: " + "; ".join(f"`{_cell(r.row)}` ({r.published})" for r in mended) + ".\n"


def _role_counts() -> Iterator[str]:
    found = list(roles().values())
    test = sum(one.role is Role.TEST for one in found)
    yield f"{len(found)} overlap groups, {test} of them test ({100 * test / len(found):.0f} %).\n"
    names = sorted({name for one in found for name in one.classes})
    yield "| outcome class | tune groups | test groups |\n|---|---|---|"
    for name in names:
        mine = Counter(one.role for one in found if name in one.classes)
        yield f"| {name} | {mine[Role.TUNE]} | {mine[Role.TEST]} |"
    kept = ", ".join(one_sided(assigned(units())))
    yield f"\nOne-sided because every group of the class shaped the model: {kept}.\n"
    gone = Counter((one.role.value, one.reason) for one in left_out())
    told = "; ".join(f"{n} {role} ({why})" for (role, why), n in sorted(gone.items()))
    yield f"Figures that do not enter: {told}.\n"
    rows = {(key.group, key.row) for key in keys()}
    yield f"Rows shown beside a prediction before: {len(rows & known_rows())} of {len(rows)}.\n"


def _table(name: str) -> Iterator[str]:
    yield "| figure | published | read | source | basis | agrees | right reading | effect |"
    yield "|---|---|---|---|---|---|---|---|"
    group = groups.load(name)
    targets = targets_by_name(group)
    outcomes = {
        f"{study.study_id}|{endpoint_name(one.key)}": one for study, one in published(group)
    }
    seen: set[tuple[Reading, str]] = set()
    for key in (key for key in keys() if key.group == name):
        reading = reading_of(key)
        read, source = _today(key, targets, outcomes)
        if "*" in reading.row and (reading, read) in seen:
            continue
        seen.add((reading, read))
        cells = (
            f"`{key.name}`",
            reading.published,
            read,
            source,
            reading.basis.value,
            _agreement(reading),
            reading.right,
            reading.effect,
        )
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _agreement(reading: Reading) -> str:
    return f"{reading.agrees}: {reading.differs_in}" if reading.differs_in else reading.agrees


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _today(
    key: FigureKey, targets: dict[str, Target], outcomes: dict[str, Outcome]
) -> tuple[str, str]:
    """Say how a figure is read, from the code that reads it, and where it stands."""
    if key.origin == "study":
        outcome = outcomes[key.row]
        where = outcome.page or outcome.source
        return f"{summary(outcome)}; {outcome.key.definition_id}", where
    target = targets[key.row]
    told = target.measure.model_dump(mode="json", exclude_none=True, exclude={"kind"})
    first = (type(target.measure).__doc__ or "").strip().splitlines()[0]
    asked = ", ".join(f"{name} {value}" for name, value in told.items() if value != "")
    parts = [part for part in parts_of(target) if part.entry.cohort == key.cohort]
    return f"{first} ({asked})", "; ".join(dict.fromkeys(part.citation for part in parts))


def summary(outcome: Outcome) -> str:
    """Say in words what is formed from events or levels for a figure of a study."""
    months, measure = outcome.key.time_months, outcome.key.measure
    at = "the whole follow-up" if months is None else f"month {months:g} from baseline"
    event = outcome.key.outcome not in ("edss", "new_t2_lesions", "brain_volume_change_pct")
    words = {
        Measure.PROPORTION: "crude share over" if months is None else "Kaplan-Meier at",
        Measure.HAZARD_RATIO: "Cox hazard ratio, arm alone, up to",
        Measure.RATE_PER_YEAR: "relapses over patient-years of the arm, up to",
        Measure.RATE_RATIO: "ratio of the two crude rates, up to"
        if event
        else "ratio of the two means at",
        Measure.COUNT: "patients with the event over",
        Measure.MEDIAN: "Kaplan-Meier median over" if event else "median over those measured at",
    }
    return f"{words.get(measure, f'{measure.value} over those measured at')} {at}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
