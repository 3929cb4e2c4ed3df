"""What a published figure must satisfy to enter the base."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from statistics import NormalDist

from remyelin.errors import nearest
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.study.fields import IDENTIFIER_PATTERN
from remyelin.study.measures import CONTRAST_MEASURES
from remyelin.study.outcome import Outcome
from remyelin.study.outcome_names import OUTCOME_NAMES, OUTCOMES, SUBGROUPS, SubgroupKind
from remyelin.study.published_definitions import all_definition_ids
from remyelin.study.schema import CONTRAST_SEPARATOR, split_contrast
from remyelin.study.vocabulary import IntervalKind, Mark, Measure

NO_IDENTIFIER = "no identifier: "
"""How the citation of a study begins that has neither DOI nor PMID, PMC or trial number."""

NOT_ASSESSED = "not assessed"
_SHARE_TOLERANCE = 0.006
"""A printed proportion is rounded to whole per cents at worst."""

_ESTIMATED = re.compile(r"kaplan-meier|\bKM\b|cumulative incidence", re.I)
"""A share over time is not events over patients."""

_OTHER_ENDS = re.compile(r"\bwald\b", re.I)
"""Ends of a proportion may lie beyond 0 and 1 only where the note names them as Wald ends."""

_OTHER_MIDDLE = re.compile(r"\b(exact|profile|bootstrap|percentile|credible|bayesian)\b", re.I)
"""Intervals whose estimate need not lie in the geometric middle; the note names the method."""

_OFF_MIDDLE = 0.5
"""Distance of a ratio from the geometric middle of its interval, in standard errors beyond
rounding, that is taken for a slip of the pen (assumed; every ratio of the base lies nearer)."""

_SPREADS = frozenset({IntervalKind.SD, IntervalKind.SE})
"""Their ends are the value less and plus one, which may lie where no value can."""

_FROM_ZERO = frozenset({Measure.COUNT, Measure.RATE_PER_YEAR})
_LEVELS = frozenset({Measure.MEAN, Measure.MEDIAN, Measure.VALUE})
_NEEDS_LEVEL = (IntervalKind.CI, IntervalKind.PREDICTION)
_IDENTIFIER = re.compile(IDENTIFIER_PATTERN)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_JUDGED = re.compile(r".+, page .+")
_PHENOTYPES = frozenset({"rrms", "spms", "ppms", "prms", "cis", "mixed", "ms"})
_DESIGNS = frozenset(
    {"rct", "nonrandomised_comparative", "single_arm", "registry", "meta_analysis", "cohort"}
)
_ROUTES = frozenset(
    {"iv", "it", "icv", "ia", "ic", "sc", "intracerebral", "intraarticular", "intraspinal"}
)
ARM_LIMITS: Mapping[str, tuple[float, float]] = {
    "age_mean": (0.0, 120.0),
    "age_median": (0.0, 120.0),
    "age_sd": (0.0, 40.0),
    "duration_mean": (0.0, 80.0),
    "duration_median": (0.0, 80.0),
    "duration_sd": (0.0, 40.0),
    "edss_mean": (0.0, 10.0),
    "edss_median": (0.0, 10.0),
    "edss_sd": (0.0, 5.0),
    "female": (0.0, 1.0),
    "rrms": (0.0, 1.0),
    "spms": (0.0, 1.0),
    "ppms": (0.0, 1.0),
    "gd_positive": (0.0, 1.0),
    "relapses_last_12_months_mean": (0.0, 50.0),
    "relapses_last_12_months_sd": (0.0, 50.0),
    "gd_lesions_mean": (0.0, 1_000.0),
    "gd_lesions_sd": (0.0, 1_000.0),
}
"""Baseline figures beyond these are taken for slips of the pen."""

SHARES = frozenset({"female", "rrms", "spms", "ppms", "gd_positive"})


def unknown(what: str, given: str, allowed: Collection[str]) -> str:
    """Sentence on a word outside a vocabulary, with the nearest words of it."""
    near = nearest(given[:60], allowed, most=4)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    few = f"allowed: {', '.join(sorted(allowed))}" if len(allowed) <= 12 else ""
    listed = few or "`remyelin evidence words` lists all"
    return f"{what}: {given[:60]!r} given; {hint}{listed}"


def contradiction(first: object, second: object) -> str:
    """Say by how much two rows with the same key differ; nothing for rows without a value."""
    if not isinstance(first, Outcome) or not isinstance(second, Outcome):
        return ""
    if first.value == second.value:
        return " (the same value)"
    return f" (they contradict each other: {first.value:g} and {second.value:g})"


def study_problems(study: PublishedStudy) -> Iterator[str]:
    """Yield one sentence for each rule that a study breaks."""
    named = study.doi or study.pmid or study.pmcid or study.registry_id
    if not named and not study.citation.startswith(NO_IDENTIFIER):
        yield "doi, pmid, pmcid and registry_id are empty; one is needed"
    if not _IDENTIFIER.match(study.study_id):
        yield f"study_id: {study.study_id!r} given; allowed: small letters, digits, underscores"
    if study.doi and not _DOI.fullmatch(study.doi):
        yield f"doi: {study.doi!r} given; allowed: 10.…/…"
    if study.pmid and not study.pmid.isdigit():
        yield f"pmid: {study.pmid!r} given; allowed: digits"
    if study.design not in _DESIGNS:
        yield unknown("design", study.design, _DESIGNS)
    for part in filter(None, study.phenotype.split("+")):
        if part not in _PHENOTYPES:
            yield unknown("phenotype", part, _PHENOTYPES)
    for column in ("risk_of_bias", "certainty"):
        said = getattr(study, column)
        if said != NOT_ASSESSED and not _JUDGED.match(said):
            yield f"{column}: {said!r} given; a judgement quotes its page, else {NOT_ASSESSED!r}"


def arm_problems(arm: PublishedArm) -> Iterator[str]:
    """Yield one sentence for each rule that an arm breaks."""
    if not _IDENTIFIER.match(arm.arm_id) or CONTRAST_SEPARATOR in arm.arm_id:
        yield f"arm_id: {arm.arm_id!r} given; allowed: small letters, digits, underscores"
    for column, (low, high) in ARM_LIMITS.items():
        value = getattr(arm, column)
        if value is not None and not low <= value <= high:
            kind = "a proportion, " if column in SHARES else ""
            yield f"{column}: {value:g} given, allowed: {kind}{low:g} to {high:g}"
    for first, last in (("dose_low", "dose_high"), ("doses_low", "doses_high")):
        low_end, high_end = getattr(arm, first), getattr(arm, last)
        if (low_end is None) != (high_end is None) or (low_end or 0) > (high_end or 0):
            yield f"{first} and {last} must be given together, the smaller first"
    if (arm.dose_low is None) != (not arm.dose_unit):
        yield "dose_low and dose_unit must be given together"
    if (arm.intensity is None) != (arm.intensity_scheme is None):
        yield "intensity and intensity_scheme must be given together"
    for way in filter(None, re.split(r"[+|]", arm.route)):
        if way not in _ROUTES:
            yield unknown("route", way, _ROUTES)
    for what in ("imputed", "recalled"):
        for column in filter(None, getattr(arm, what).split(";")):
            if getattr(arm, column, None) in (None, ""):
                yield f"{what}: {column!r} names no filled column"
    yield from _read_somewhere(arm.mark, arm.page)


def outcome_problems(outcome: Outcome) -> Iterator[str]:
    """Yield one sentence for each rule that a figure breaks."""
    yield from _vocabulary(outcome)
    yield from _read_somewhere(outcome.mark, outcome.page)
    if math.isfinite(outcome.value):
        yield from _value(outcome)
        yield from _interval(outcome)
        yield from _ends(outcome)
        yield from _middle(outcome)
        yield from _events(outcome)


def _read_somewhere(mark: Mark, page: str) -> Iterator[str]:
    if mark is Mark.SEEN and not page:
        yield "page is empty; a figure marked seen names where it was read"


def _vocabulary(outcome: Outcome) -> Iterator[str]:
    key = outcome.key
    if key.outcome not in OUTCOME_NAMES:
        yield unknown("outcome", key.outcome, OUTCOME_NAMES)
    if key.definition_id not in all_definition_ids():
        yield unknown("definition_id", key.definition_id, all_definition_ids())
    subgroup = SUBGROUPS.get(key.subgroup)
    if subgroup is None:
        yield unknown("subgroup", key.subgroup, SUBGROUPS)
    contrast = CONTRAST_SEPARATOR in key.arm
    predicts = subgroup is not None and subgroup.kind is SubgroupKind.PREDICTOR
    if contrast and "" in split_contrast(key.arm):
        yield f"arm: {key.arm!r} given; a contrast is first{CONTRAST_SEPARATOR}second"
    if not predicts and contrast != (key.measure in CONTRAST_MEASURES):
        yield f"arm: {key.arm!r} does not go with the measure {key.measure}"
    if key.time_months is not None and not 0 <= key.time_months <= 1_200:
        yield f"time_months: {key.time_months:g} given, allowed: 0 to 1200, or nothing"


def _value(outcome: Outcome) -> Iterator[str]:
    measure, value = outcome.key.measure, outcome.value
    if measure is Measure.PROPORTION and not 0.0 <= value <= 1.0:
        yield f"value: {value:g} given, allowed for a proportion: 0 to 1"
    if measure in _FROM_ZERO and value < 0.0:
        yield f"value: {value:g} given, allowed for a {measure}: 0 or more"
    if measure is Measure.COUNT and not value.is_integer():
        yield f"value: {value:g} given, allowed for a count: whole numbers"
    if measure.is_ratio and value <= 0.0:
        yield f"value: {value:g} given, allowed for a {measure}: above 0"
    name = OUTCOMES.get(outcome.key.outcome)
    if name is not None and measure in _LEVELS:
        low = -math.inf if name.minimum is None else name.minimum
        high = math.inf if name.maximum is None else name.maximum
        if not low <= value <= high:
            unit = f" {name.unit}" if name.unit else ""
            limits = f"{low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
            yield f"value: {value:g} given, allowed for {name.name}: {limits}{unit}"


def _interval(outcome: Outcome) -> Iterator[str]:
    low, high, kind = outcome.low, outcome.high, outcome.interval_kind
    if low is None and high is None and kind is None and outcome.level is None:
        return
    if low is None or high is None or kind is None:
        yield "low, high and interval_kind must be given together"
        return
    if not low <= outcome.value <= high:
        yield f"the interval {low:g} to {high:g} does not hold the value {outcome.value:g}"
    level = outcome.level
    if level is None and kind in _NEEDS_LEVEL:
        yield f"level is empty; an interval of kind {kind} needs one"
    if level is not None and not 0.0 < level < 1.0:
        yield f"level: {level:g} given, allowed: between 0 and 1"


def _ends(outcome: Outcome) -> Iterator[str]:
    if outcome.interval_kind in _SPREADS:
        return
    measure = outcome.key.measure
    for name, end in (("low", outcome.low), ("high", outcome.high)):
        if end is None:
            continue
        if measure.is_ratio and end <= 0.0:
            yield f"{name}: {end:g} given, allowed for a {measure}: above 0"
        if measure in _FROM_ZERO and end < 0.0:
            yield f"{name}: {end:g} given, allowed for a {measure}: 0 or more"
        beyond = measure is Measure.PROPORTION and not 0.0 <= end <= 1.0
        if beyond and not _OTHER_ENDS.search(outcome.note):
            yield (
                f"{name}: {end:g} given, allowed for a proportion: 0 to 1; where the source prints "
                "Wald ends, say so in note"
            )


def _middle(outcome: Outcome) -> Iterator[str]:
    value, low, high, level = outcome.value, outcome.low, outcome.high, outcome.level
    if not outcome.key.measure.is_ratio or outcome.interval_kind is not IntervalKind.CI:
        return
    if low is None or high is None or level is None or not 0.0 < level < 1.0:
        return
    if not 0.0 < low <= value <= high or low == high or _OTHER_MIDDLE.search(outcome.note):
        return
    error = math.log(high / low) / (2.0 * NormalDist().inv_cdf(0.5 + level / 2.0))
    middle = math.sqrt(low * high)
    half = 0.5 * 10.0 ** -max(_decimals(number) for number in (value, low, high))
    rounding = half * (1.0 / value + 0.5 / low + 0.5 / high)
    if abs(math.log(value / middle)) - rounding > _OFF_MIDDLE * error:
        yield (
            f"value: {value:g} given, but the geometric middle of {low:g} to {high:g} is "
            f"{middle:.3g}; check the digits, or name the method of the interval in note (exact, "
            "profile, bootstrap, percentile, credible)"
        )


def _decimals(number: float) -> int:
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _events(outcome: Outcome) -> Iterator[str]:
    n, events, measure = outcome.n, outcome.events, outcome.key.measure
    if n == 0:
        yield f"n: 0 given with a value ({outcome.value:g}); no figure stands without patients"
    if events is None:
        return
    if n is not None and events > n:
        yield f"events: {events} given with n {n}"
    if measure is Measure.COUNT and outcome.value != events:
        yield f"events: {events} given with the count {outcome.value:g}"
    counted = measure is Measure.PROPORTION and not _ESTIMATED.search(outcome.definition_text)
    if counted and n and abs(events / n - outcome.value) > _SHARE_TOLERANCE:
        yield f"value: {outcome.value:g} given, but {events} of {n} is {events / n:.3f}"
