"""A figure asked for before what it needs could be seen is told."""

from __future__ import annotations

import pytest

import remyelin
from remyelin.reports.wording import cautions
from remyelin.study.catalogue import definitions
from remyelin.trials.observability import seen_too_late
from tests.trials.small import mapping, study

NEDA = {"outcome": "neda3", "definition_id": "neda3", "measure": "proportion"}
WORSE = {"outcome": "progression_cumulative", "definition_id": "cdw24", "measure": "proportion"}
RELAPSE = {
    "outcome": "relapse_cumulative",
    "definition_id": "relapse_protocol",
    "measure": "proportion",
}


def told(endpoint: dict[str, object], months: float, *, edss: float, mri: float | None) -> str:
    data = mapping()
    data["design"]["visits"] = {"edss_every_months": edss}
    if mri is not None:
        data["design"]["visits"]["mri_every_months"] = mri
    data["design"]["follow_up"] = {"months": 30.0}
    data["endpoints"] = [{**endpoint, "times_months": [months]}]
    return "\n".join(seen_too_late(study(data), definitions()))


@pytest.mark.parametrize(
    ("endpoint", "months", "edss", "mri", "part"),
    [
        (NEDA, 12.0, 3.25, 13.0, "neda3 (neda3) at month 12: the first scan after baseline is"),
        (NEDA, 6.0, 3.0, 12.0, "planned for month 12.0"),
        (NEDA, 12.0, 3.0, 12.0, ""),
        (NEDA, 12.0, 3.0, None, ""),
        (WORSE, 5.0, 6.0, None, "the first rating of the EDSS after baseline is planned"),
        (WORSE, 6.0, 6.0, None, ""),
        (RELAPSE, 1.0, 6.0, None, ""),
    ],
)
def test_what_could_not_be_seen_by_then_is_named(
    endpoint: dict[str, object], months: float, edss: float, mri: float | None, part: str
) -> None:
    found = told(endpoint, months, edss=edss, mri=mri)
    assert part in found
    assert bool(part) == bool(found)


def test_a_run_says_so_beside_its_figures() -> None:
    data = mapping()
    data["design"]["visits"] = {"edss_every_months": 3.0, "mri_every_months": 12.0}
    data["design"]["follow_up"] = {"months": 12.0}
    data["endpoints"] = [{**NEDA, "times_months": [6.0]}]
    result = remyelin.run(study(data), patients=2, replicates=1)
    assert any("Asked for too early: neda3" in text for text in cautions(result))


def test_a_study_without_published_figures_is_not_called_in_sample() -> None:
    data = mapping()
    data["evidence_id"] = "burt2021"
    result = remyelin.run(study(data), patients=2, replicates=1)
    observed = any(one.observed for one in result.predictions)
    assert any("In-sample" in text for text in cautions(result)) == observed
