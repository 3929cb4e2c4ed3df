"""Results as data: they come back as they were, and the committed page is made from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from remyelin.credibility.observations import observe
from remyelin.credibility.results import (
    GroupResult,
    about_text,
    is_stale,
    read_rows,
    rows_text,
    stored,
)
from remyelin.credibility.rows import target_row, weighted
from remyelin.errors import InputError, OutputError, UsageError
from remyelin.reports.scoreboard_files import (
    PAGE,
    RESULTS,
    in_order,
    page_state,
    publish,
    write_group,
)
from remyelin.reports.scoreboard_page import IMAGES, PageState, page, summary_line
from remyelin.reports.scoreboard_pictures import names, pictures
from tests.credibility.test_rows import SPREAD, target

ROOT = Path(__file__).resolve().parents[2]
STATE = PageState(parameters="p", code="c")


def result() -> GroupResult:
    chosen = [target(name) for name in ("edss6_from_onset", "pira_share", "residual_mean")]
    scaled = [tuple(observe(t).value * one for one in SPREAD) for t in chosen]
    rows = [
        target_row(t, observe(t), values, (50.0,) * 3)
        for t, values in zip(chosen, scaled, strict=True)
    ]
    return GroupResult(
        group="mine",
        title="My group",
        summary="Three figures.",
        rows=read_rows(rows_text(weighted(rows)), where="rows"),
        not_run={"other": "no protocol"},
        left_out=("The rest.",),
        command="remyelin scoreboard --group mine --seed 1",
        version="0",
        seed=1,
        parameters="p",
        code="c",
        runs={"onset_historical": (50, 3)},
    )


def kept_in(folder: Path, one: GroupResult) -> None:
    (folder / f"{one.group}.csv").write_text(rows_text(one.rows), encoding="utf-8")
    (folder / f"{one.group}.json").write_text(about_text(one), encoding="utf-8")


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    one = result()
    kept_in(tmp_path, one)
    assert stored(tmp_path) == (one,)


def test_a_table_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    kept_in(tmp_path, result())
    table = tmp_path / "mine.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("not_scorable", "out", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"not those of mine\.json"):
        stored(tmp_path)


def test_bad_cells_of_a_table_are_named_together() -> None:
    text = rows_text(result().rows).replace(",ratio,", ",rat,").replace(",tune,", ",judge,")
    with pytest.raises(InputError) as caught:
        read_rows(text, where="mine.csv")
    assert "scale: 'rat'" in str(caught.value)
    assert "role: 'judge'" in str(caught.value)


def test_results_of_other_parameters_are_marked_stale_and_do_not_fail() -> None:
    one = result()
    assert not is_stale(one, parameters="p")
    assert is_stale(one, parameters="q")
    assert "stale" not in page((one,), STATE).split("## Summary")[1].lower()
    other = page((one,), PageState(parameters="q", code="c"))
    assert "**stale**: other parameters" in other
    assert "> **Stale.** Made with the parameter table `p`" in other


def test_the_page_says_what_a_reader_must_know() -> None:
    text = page((result(),), STATE)
    for wanted in (
        "remyelin scoreboard --group mine --seed 1",
        "in-sample",
        "no protocol",
        "The rest.",
        "no medical advice",
        "img/scoreboard_mine.svg",
    ):
        assert wanted in text
    assert summary_line(result()).startswith("mine: test rows in: ")


def test_pictures_are_the_same_again_and_carry_the_digest_of_the_rows() -> None:
    one = result()
    drawn = pictures(one)
    assert tuple(drawn) == names(one) == ("scoreboard_mine.svg",)
    assert pictures(one) == drawn
    assert all(f"rows {one.digest}".encode() in data for data in drawn.values())


def test_a_group_is_written_whole_into_a_folder(tmp_path: Path) -> None:
    written = write_group(result(), tmp_path / "new")
    assert {path.name for path in written} == {
        *("mine.csv", "mine.json", "scoreboard.md"),
        "scoreboard_mine.svg",
    }
    assert all(path.is_file() for path in written)
    assert not list(tmp_path.rglob(".remyelin-*"))


def test_publishing_refuses_what_was_changed_by_hand(tmp_path: Path) -> None:
    (tmp_path / RESULTS).mkdir(parents=True)
    (tmp_path / PAGE).parent.mkdir()
    one = result()
    publish((one,), tmp_path)
    pictured = tmp_path / PAGE.parent / "img" / "scoreboard_mine.svg"
    for path in (tmp_path / RESULTS / "mine.csv", tmp_path / PAGE, pictured):
        kept = path.read_bytes()
        path.write_bytes(b"my own text")
        with pytest.raises(OutputError, match="not as remyelin wrote"):
            publish((replace(one, seed=2),), tmp_path)
        assert path.read_bytes() == b"my own text"
        path.write_bytes(kept)
    publish((replace(one, seed=2),), tmp_path)


def test_a_group_is_not_written_over_files_of_others(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("patients of mine")
    with pytest.raises(OutputError, match=r"mine\.csv"):
        write_group(result(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_publishing_renews_one_group_and_the_page_of_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no checkout"):
        publish((), tmp_path)
    (tmp_path / RESULTS).mkdir(parents=True)
    (tmp_path / PAGE).parent.mkdir()
    one = result()
    publish((one, replace(one, group="drugs", title="Drugs")), tmp_path)
    publish((replace(one, seed=2),), tmp_path)
    kept = in_order(stored(tmp_path / RESULTS))
    assert [(r.group, r.seed) for r in kept] == [("drugs", 1), ("mine", 2)]
    state = page_state(tmp_path / RESULTS)
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == page(kept, state)


def test_the_committed_page_is_what_the_committed_results_render_to() -> None:
    results, state = in_order(stored()), page_state(ROOT / RESULTS)
    assert results, "no results are committed"
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(results, state), (
        "run: remyelin scoreboard --publish ."
    )


def test_the_committed_pictures_show_the_committed_rows() -> None:
    for one in stored():
        for name in names(one):
            text = (ROOT / PAGE.parent / IMAGES / name).read_text(encoding="utf-8")
            assert f"rows {one.digest}" in text, f"{name}: run: remyelin scoreboard --publish ."


def test_committed_results_hold_every_figure_of_their_runs_once() -> None:
    for one in stored():
        keys = [row.name for row in one.rows]
        assert len(set(keys)) == len(keys)
        assert {row.run for row in one.rows} <= set(one.runs)
