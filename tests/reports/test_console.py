"""What is printed after a run, and the same as JSON."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from remyelin.comparison.compared import ComparedRun
from remyelin.reports import wording
from remyelin.reports.console import show
from remyelin.reports.records import as_json, run_values
from remyelin.reports.scores import tally
from remyelin.statistics.scoring import Verdict
from remyelin.study.definitions import definitions
from remyelin.trials.prediction import RunSettings
from tests import synthetic_run


def printed(result: ComparedRun, *, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    sink = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    show(result, console=Console(file=sink, width=width, highlight=False))
    sink.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_the_width_and_hold_no_control_codes(width: int) -> None:
    text = printed(synthetic_run.result(), width=width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text


def test_it_prints_predicted_and_observed() -> None:
    text = " ".join(printed(synthetic_run.result(), width=200).split())
    assert "0.080 [0.053, 0.107] 0.07 [0.02, 0.24] in -0.33" in text
    assert "0.543* OUT 3.86" in text
    assert "not published" in text
    assert "* recalled" in text
    assert wording.DISCLAIMER in text


def test_rows_that_would_read_the_same_show_their_definition() -> None:
    first, *rest = synthetic_run.predictions()
    twelve, itp = definitions()["cdw12"], definitions()["autoimmune_itp"]
    alike = [
        replace(first, definition=d, key=first.key._replace(definition_id=d.definition_id))
        for d in (twelve, itp)
    ]
    text = " ".join(printed(synthetic_run.result(predictions=(*alike, *rest)), width=200).split())
    assert "HR (cdw12: 12 weeks)" in text
    assert "HR (autoimmune itp)" in text
    assert text.count("(cdw12") == 1
    assert "HR (" not in printed(synthetic_run.result(), width=200)


@pytest.mark.parametrize(("replicates", "said"), [(9, True), (10, False)])
def test_a_run_of_very_few_replicates_says_that_it_is_not_scored(
    replicates: int, said: bool
) -> None:
    settings = RunSettings(study_id="made_up", patients=9, replicates=replicates, seed=1)
    text = " ".join(printed(synthetic_run.result(settings=settings), width=200).split())
    assert ("too few replicates for an interval: n < 10" in text) is said


def test_it_prints_where_only_ascii_is_read() -> None:
    assert "OUT" in printed(synthetic_run.result(), encoding="ascii")


def test_markup_and_control_codes_in_names_are_shown_not_obeyed() -> None:
    study = synthetic_run.study(title="[bold red]title[/]")
    assert "[bold red]title[/]" in printed(synthetic_run.result(study=study))


def test_a_twin_run_says_so() -> None:
    settings = RunSettings(study_id="made_up", patients=9, replicates=3, seed=1, twins=True)
    assert "Twin run" in printed(synthetic_run.result(settings=settings))


def test_json_holds_every_outcome_and_no_nan() -> None:
    values = run_values(synthetic_run.result(), folder=PurePath("runs/x"))
    read = json.loads(as_json(values), parse_constant=pytest.fail)
    assert [row["verdict"] for row in read["outcomes"]] == [
        *("in", "not_published", "out", "in", "not_estimable")
    ]
    assert read["outcomes"][4]["median"] is None
    assert read["outcomes"][0]["observed"]["key"]["measure"] == "hazard_ratio"
    assert read["not_predicted"][0]["note"] == "asked for at another time"
    assert read["folder"] == "runs/x"


def test_a_record_with_something_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        as_json({"a": object()})


def test_the_tally_counts_each_verdict_and_the_width() -> None:
    counted = tally(synthetic_run.predictions())
    assert counted.scored == 3
    assert counted.counts[Verdict.NOT_SCORABLE] == 0
    assert sum(counted.counts.values()) == 5
    assert counted.widths == pytest.approx(
        {"hazard_ratio": 0.054, "proportion": 0.09, "mean": 0.27}
    )


@given(st.text())
def test_printable_text_is_printable(text: str) -> None:
    made = wording.printable(text)
    assert made.replace("\n", "").isprintable()
    if text.isprintable():
        assert made == text


@pytest.mark.parametrize(
    ("triple", "text"),
    [
        ((0.02, 0.011, 0.038), "0.020 [0.011, 0.038]"),
        ((3.8, 3.62, 3.89), "3.80 [3.62, 3.89]"),
        ((-1.7, -2.03, -1.29), "-1.70 [-2.03, -1.29]"),
        ((34.0, 30.0, 41.5), "34.0 [30.0, 41.5]"),
        ((0.0, 0.0, 0.0), "0.00 [0.00, 0.00]"),
        ((1234.0, 1000.0, 2000.0), "1234 [1000, 2000]"),
        ((0.0002, 0.0001, 0.0003), "0.0002 [0.0001, 0.0003]"),
        ((math.nan, math.nan, math.nan), "not estimable"),
        ((2.0, math.nan, math.nan), "2"),
    ],
)
def test_predictions_are_worded_in_like_decimals(
    triple: tuple[float, float, float], text: str
) -> None:
    assert wording.predicted(*triple) == text
