"""Of the lead-in a trial finds on day 0 what lasts, and who has died; nothing else of it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import History, events
from remyelin.engine.advance import Engine
from remyelin.engine.happenings import Happenings
from remyelin.model.day import ALWAYS, SIGNALS
from remyelin.model.states import Harm
from remyelin.study.definitions import definitions
from remyelin.trials.conduct import conduct
from tests.trials.small import mapping, plan, study

LEAD_IN = 40
PATIENTS = 12
LASTING = {
    "lasting_amenorrhoea",
    "autoimmune_hypothyroidism",
    "autoimmune_hyperthyroidism",
    "autoimmune_itp",
    "malignancy",
    "pml",
    "arachnoiditis",
    "alloimmunisation",
    "graft_tumour",
}

NOT_OVER = {"relapse", "death", "death_of_other_cause"}
"""Events of a day that are no adverse events, or are never over."""

Story = Sequence[tuple[int, str, int]]
"""Patient, event and day of events made by hand."""


def told(
    monkeypatch: pytest.MonkeyPatch, story: Story, holding: dict[str, Sequence[int]] | None = None
) -> dict[str, pd.DataFrame]:
    """Run a trial in which the engine changes nothing and events happen as told."""
    names = [signal.event for signal in SIGNALS]

    def advance(self: Engine, people: Any, start: int, stop: int, schedule: Any = None) -> Any:
        del self, schedule
        now = [one for one in story if start < one[2] <= stop]
        kind, row, day = (
            np.array([names.index(event) for _, event, _ in now], dtype=np.int64),
            np.array([patient for patient, _, _ in now], dtype=np.int64),
            np.array([day for _, _, day in now], dtype=np.int64),
        )
        for name, rows in (holding or {}).items():
            getattr(people.state.harm, name)[list(rows)] = 1.0
        return people, Happenings.sorted(kind, row, day)

    data = mapping()
    data["design"].update(lead_in_days=LEAD_IN, dropout_per_year={"value": 0.0})
    ready = plan(study(data), patients=PATIENTS, replicates=1)
    recruited = ready.recruiter().enrol((0,), PATIENTS, lambda _share: None)
    monkeypatch.setattr(Engine, "advance", advance)
    monkeypatch.setattr(type(ready.recruiter()), "enrol", lambda *_, **__: recruited)
    return conduct(ready, (0,), lambda _share, _what: None)


def rows_of(tables: dict[str, pd.DataFrame], patient: int) -> list[tuple[str, int]]:
    numbers = tables["subjects"].sort_values("subject_id")["subject_id"].to_list()
    found = tables["adverse_events"].query(f"subject_id == {numbers[patient]}")
    return list(zip(found["event"], found["day"], strict=True))


@pytest.mark.parametrize("event", sorted(LASTING))
def test_a_lasting_condition_that_began_in_the_lead_in_is_found_on_day_0(
    monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    tables = told(monkeypatch, [(0, event, -10), (1, event, 0), (2, event, 12)])
    assert [rows_of(tables, patient) for patient in range(4)] == [
        [(event, 0)],
        [(event, 0)],
        [(event, 12)],
        [],
    ]


@pytest.mark.parametrize(
    ("event", "state"), [("neutropenia", "neutropenic"), ("febrile_neutropenia", "febrile")]
)
def test_what_may_pass_is_found_on_day_0_only_where_it_still_holds(
    monkeypatch: pytest.MonkeyPatch, event: str, state: str
) -> None:
    tables = told(monkeypatch, [(0, event, -2), (1, event, -20)], {state: [0]})
    assert rows_of(tables, 0) == [(event, 0)]
    assert rows_of(tables, 1) == []


@pytest.mark.parametrize(
    "event", sorted({signal.event for signal in SIGNALS if signal.lasts is None} - NOT_OVER)
)
def test_what_is_over_on_day_0_is_no_event_of_the_trial(
    monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    tables = told(monkeypatch, [(0, event, -5), (1, event, 5)])
    assert rows_of(tables, 0) == []
    assert rows_of(tables, 1) == [(event, 5)]


def test_relapses_of_the_lead_in_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = told(monkeypatch, [(0, "relapse", -3), (1, "relapse", 0), (2, "relapse", 3)])
    assert tables["relapses"]["day"].to_list() == [3]


def test_a_death_in_the_lead_in_is_one_on_day_0_with_its_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = [
        (0, "infection", -6),
        (0, "lasting_amenorrhoea", -7),
        (0, "death", -5),
        (1, "death", -5),
        (1, "death_of_other_cause", -5),
    ]
    tables = told(monkeypatch, story)
    subjects = tables["subjects"].sort_values("subject_id")
    assert subjects["end_reason"].to_list()[:3] == ["death", "death", "completed"]
    assert subjects["end_day"].to_list()[:2] == [0, 0]
    assert rows_of(tables, 0) == [("death", 0)]
    assert sorted(rows_of(tables, 1)) == [("death", 0), ("death_of_other_cause", 0)]
    history = History.of(tables)
    library = definitions()
    order = np.argsort(tables["subjects"]["subject_id"].to_numpy())
    by_treatment = events(history, library["death_treatment_related"], library).event[order]
    assert by_treatment.tolist()[:3] == [True, False, False]
    everybody = events(history, library["death_any"], library).event[order]
    assert everybody.tolist()[:3] == [True, True, False]


def test_the_reference_and_the_course_of_treatment_are_those_of_enrolment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = told(monkeypatch, [(0, "lasting_amenorrhoea", -10)])
    first = tables["visits"].query("visit == 0").merge(tables["subjects"], on="subject_id")
    assert (first["day"] == 0).all()
    assert (first["edss_x"] == first["edss_y"]).all()
    assert (tables["exposures"]["start_day"] == -LEAD_IN).all()
    assert (tables["adverse_events"]["day"] >= 0).all()


def test_what_lasts_is_known_of_every_kind_of_event() -> None:
    assert {signal.event for signal in SIGNALS if signal.lasts == ALWAYS} == LASTING
    fields = {signal.lasts for signal in SIGNALS} - {None, ALWAYS}
    assert fields <= set(Harm._fields)
