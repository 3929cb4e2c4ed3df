"""Study files, design and population only, for published arms that cannot be run yet.

Usage: python -m tools.study_files
Every arm that says enough and stands in no study that runs gets one file, unless
`remyelin.evidence.planning.left_out` names a reason. No published result enters a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.planning import asked, course, in_a_file_that_runs, left_out
from remyelin.evidence.readiness import Readiness, readiness
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.study import catalogue
from remyelin.study.vocabulary import Covariate, Mark, Phenotype

FOLDER = Path("src/remyelin/study/planned")
HEADER = (
    "# Made by `make study-files` from the evidence base; not to be changed by hand.\n"
    "# Design and population only. What the publication does not give follows the conventions\n"
    "# that the notes name, and is assumed.\n"
)

EDSS_EVERY_MONTHS = 3.0
MRI_EVERY_MONTHS = 6.0
DROPOUT_PER_YEAR = 0.05
YOUNGEST = 18.0
SHORTEST_FOLLOW_UP = 12.0
FIRST_MODERN_YEAR = 2005
MAX_DURATION_YEARS = {Phenotype.RRMS: 20.0, Phenotype.SPMS: 40.0, Phenotype.PPMS: 25.0}
DEFAULT_POPULATION = {kind: f"{kind.value}_trial_modern" for kind in Phenotype}

_COLUMNS: Mapping[Covariate, tuple[str, str | None]] = {
    Covariate.AGE: ("age_mean", "age_sd"),
    Covariate.FEMALE: ("female", None),
    Covariate.EDSS: ("edss_mean", "edss_sd"),
    Covariate.DURATION: ("duration_mean", "duration_sd"),
    Covariate.RELAPSES_12M: ("relapses_last_12_months_mean", "relapses_last_12_months_sd"),
    Covariate.GD_LESIONS: ("gd_lesions_mean", "gd_lesions_sd"),
}


def made() -> dict[str, str]:
    """Text of every file, by its name."""
    base = EvidenceBase.load()
    chosen = [one for one in readiness(()) if one.complete and not in_a_file_that_runs(one.arm)]
    return {
        f"{name_of(one.arm)}.yaml": _text(one, base) for one in chosen if not left_out(one, base)
    }


def name_of(arm: PublishedArm) -> str:
    """Name of the study file of an arm."""
    return f"{arm.study_id}_{arm.arm_id}"


def _text(one: Readiness, base: EvidenceBase) -> str:
    return HEADER + catalogue.dump(catalogue.from_mapping(_study(one, base)))


def _study(one: Readiness, base: EvidenceBase) -> dict[str, object]:
    arm, study = one.arm, one.study
    phenotype = course(arm, study)
    if phenotype is None:
        raise ValueError(f"{arm.study_id} {arm.arm_id}: no course of the disease")
    endpoints, baseline = asked(arm, base), _baseline(arm)
    times = [time for found in endpoints.values() for time in found if time is not None]
    months = max([*times, study.followup_median_months or 0.0])
    return {
        "schema_version": 1,
        "study_id": name_of(arm),
        "title": f"{study.title}: {arm.label}",
        "evidence_id": arm.study_id,
        "citation": study.citation,
        "summary": "One arm of a published study, as a single arm of its own.",
        "design": {
            "allocation": "single_arm",
            "blinding": study.blinding,
            "n": arm.n,
            "visits": {
                "edss_every_months": EDSS_EVERY_MONTHS,
                "mri_every_months": MRI_EVERY_MONTHS,
            },
            "follow_up": {"months": months or SHORTEST_FOLLOW_UP, "mark": "assumed"},
            "dropout_per_year": {"value": DROPOUT_PER_YEAR, "mark": "assumed"},
        },
        "population": {
            "phenotype": phenotype.value,
            "era": _era(study),
            "criteria": {Covariate.AGE.value: {"min": YOUNGEST}},
            "baseline": baseline,
            "default_population": DEFAULT_POPULATION[phenotype],
            "max_duration_years": MAX_DURATION_YEARS[phenotype],
        },
        "arms": [
            {
                "arm_id": arm.arm_id,
                "label": arm.label,
                "treatment_class": arm.treatment_class.value,
                "treatment": [{"protocol_id": _protocol(one), "weight": 1.0}],
            }
        ],
        "endpoints": [
            {
                "outcome": outcome,
                "definition_id": definition,
                "measure": measure.value,
                "times_months": list(found),
            }
            for (outcome, definition, measure), found in endpoints.items()
        ],
        "notes": list(_notes(one, phenotype, baseline)),
    }


def _protocol(one: Readiness) -> str:
    return one.protocol_id or f"{one.arm.treatment_class.value}_as_in_{one.arm.study_id}"


def _era(study: PublishedStudy) -> str:
    return "modern" if study.year is None or study.year >= FIRST_MODERN_YEAR else "historical"


def _baseline(arm: PublishedArm) -> dict[str, dict[str, object]]:
    imputed, recalled = set(arm.imputed.split(";")), set(arm.recalled.split(";"))
    found: dict[str, dict[str, object]] = {}
    for covariate, (mean, sd) in _COLUMNS.items():
        value = getattr(arm, mean)
        if value is None:
            continue
        columns, mark = {mean, sd}, arm.mark
        if columns & recalled:
            mark = Mark.RECALLED
        if columns & imputed:
            mark = Mark.ASSUMED
        row: dict[str, object] = {"mean": float(value), "source": arm.source, "mark": mark.value}
        spread = getattr(arm, sd) if sd else None
        if spread:
            row["sd"] = float(spread)
        found[covariate.value] = row
    return found


def _notes(
    one: Readiness, phenotype: Phenotype, baseline: Mapping[str, Mapping[str, object]]
) -> Iterator[str]:
    yield (
        f"Convention visits (assumed): EDSS every {EDSS_EVERY_MONTHS:g} and MRI every "
        f"{MRI_EVERY_MONTHS:g} months."
    )
    yield f"Convention criteria (assumed): age from {YOUNGEST:g}, nothing else."
    yield f"Convention dropout (assumed): {DROPOUT_PER_YEAR:g} per year."
    yield (
        "Convention follow-up (assumed): everybody to the last dated figure of the arm, or to the "
        "median follow-up of the study if that is longer; without either "
        f"{SHORTEST_FOLLOW_UP:g} months."
    )
    yield (
        f"Convention era (assumed): modern from publication year {FIRST_MODERN_YEAR}; screened up "
        f"to {MAX_DURATION_YEARS[phenotype]:g} years after onset."
    )
    missing = [covariate.value for covariate in _COLUMNS if covariate.value not in baseline]
    if missing:
        default = DEFAULT_POPULATION[phenotype]
        text = f"Not in the baseline table: {', '.join(missing)}; {default} stands in"
        yield f"{text} where it has a row."
    taken = [name for name, row in baseline.items() if row["mark"] == Mark.ASSUMED.value]
    if taken:
        yield f"Not the arm's own figure (of the whole trial, say): {', '.join(taken)}."
    if one.protocol_id:
        yield f"Protocol {one.protocol_id}: a name of the catalogue, or one proposed for it."
    else:
        yield (
            f"Protocol {_protocol(one)}: a proposed name; the treatment of this arm is mixed or "
            "not told."
        )


def main(root: Path) -> None:
    """Write the files and take away those that are no longer made."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    files = made()
    for old in folder.glob("*.yaml"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[1])
