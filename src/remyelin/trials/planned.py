"""Studies of the catalogue: which of them cannot be run yet and why, and what is as published."""

from __future__ import annotations

from collections.abc import Iterator

from remyelin.errors import UsageError
from remyelin.study import catalogue
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Mark
from remyelin.therapies import catalogue as therapies


def reasons(study: Study) -> tuple[str, ...]:
    """Why a planned study cannot be run; empty where nothing stands in the way.

    Parameters
    ----------
    study
        A study of `catalogue.planned_names`; in its baseline, rows marked assumed are not the
        arm's own.
    """
    return tuple(_reasons(study))


def _reasons(study: Study) -> Iterator[str]:
    protocols = {option.protocol_id for arm in study.arms for option in arm.treatment}
    missing = sorted(protocols - set(therapies.acting_names()))
    if missing:
        yield f"protocol missing: {', '.join(missing)}"
    imputed = [
        covariate.value
        for covariate, row in study.population.baseline.items()
        if row.mark is Mark.ASSUMED
    ]
    if imputed:
        yield f"baseline imputed: {', '.join(imputed)}"


def refuse_planned(study: Study) -> None:
    """Stop before a planned study is run.

    Raises
    ------
    UsageError
        The study is one of the planned ones, unchanged, and something stands in its way.
    """
    name = study.study_id
    if name not in catalogue.planned_names() or study != catalogue.load(name):
        return
    found = reasons(study)
    if found:
        raise UsageError(
            f"the study {name} cannot be run yet: {'; '.join(found)}\n"
            "`remyelin studies list` shows the studies that can be run."
        )


def as_published(study: Study) -> bool:
    """Say whether a study is one of the package, whose treatments are as its trial tells them."""
    if study.study_id not in (*catalogue.names(), *catalogue.planned_names()):
        return False
    own = catalogue.load(study.study_id)
    return (own.arms, own.population.prior_treatment, own.design.follow_up) == (
        study.arms,
        study.population.prior_treatment,
        study.design.follow_up,
    )
