"""The HTML report: whole, escaped, self-contained, readable without its figures."""

from __future__ import annotations

import re
import warnings
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import remyelin
from remyelin.comparison.compared import ComparedRun
from remyelin.parameters import ParameterTable
from remyelin.reports.figures import label, survival_figure
from remyelin.reports.html import TWIN_NOTICE, render
from remyelin.reports.markup import Markup, element, escaped
from remyelin.reports.wording import DISCLAIMER
from remyelin.therapies.mechanisms import under
from remyelin.trials.prediction import RunSettings
from tests import synthetic_run

EVIL = "<script>alert(1)</script>\"'&"
VOID = {"meta", "br", "hr", "path", "use", "line", "rect"}


class Page(HTMLParser):
    """Tags, attributes and visible text of a page; complains where tags do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def page(result: ComparedRun | None = None) -> Page:
    made = render(
        result or synthetic_run.result(),
        command=("remyelin", "run", "made_up"),
    )
    return Page(made)


@pytest.fixture(scope="module")
def report() -> Page:
    return page()


def test_every_tag_is_closed_and_every_identifier_is_there_once(report: Page) -> None:
    assert report.open == []
    identifiers = [value for name, value in report.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))
    targets = [v for n, v in report.attributes if n in ("href", "xlink:href")]
    assert {target.removeprefix("#") for target in targets} <= set(identifiers)


def test_the_page_asks_nobody_for_anything(report: Page) -> None:
    loads = [v for n, v in report.attributes if n in ("src", "href", "xlink:href", "srcset")]
    assert all(value.startswith("#") for value in loads)
    assert not {"script", "link", "iframe", "img", "object"} & set(report.tags)
    policy = [v for _, v in report.attributes if v.startswith("default-src")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_it_says_that_it_is_no_medical_advice(report: Page) -> None:
    assert DISCLAIMER in report.text


def test_predictions_stand_beside_observations(report: Page) -> None:
    assert "0.080 [0.053, 0.107]" in report.text
    assert "0.07 [0.02, 0.24] 95 % CI" in report.text
    assert "not published" in report.text
    assert "3 of 3 replicates not estimable" in report.text
    assert "2 of 2 published figures read at their source" in report.text
    assert "0 of 1 recalled ones lie inside" in report.text
    assert "asked for at another time" in report.text


def test_recalled_rows_are_marked(report: Page) -> None:
    rows = [value for name, value in report.attributes if name == "class" and value == "recalled"]
    parameters = [p for p in ParameterTable.load() if p.mark.value == "recalled"]
    assert len(rows) == 2 + len(parameters)


def test_every_parameter_is_listed_and_assumed_ones_are_counted(report: Page) -> None:
    table = tuple(ParameterTable.load())
    assumed = sum(parameter.mark.value == "assumed" for parameter in table)
    assert f"{assumed} of {len(table)} parameters are assumed" in report.text
    assert all(parameter.key in report.texts for parameter in table)


def test_imputed_targets_are_marked_with_their_value(report: Page) -> None:
    assert report.texts.count("imputed") == 1
    assert "rrms_escalation_practice" in report.text


def test_every_figure_has_a_title_and_a_table(report: Page) -> None:
    figures = report.tags.count("figure")
    assert figures == 2
    assert report.tags.count("svg") == figures
    roles = [value for name, value in report.attributes if name == "role"]
    assert roles.count("img") == figures
    places = [i for i, tag in enumerate(report.tags) if tag == "figure"]
    assert all("table" in report.tags[place : place + 2000] for place in places)


def test_the_command_is_shown(report: Page) -> None:
    assert "remyelin run made_up" in report.texts


def test_every_text_from_a_file_is_escaped() -> None:
    arms = synthetic_run.study().model_dump(mode="json")["arms"]
    for arm in arms:
        arm["label"] = EVIL
    study = synthetic_run.study(title=EVIL, citation=EVIL, summary=EVIL, notes=[EVIL], arms=arms)
    result = synthetic_run.result(
        study=study,
        predictions=synthetic_run.predictions(source=EVIL),
        record={EVIL: EVIL},
    )
    text = render(result, command=("remyelin", EVIL))
    assert "<script" not in text.lower()
    assert Page(text).open == []
    assert text.count("&lt;script&gt;") > 10


def test_a_twin_run_says_so() -> None:
    settings = RunSettings(study_id="made_up", patients=9, replicates=3, seed=1, twins=True)
    assert TWIN_NOTICE in page(synthetic_run.result(settings=settings)).text
    assert TWIN_NOTICE not in page().text


def test_a_run_without_curves_or_ratings_still_gives_a_report() -> None:
    empty = synthetic_run.result().edss_course.iloc[:0]
    made = page(synthetic_run.result(curves=(), edss_course=empty, predictions=(), unmatched=()))
    assert "svg" not in made.tags
    assert "No published figure is scored" in made.text


@pytest.mark.parametrize("name", ["$\\frac{a}{", "_hidden", "干细胞", "a\x1b[31m", "", "x" * 500])
def test_any_label_can_be_drawn(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = survival_figure(synthetic_run.curves((name, "b")), name="km", title=name)
    assert figure.startswith("<svg")
    assert "\x1b" not in figure
    Page(figure)


def test_arms_differ_in_more_than_colour() -> None:
    figure = survival_figure(synthetic_run.curves(("a", "b")), name="km", title="t")
    dashes = set(re.findall(r"stroke-dasharray: ([^;\"]+)", figure))
    assert dashes
    assert "var(--arm-0)" in figure
    assert "var(--arm-1)" in figure


@given(st.text())
def test_text_is_escaped_and_comes_back(text: str) -> None:
    made = element("p", text, title=text)
    parsed = Page(made)
    assert parsed.tags == ["p"]
    assert "<" not in escaped(text)
    if text.isprintable():
        assert parsed.attributes == [("title", text)]
        assert "".join(parsed.texts) == text


@given(st.text())
def test_a_label_is_short_and_printable(text: str) -> None:
    made = label(text)
    assert made.strip()
    assert made.isprintable()
    assert len(made) <= 27
    assert not made.startswith("_")


def test_markup_passes_unchanged() -> None:
    assert escaped(Markup("<b>x</b>")) == "<b>x</b>"


@pytest.mark.parametrize("mechanism", ["peripheral", "trophic"])
def test_the_report_prints_the_values_that_the_run_used(mechanism: str) -> None:
    used = under(mechanism, ParameterTable.load())
    result = remyelin.run("petrou2020", patients=4, replicates=1, mechanism=mechanism)
    assert result.parameters.digest() == result.record["parameters"] == used.digest()
    texts = Page(render(result)).texts
    for parameter in used:
        place = texts.index(parameter.key)
        assert f"{parameter.value:g}" in texts[place + 1 : place + 3], parameter.key
