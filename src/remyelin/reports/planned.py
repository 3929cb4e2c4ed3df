"""The part of the report that shows the study: design, arms, criteria, patients achieved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from remyelin.reports import wording
from remyelin.reports.comparison import mark_tag
from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.study.default_populations import default_populations
from remyelin.study.vocabulary import Covariate, PriorDrug

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.comparison.compared import ComparedRun
    from remyelin.study.schema import Arm, BaselineRow, Population, Range, Study

_IMPUTED = element("span", "imputed", class_="tag imputed")


def _facts(pairs: list[tuple[str, Content]]) -> Markup:
    return element(
        "dl", joined(joined((element("dt", name), element("dd", text))) for name, text in pairs)
    )


def _design(study: Study) -> Markup:
    design, population = study.design, study.population
    mri = design.visits.mri_every_months
    visits = f"EDSS every {design.visits.edss_every_months:g} months"
    visits += "; no MRI" if mri is None else f"; MRI every {mri:g} months"
    dropout = design.dropout_per_year
    pairs: list[tuple[str, Content]] = [
        ("Citation", study.citation or wording.NO_VALUE),
        ("Summary", study.summary or wording.NO_VALUE),
        ("Allocation", f"{wording.words(design.allocation)}, {design.n} patients planned"),
        ("Blinding", design.blinding or wording.NO_VALUE),
        ("Visits", visits),
        ("Follow-up", f"up to {design.follow_up.months:g} months"),
        ("Dropout", joined((f"{dropout.value:g} per year ", mark_tag(dropout.mark)))),
        ("Population", f"{population.phenotype.upper()}, {population.era} cohort"),
        ("Life table", wording.words(population.region)),
        ("Prior treatment", _prior(population)),
    ]
    pairs += [("Note", note) for note in study.notes]
    return _facts(pairs)


def _prior(population: Population) -> Content:
    prior = population.prior_treatment
    if prior is None:
        return "none"
    total = sum(option.weight for option in prior.protocols)
    names = ", ".join(
        f"{wording.words(option.protocol_id)} {wording.percent(option.weight / total)}"
        for option in prior.protocols
    )
    return joined(
        (
            f"{names}; given to {wording.percent(prior.share.value)} of candidates ",
            mark_tag(prior.share.mark),
            f", from {prior.start_years.value:g} years after onset on average ",
            mark_tag(prior.start_years.mark),
        )
    )


def _treatment(arm: Arm) -> str:
    total = sum(option.weight for option in arm.treatment)
    names = [
        wording.words(option.protocol_id)
        + ("" if len(arm.treatment) == 1 else f" {wording.percent(option.weight / total)}")
        for option in arm.treatment
    ]
    goes_on = "; the drug of the past goes on" if arm.prior_drug is PriorDrug.CONTINUED else ""
    return (", ".join(names) or "no treatment") + goes_on


def _switch(arm: Arm) -> str:
    if arm.switch is None:
        return "none"
    change = arm.switch
    return (
        f"to {wording.words(change.protocol_id)} after {wording.words(change.after)}, not before "
        f"month {change.earliest_months:g}, probability {change.probability.value:g} "
        f"({change.probability.mark})"
    )


def _limits(limits: Range | None) -> str:
    if limits is None:
        return wording.NO_VALUE
    if limits.min is None:
        return f"at most {limits.max:g}"
    if limits.max is None:
        return f"at least {limits.min:g}"
    return f"{limits.min:g} to {limits.max:g}"


def _spread(mean: float, sd: float | None, *, is_share: bool) -> str:
    if is_share or sd is None:
        return wording.number(mean)
    return f"{wording.number(mean)} ({wording.number(sd)})"


def imputed_covariates(subjects: pd.DataFrame) -> frozenset[str]:
    """Covariates whose target came from a default population, as the run says itself."""
    names: set[str] = set()
    for text in subjects["imputed"].dropna().unique():
        names.update(str(text).replace(",", " ").replace(";", " ").split())
    return frozenset(names)


def _imputed_row(population: Population, covariate: Covariate) -> BaselineRow | None:
    default = default_populations().get(population.default_population)
    return None if default is None else default.baseline.get(covariate)


def _target(row: BaselineRow | None, *, is_share: bool, is_imputed: bool) -> Content:
    if row is None:
        return _IMPUTED if is_imputed else wording.NO_VALUE
    text = _spread(row.mean, row.sd, is_share=is_share)
    tags = joined((text, " ", mark_tag(row.mark)))
    return joined((tags, " ", _IMPUTED)) if is_imputed else tags


def _achieved(subjects: pd.DataFrame, covariate: Covariate, arms: list[str]) -> list[str]:
    if covariate.value not in subjects.columns:
        return [wording.NO_VALUE] * (len(arms) + 1)
    values = subjects[covariate.value].astype(float)
    groups = [values, *(values[subjects["arm_id"] == arm] for arm in arms)]
    is_share = covariate is Covariate.FEMALE
    return [
        _spread(float(group.mean()), float(group.std()), is_share=is_share)
        if len(group) > 1
        else wording.NO_VALUE
        for group in groups
    ]


def _counted(baseline: pd.DataFrame, covariate: Covariate, arms: list[str]) -> list[str]:
    """What was achieved, for a run without whole tables."""
    rows = baseline[baseline["covariate"] == covariate.value]
    is_share = covariate is Covariate.FEMALE
    found = {
        str(arm): _spread(float(mean), float(sd), is_share=is_share)
        for arm, n, mean, sd in zip(
            rows["arm_id"], rows["n"], rows["mean"], rows["sd"], strict=True
        )
        if n > 1
    }
    return [found.get(arm, wording.NO_VALUE) for arm in ("", *arms)]


def _imputed_by(result: ComparedRun) -> frozenset[str]:
    if result.baseline is None:
        return imputed_covariates(result.tables["subjects"])
    cohort = result.record.get("cohort")
    named = str(cohort.get("imputed", "")) if isinstance(cohort, Mapping) else ""
    return frozenset(named.replace(",", " ").split())


def _baseline(result: ComparedRun) -> Markup:
    population = result.study.population
    imputed = _imputed_by(result)
    arms = [arm.arm_id for arm in result.study.arms]
    rows: list[tuple[Content, ...]] = []
    for covariate in Covariate:
        row = population.baseline.get(covariate)
        limits = population.eligibility.get(covariate)
        is_imputed = covariate.value in imputed
        if row is None and limits is None and not is_imputed:
            continue
        is_share = covariate is Covariate.FEMALE
        if row is None and is_imputed:
            row = _imputed_row(population, covariate)
        rows.append(
            (
                wording.words(covariate.value),
                _limits(limits),
                _target(row, is_share=is_share, is_imputed=is_imputed),
                *(
                    _achieved(result.tables["subjects"], covariate, arms)
                    if result.baseline is None
                    else _counted(result.baseline, covariate, arms)
                ),
                "" if row is None else row.source,
            )
        )
    labels = [arm.label for arm in result.study.arms]
    header = ("Covariate", "Criteria", "Target", "All arms", *labels, "Source of the target")
    note = (
        "Mean (standard deviation) over all replicates; for female the proportion. A target "
        f"marked imputed comes from the default population {population.default_population}, "
        "because the study's own table lacks it."
    )
    numeric = frozenset(range(3, 4 + len(arms)))
    return joined(
        (
            element("p", note, class_="soft"),
            table("Baseline: targets and patients achieved", header, rows, numeric=numeric),
        )
    )


def design_section(result: ComparedRun) -> Markup:
    """Design, arms, criteria and baseline, planned beside achieved."""
    study = result.study
    rows: list[tuple[Content, ...]] = [
        (
            arm.label,
            str(arm.share),
            _treatment(arm),
            _switch(arm),
            "0" if arm.not_started is None else f"{arm.not_started.value:g}",
        )
        for arm in study.arms
    ]
    header = ("Arm", "Share", "Treatment", "Switch", "Never started")
    return joined(
        (
            _design(study),
            element("h3", "Arms"),
            table("Arms and their treatment", header, rows, numeric=frozenset({1, 4})),
            element("h3", "Criteria and patients"),
            _baseline(result),
        )
    )
