"""A multiverse of definitions as text, as tables and as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from remyelin.files import listed
from remyelin.reports.records import plain
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.endpoints import Dataset
    from remyelin.multiverse import Decomposition, Effect, Estimate, Multiverse
    from remyelin.multiverse.analysis import Answer

_MOST_REASONS: Final = 12
_PER_CENT: Final = 100.0


def per_cent(value: float, digits: int = 1) -> str:
    """A share in per cent; a dash where there is none."""
    return f"{_PER_CENT * value:.{digits}f}" if math.isfinite(value) else "-"


def short(value: float, digits: int = 2) -> str:
    """A number; a dash for nan, inf as it is."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def interval(low: float, high: float, *, share: bool) -> str:
    """An interval in brackets; empty where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    word = per_cent if share else short
    return f"[{word(low)}, {word(high)}]"


def text(found: Multiverse) -> str:
    """Definitions family by family, then the grid and which choice moves the answer."""
    parts = []
    if found.groups is not None:
        groups = found.groups
        line = f"Groups by {groups.column}: {listed(groups.names)}; reference {groups.reference}"
        if groups.unknown:
            line += f"; {groups.unknown:,} patients belong to none"
        parts.append(line)
    if found.answers:
        parts.append("\n".join(_definition_lines(found)))
        parts.append("\n".join(_refused_lines(found.answers, of="definitions")))
    if found.base is not None:
        parts.append("\n".join(_grid_lines(found)))
    return "\n\n".join(part for part in parts if part)


def _definition_lines(found: Multiverse) -> Iterator[str]:
    there = [answer for answer in found.answers if answer.estimate is not None]
    if not there:
        yield "No definition could be applied."
        return
    wide = max(len(answer.definition.definition_id) for answer in there)
    names = () if found.groups is None else found.groups.names[1:]
    head = f"{'definition':<{wide}}  assessable  events  share %"
    head += f"  {f'by month {found.month:g} % [95 %]':<26}  kappa  overlap"
    for name in names:
        head += f"  {f'hazard ratio of {name} [95 %]':<30}"
    for family in dict.fromkeys(answer.family for answer in there):
        members = [answer for answer in there if answer.family is family]
        yield f"{family.value}, agreement with {listed(dict.fromkeys(a.against for a in members))}"
        yield head.rstrip()
        for answer in members:
            if answer.estimate is not None:
                yield _row(answer, answer.estimate, wide)
        yield ""


def _row(answer: Answer, made: Estimate, wide: int) -> str:
    same = answer.agreement
    by_month = f"{per_cent(made.km_share)} {interval(made.low, made.high, share=True)}".strip()
    line = f"{answer.definition.definition_id:<{wide}}  {made.assessable:>10}  {made.events:>6}"
    line += f"  {per_cent(made.share):>7}  {by_month:<26}"
    if same is not None:
        line += f"  {short(same.kappa):>5}  {short(same.overlap):>7}"
    for contrast in made.contrasts:
        ratio = f"{short(contrast.ratio)} {interval(contrast.low, contrast.high, share=False)}"
        line += f"  {contrast.reason or ratio:<30}"
    return line.rstrip()


def _refused_lines(answers: Sequence[Answer], *, of: str) -> Iterator[str]:
    """Every definition that cannot be applied, by reason."""
    reasons: dict[str, list[str]] = {}
    for answer in answers:
        if answer.not_applicable:
            names = reasons.setdefault(answer.not_applicable, [])
            names.append(answer.definition.definition_id)
    count = sum(map(len, reasons.values()))
    if not count:
        return
    yield f"Not applicable: {count:,} of {len(answers):,} {of}"
    for reason, names in reasons.items():
        most = 100 if of == "definitions" else _MOST_REASONS
        yield f"  {reason}: {listed(names, most=most)}"


def _grid_lines(found: Multiverse) -> Iterator[str]:
    base = found.base
    if base is None:
        return
    yield f"Grid over {base.definition_id}: {base.label}"
    yield f"  {len(found.grid):,} definitions, from {len(found.choices)} choices:"
    for choice in found.choices:
        levels = "; ".join(level.name for level in choice.levels)
        yield f"  {choice.name:<14}  {choice.label}: {levels} ({choice.mark.value})"
    yield from _refused_lines(found.grid, of="combinations")
    for decomposition in found.decompositions:
        yield ""
        yield from _decomposition_lines(decomposition)


def _decomposition_lines(made: Decomposition) -> Iterator[str]:
    share = not made.measure.startswith("log")
    word = per_cent if share else short
    unit = " %" if share else ""
    yield f"{made.measure}: {sentence(made)}"
    if not made.cells:
        return
    yield (
        f"  lowest {word(made.low)}{unit}, median {word(made.median)}{unit}, highest "
        f"{word(made.high)}{unit} over {made.cells:,} definitions"
        + (f"; {made.missing:,} without an estimate" if made.missing else "")
    )
    if made.effects:
        yield f"  {'choice':<14}  alone %  with others %  {'flip':>6}  means of the levels"
    for effect in made.effects:
        means = "; ".join(f"{name} {word(mean)}" for name, mean in effect.levels.items())
        alone = per_cent(effect.main) if effect.separable else "tied"
        yield (
            f"  {effect.choice:<14}  {alone:>7}  {per_cent(effect.total):>13}  "
            f"{word(effect.flip):>6}  {means}"
        )
    if made.effects and made.variance > 0:
        yield f"  {'interactions':<14}  {per_cent(made.interactions):>7}"
    if made.single:
        yield f"  one level only has an estimate: {listed(made.single)}"


def sentence(made: Decomposition) -> str:
    """Which choice moves an estimate most, in words."""
    if not made.cells:
        return "no definition has an estimate"
    if made.variance == 0:
        return "the same under every definition; no choice moves it"
    effect = made.largest
    if effect is None:
        return "no choice has two levels with an estimate"
    return f"{effect.choice} moves it most ({_moved(effect, made)})"


def _moved(effect: Effect, made: Decomposition) -> str:
    share = not made.measure.startswith("log")
    low = min(effect.levels, key=lambda name: effect.levels[name])
    high = max(effect.levels, key=lambda name: effect.levels[name])
    ends = (effect.levels[low], effect.levels[high])
    if share:
        means = f"{low} {per_cent(ends[0])} %, {high} {per_cent(ends[1])} %"
    else:
        ratios = (math.exp(min(end, 700.0)) for end in ends)
        means = ", ".join(
            f"{name} hazard ratio {short(ratio)}"
            for name, ratio in zip((low, high), ratios, strict=True)
        )
    return (
        f"{per_cent(effect.main, 0)} % of the variance alone, {per_cent(effect.total, 0)} % with "
        f"others; means: {means}"
    )


def answers_frame(answers: Sequence[Answer], month: float) -> pd.DataFrame:
    """One row per definition, those that cannot be applied with the reason."""
    import pandas as pd

    rows = []
    for answer in answers:
        made, same = answer.estimate, answer.agreement
        rows.append(
            {
                "definition_id": answer.definition.definition_id,
                "family": answer.family.value,
                "label": answer.definition.label,
                "citation": answer.definition.citation,
                "not_applicable": answer.not_applicable,
                **{f"choice_{name}": level for name, level in answer.levels.items()},
                **({"is_base": answer.is_base} if answer.levels else {}),
                "patients": made.patients if made else None,
                "assessable": made.assessable if made else None,
                "events": made.events if made else None,
                "share": made.share if made else np.nan,
                "month": month,
                "share_by_month": made.km_share if made else np.nan,
                "share_low": made.low if made else np.nan,
                "share_high": made.high if made else np.nan,
                "against": answer.against,
                "both_assessable": same.patients if same else None,
                "kappa": same.kappa if same else np.nan,
                "overlap": same.overlap if same else np.nan,
            }
        )
    frame = pd.DataFrame(rows)
    for name in ("patients", "assessable", "events", "both_assessable"):
        if name in frame:
            frame[name] = frame[name].astype("Int64")
    return frame


def ratios_frame(answers: Sequence[Answer]) -> pd.DataFrame:
    """One row per definition and group that is compared."""
    import pandas as pd

    rows = [
        {"definition_id": answer.definition.definition_id, **asdict(contrast)}
        for answer in answers
        if answer.estimate is not None
        for contrast in answer.estimate.contrasts
    ]
    return pd.DataFrame(rows)


def effects_frame(found: Multiverse) -> pd.DataFrame:
    """One row per measure, choice and level."""
    import pandas as pd

    rows = [
        {
            "measure": made.measure,
            "choice": effect.choice,
            "variance_alone": effect.main,
            "variance_with_others": effect.total,
            "separable": effect.separable,
            "range": effect.range,
            "flip": effect.flip,
            "level": level,
            "mean": mean,
        }
        for made in found.decompositions
        for effect in made.effects
        for level, mean in effect.levels.items()
    ]
    return pd.DataFrame(rows)


def values(data: Dataset, found: Multiverse) -> dict[str, Any]:
    """Everything as JSON can hold it."""
    groups = found.groups
    return {
        "disclaimer": OWN_DATA_DISCLAIMER,
        "data": {
            "patients": data.history.n,
            "visits": data.n_visits,
            "relapses": data.n_relapses,
            "problems": [asdict(problem) for problem in data.problems],
        },
        "month": found.month,
        "groups": None
        if groups is None
        else {
            "column": groups.column,
            "reference": groups.reference,
            "names": list(groups.names),
            "patients": [int((groups.code == k).sum()) for k in range(len(groups.names))],
            "outside": groups.unknown,
        },
        "definitions": [_answer_values(answer) for answer in found.answers],
        "base": None if found.base is None else found.base.definition_id,
        "choices": [plain(asdict(choice)) for choice in found.choices],
        "grid": [_answer_values(answer) for answer in found.grid],
        "decompositions": [
            {**asdict(made), "sentence": sentence(made)} for made in found.decompositions
        ],
    }


def _answer_values(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {
        "definition_id": answer.definition.definition_id,
        "family": answer.family.value,
        "label": answer.definition.label,
        "citation": answer.definition.citation,
        "not_applicable": answer.not_applicable,
        "against": answer.against,
        "agreement": None if answer.agreement is None else asdict(answer.agreement),
        "estimate": None if answer.estimate is None else asdict(answer.estimate),
    }
    if answer.levels:
        made |= {"levels": dict(answer.levels), "is_base": answer.is_base}
    return made
