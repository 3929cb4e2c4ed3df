"""Evidence as text for people: every figure with its source and mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.export import outcome_row
from remyelin.evidence.lists import contradictions, overlaps
from remyelin.evidence.planning import Fate
from remyelin.evidence.readiness import Readiness
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.study.outcome import WHOLE, Outcome
from remyelin.study.vocabulary import IntervalKind

_WIDEST_CELL = 60


def study_line(study: PublishedStudy, figures: int) -> str:
    """One line on a study."""
    role = "in-sample" if study.role == "tune" else "test"
    who = study.phenotype or study.setting
    return (
        f"{study.study_id:<20} {study.year or '-':>5}  {who:<10} {figures:>3} figures  "
        f"{role:<9} {study.title}  [{study.citation}]"
    )


def interval_text(outcome: Outcome) -> str:
    """Interval with its kind and level; nothing where there is none."""
    kind = outcome.interval_kind
    if outcome.low is None or outcome.high is None or kind is None:
        return ""
    level = "" if outcome.level is None else f"{outcome.level * 100:g} % "
    name = {
        IntervalKind.CI: f"{level}CI",
        IntervalKind.IQR: "quartiles",
        IntervalKind.RANGE: "range",
        IntervalKind.SD: "value ± sd",
        IntervalKind.SE: "value ± se",
        IntervalKind.PREDICTION: f"{level}prediction",
    }[kind]
    return f" ({outcome.low:g} to {outcome.high:g}, {name})"


def figure_line(outcome: Outcome, *, study: bool = False) -> str:
    """One line on a figure: what it is of, the figure, definition, source and mark."""
    key = outcome.key
    of = f"{key.study_id} {key.arm}" if study else key.arm
    subgroup = "" if key.subgroup == WHOLE else f", {key.subgroup}"
    time = "whole follow-up" if key.time_months is None else f"{key.time_months:g} months"
    counted = "" if outcome.n is None else f", n {outcome.n}"
    counted += "" if outcome.events is None else f", events {outcome.events}"
    read = f"{outcome.source}; {outcome.page}" if outcome.page else outcome.source
    return (
        f"{of}{subgroup}: {key.outcome} {key.measure} {outcome.value:g}"
        f"{interval_text(outcome)}{counted}, {time}, definition {key.definition_id}, "
        f"subgroup {key.subgroup}, {outcome.mark} [{read}]"
    )


def described(study: PublishedStudy) -> str:
    """All that the base holds of a study."""
    base = EvidenceBase.load()
    outcomes = base.outcomes(study.study_id)
    role = "tune (figures are in-sample)" if study.role == "tune" else "test"
    lines = [
        f"{study.study_id}: {study.title}",
        f"Citation: {study.citation}" + (f"; read at {study.page}" if study.page else ""),
        f"Trial: {study.trial_id}; {study.design}, {study.blinding or 'blinding not stated'}, "
        f"{study.phenotype or study.setting}, n {study.n_total or '-'}; read: {study.read}",
        f"Role: {role}",
        f"Risk of bias: {study.risk_of_bias}; certainty (GRADE): {study.certainty}",
    ]
    lines += [f"Note: {study.note}"] if study.note else []
    lines += ["Arms:", *(f"  {_arm_text(arm)}" for arm in base.arms(study.study_id))]
    lines += ["Figures:", *(f"  {figure_line(outcome)}" for outcome in outcomes)]
    lines += [
        f"Shares patients ({row.group}): {row.relation}, by {row.basis}"
        for row in overlaps()
        if row.study_id == study.study_id
    ]
    lines += [
        f"Contradiction: {row.arm} {row.what}: {row.kept} kept, {row.other} also printed "
        f"[{row.source}] {row.note}"
        for row in contradictions()
        if row.study_id == study.study_id
    ]
    return "\n".join(lines)


def _arm_text(arm: PublishedArm) -> str:
    treatment = arm.conditioning or arm.product or arm.comparator_drugs
    known = {
        "age": arm.age_mean if arm.age_mean is not None else arm.age_median,
        "women": arm.female,
        "EDSS": arm.edss_mean if arm.edss_mean is not None else arm.edss_median,
        "duration": arm.duration_mean if arm.duration_mean is not None else arm.duration_median,
    }
    figures = ", ".join(f"{name} {value:g}" for name, value in known.items() if value is not None)
    imputed = f"; not its own: {arm.imputed.replace(';', ', ')}" if arm.imputed else ""
    imputed += f"; recalled: {arm.recalled.replace(';', ', ')}" if arm.recalled else ""
    read = f"{arm.source}; {arm.page}" if arm.page else arm.source
    return (
        f"{arm.arm_id}: {arm.label}, n {arm.n or '-'}, {arm.treatment_class}"
        f"{f', {treatment}' if treatment else ''}{f'; {figures}' if figures else ''}{imputed}, "
        f"{arm.mark} [{read}]"
    )


def study_values(study: PublishedStudy) -> dict[str, object]:
    """Plain values of all that the base holds of a study."""
    base = EvidenceBase.load()
    return {
        **asdict(study),
        "arms": [asdict(arm) for arm in base.arms(study.study_id)],
        "outcomes": [outcome_row(outcome) for outcome in base.outcomes(study.study_id)],
    }


def row_line(row: Mapping[str, object]) -> str:
    """One line on a row of any table: its filled cells."""
    cells = (f"{key}={_short(value)}" for key, value in row.items() if value not in (None, ""))
    return "  ".join(cells)


def _short(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _WIDEST_CELL else f"{text[: _WIDEST_CELL - 3]}..."


def readiness_lines(judged: Sequence[Readiness], found: Sequence[Fate]) -> Iterator[str]:
    """Lists of arms that say enough, with their study files, and what the others lack."""
    complete = [one for one in judged if one.complete]
    own = [one for one in complete if not one.imputed]
    yield (
        f"{len(complete)} of {len(judged)} arms have n, age, EDSS and a dated figure: "
        f"{len(own)} with a baseline of their own, {len(complete) - len(own)} with an imputed one."
    )
    yield from _file_counts(found)
    files = {_arm_key(fate.ready): fate for fate in found}
    for title, wanted in (
        ("With a baseline of their own:", own),
        (
            "With an imputed baseline (of the whole trial, say):",
            [one for one in complete if one.imputed],
        ),
    ):
        yield f"\n{title}"
        yield from (f"  {_ready_text(one)}; {_file_text(files[_arm_key(one)])}" for one in wanted)
    yield "\nLeft out, by what is missing (an arm may lack several things):"
    gaps = Counter(gap for one in judged for gap in one.gaps)
    yield from (f"  {count:>4}  {gap}" for gap, count in gaps.most_common())


def _file_counts(found: Sequence[Fate]) -> Iterator[str]:
    runs = sum(bool(fate.study_file) and not fate.planned for fate in found)
    planned = sum(fate.planned for fate in found)
    none = [fate for fate in found if not fate.study_file]
    yield (
        f"{runs} of the {len(found)} stand in a study that runs, {planned} in a study file that "
        f"cannot be run yet, {len(none)} have no study file:"
    )
    why = Counter(reason for fate in none for reason in fate.left_out)
    yield from (f"  {count:>4}  {reason}" for reason, count in why.most_common())


def _arm_key(one: Readiness) -> tuple[str, str]:
    return one.arm.study_id, one.arm.arm_id


def _file_text(fate: Fate) -> str:
    if not fate.study_file:
        return f"no study file: {', '.join(fate.left_out)}"
    return f"study {fate.study_file}{' (cannot be run yet)' if fate.planned else ''}"


def _ready_text(one: Readiness) -> str:
    if one.runs and one.protocol_id:
        protocol = f"protocol {one.protocol_id}"
    elif one.runs:
        protocol = "no treatment"
    elif one.protocol_id:
        protocol = f"protocol {one.protocol_id} is not in the catalogue"
    else:
        protocol = "treatment mixed or not told: no protocol"
    arm = one.arm
    return (
        f"{arm.study_id} {arm.arm_id}: n {arm.n}, {one.dated_outcomes} dated figures, {protocol}, "
        f"{arm.mark} [{arm.source}]"
    )


def readiness_values(judged: Sequence[Readiness], found: Sequence[Fate]) -> list[dict[str, object]]:
    """Plain values of the report, one row for each arm."""
    files = {_arm_key(fate.ready): fate for fate in found}
    return [
        {
            "study_id": one.arm.study_id,
            "arm": one.arm.arm_id,
            "complete": one.complete,
            "imputed": one.imputed,
            "protocol_id": one.protocol_id or None,
            "runs": one.complete and one.runs,
            "dated_outcomes": one.dated_outcomes,
            "missing": list(one.gaps),
            "study_file": fate.study_file or None if fate else None,
            "left_out": list(fate.left_out) if fate else [],
            "source": one.arm.source,
            "mark": one.arm.mark,
        }
        for one in judged
        for fate in [files.get(_arm_key(one))]
    ]
