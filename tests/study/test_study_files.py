"""Study files: what they say comes back, and what they must not say is refused clearly."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml
from remyelin.study import catalogue
from remyelin.study.schema import Study

Data = dict[str, Any]
Change = Callable[[Data], object]
SET = dict.__setitem__


@pytest.fixture(scope="module")
def mist_data() -> Data:
    data = yaml.safe_load(catalogue.dump(catalogue.load("mist")))
    assert isinstance(data, dict)
    return data


def refused(data: object) -> InputError:
    with pytest.raises(InputError) as caught:
        catalogue.from_mapping(data, where="mine.yaml")
    assert str(caught.value).startswith("mine.yaml: ")
    return caught.value


@pytest.mark.parametrize("name", catalogue.names())
def test_a_study_of_the_catalogue_survives_the_round_trip(name: str) -> None:
    study = catalogue.load(name)
    assert study.study_id == name
    again = catalogue.from_mapping(parse_yaml(catalogue.dump(study), where="again"))
    assert again == study


def test_the_catalogue_holds_the_first_three_studies() -> None:
    assert {"mist", "burt2021_rrms", "affirm"} <= set(catalogue.names())


def test_a_path_is_read_and_gives_the_same_study(tmp_path: Path) -> None:
    study = catalogue.load("affirm")
    path = tmp_path / "own.yml"
    path.write_text(catalogue.dump(study), encoding="utf-8")
    assert catalogue.load(str(path)) == study


def test_a_study_cannot_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        catalogue.load("mist").study_id = "other"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["msit", "", "mist.txt", "../mist", "\x1b[31m", "x" * 9_999])
def test_an_unknown_study_is_named_with_a_way_out(name: str) -> None:
    with pytest.raises(UnknownNameError, match=r"must end in \.yaml") as caught:
        catalogue.load(name)
    assert len(str(caught.value)) < 400
    assert "\x1b" not in str(caught.value)


def test_a_slip_of_the_pen_gets_an_offer() -> None:
    with pytest.raises(UnknownNameError, match="did you mean mist"):
        catalogue.load("msit")


def test_a_missing_file_is_no_unknown_study() -> None:
    with pytest.raises(InputError, match="no such file"):
        catalogue.load("absent.yaml")


BAD: list[tuple[Change, str]] = [
    (lambda d: d.pop("design"), "design: this key is missing"),
    (lambda d: SET(d, "desing", 1), "desing: unknown key; did you mean design"),
    (lambda d: SET(d, "outcomes", []), "outcomes: unknown key"),
    (lambda d: SET(d, "schema_version", 2), "schema_version: 2 given, allowed: 1"),
    (lambda d: SET(d, "study_id", "My Study"), "study_id: My Study given, allowed: lower case"),
    (lambda d: SET(d, "title", 3), "title: 3 given, allowed: text"),
    (lambda d: SET(d, "title", "a\x1b[31m"), "title: .* given; control characters"),
    (lambda d: SET(d, "title", "x" * 5_000), "title: .* given, allowed: at most 4000"),
    (lambda d: SET(d["design"], "n", -5), "design.n: -5 given, allowed: 1 or more"),
    (lambda d: SET(d["design"], "n", 2.5), "design.n: 2.5 given, allowed: a whole number"),
    (lambda d: SET(d["design"], "n", True), "design.n: True given, allowed: a whole number"),
    (lambda d: SET(d["design"], "n", 10**400), "design.n: .*many digits given"),
    (lambda d: SET(d["design"], "n", "many"), "design.n: many given, allowed: a whole number"),
    (lambda d: SET(d["design"], "allocation", "single_arm"), "arms: 2 given, single_arm allows"),
    (lambda d: SET(d["design"], "allocation", "coin"), "design.allocation: coin given, allowed"),
    (lambda d: SET(d["design"], "visits", 6), "design.visits: 6 given, allowed: a mapping"),
    (
        lambda d: SET(d["design"]["visits"], "edss_every_months", 0),
        "edss_every_months: 0 given, allowed: 0.25 or more",
    ),
    (
        lambda d: SET(d["design"]["follow_up"], "months", float("nan")),
        "design.follow_up.months: nan given, allowed: a finite number",
    ),
    (
        lambda d: SET(d["design"]["follow_up"], "months", 601),
        "design.follow_up.months: 601 given, allowed: 600",
    ),
    (
        lambda d: d["design"]["follow_up"]["quantiles"].pop(),
        "design.follow_up: the shares of the quantiles must rise",
    ),
    (
        lambda d: SET(d["design"]["follow_up"]["quantiles"][2], "months", 0.0),
        "design.follow_up: the months of the quantiles must not fall",
    ),
    (
        lambda d: SET(d["design"], "dropout_per_year", {"value": -1, "mark": "assumed"}),
        "dropout_per_year: -1 given, allowed 0 to 5",
    ),
    (
        lambda d: SET(d["design"], "dropout_per_year", {"value": 1, "mark": "seen"}),
        "design.dropout_per_year: marked seen, but no source",
    ),
    (
        lambda d: SET(d["design"], "dropout_per_year", {"value": 1, "low": 2}),
        "low <= value <= high",
    ),
    (
        lambda d: SET(d["population"]["criteria"], "age_years", {"min": 50, "max": 20}),
        "population.criteria.age_years: min 50.* is above max 20",
    ),
    (
        lambda d: SET(d["population"]["criteria"], "edss", {"max": 12}),
        "criteria.edss: 12 given, allowed 0 to 10",
    ),
    (
        lambda d: SET(d["population"]["criteria"], "edss", {}),
        "population.criteria.edss: give min, max or both",
    ),
    (
        lambda d: SET(d["population"]["criteria"], "shoe_size", {"max": 12}),
        "population.criteria.shoe_size: shoe_size given, allowed: 'age_years'",
    ),
    (
        lambda d: SET(d["population"]["baseline"]["edss"], "mean", 1.0),
        "baseline.edss: mean 1 lies outside the criteria 2 to 6",
    ),
    (
        lambda d: SET(d["population"]["baseline"]["age_years"], "sd", 900.0),
        "baseline.age_years: sd 900 given",
    ),
    (
        lambda d: SET(d["population"]["baseline"]["age_years"], "sd", 0),
        "population.baseline.age_years.sd: 0 given, allowed: above 0",
    ),
    (
        lambda d: SET(d["population"], "default_population", "nobody"),
        "population.default_population: unknown 'nobody'; allowed: ppms_trial_modern, rrms",
    ),
    (
        lambda d: (
            SET(d["population"], "default_population", "rrms_trial_modern"),
            SET(d["population"]["criteria"], "relapses_last_12_months", {"min": 2.0}),
        ),
        "relapses_last_12_months: mean 1.6 lies outside the criteria 2 to inf; give a row",
    ),
    (
        lambda d: SET(d["population"], "prior_treatment", None),
        "criteria.relapses_on_drug_last_12_months: patients come untreated; give prior_treatment",
    ),
    (
        lambda d: SET(d["population"]["prior_treatment"]["share"], "value", 1.2),
        "population.prior_treatment.share.value: 1.2 given, allowed above 0, up to 1",
    ),
    (
        lambda d: SET(d["population"]["prior_treatment"]["start_years"], "value", 0.0),
        "start_years.value: 0 given, allowed above 0, up to 80",
    ),
    (
        lambda d: SET(d["population"]["prior_treatment"], "protocols", []),
        "population.prior_treatment.protocols: a list of 0 given, allowed: at least 1",
    ),
    (
        lambda d: SET(
            d["population"]["prior_treatment"]["protocols"][0], "protocol_id", "glatiramer"
        ),
        "protocols: a protocol_id stands twice; add up the weights",
    ),
    (
        lambda d: SET(d["population"], "region", "france"),
        "population.region: france given, allowed: 'us', 'uk', 'sweden' or 'canada'",
    ),
    (lambda d: SET(d["arms"][0], "prior_drug", "paused"), r"arms\[0\].prior_drug: paused given"),
    (
        lambda d: SET(d["population"], "phenotype", "cis"),
        "population.phenotype: cis given, allowed: 'rrms', 'spms' or 'ppms'",
    ),
    (lambda d: SET(d, "arms", []), "arms: a list of 0 given, allowed: at least 1 .entries"),
    (lambda d: SET(d["arms"][0], "arm_id", "dmt"), "arms: every arm_id must differ"),
    (lambda d: SET(d["arms"][0], "arm_id", "a_vs_b"), "arm_id: a_vs_b given; '_vs_'"),
    (
        lambda d: SET(d["arms"][0], "treatment", []),
        r"arms\[0\].treatment: an arm of class ahsct needs a protocol",
    ),
    (
        lambda d: SET(d["arms"][1]["treatment"][0], "weight", -3),
        r"arms\[1\].treatment\[0\].weight: -3 given, allowed: above 0",
    ),
    (
        lambda d: SET(d["arms"][1]["treatment"][0], "wieght", 3),
        r"arms\[1\].treatment\[0\].wieght: unknown key; did you mean weight",
    ),
    (
        lambda d: SET(d["arms"][1]["treatment"][0], "protocol_id", "fingolimod"),
        r"arms\[1\].treatment: a protocol_id stands twice",
    ),
    (
        lambda d: SET(d["arms"][1]["switch"], "after", "bad_day"),
        r"arms\[1\].switch.after: unknown 'bad_day'; allowed: mist_progression",
    ),
    (
        lambda d: SET(d["arms"][1]["switch"]["probability"], "value", 1.5),
        r"arms\[1\].switch.probability.value: 1.5 given, allowed 0 to 1",
    ),
    (
        lambda d: SET(d["endpoints"][0], "contrast", "ahsct_vs_sham"),
        r"endpoints\[0\]: unknown arm 'sham'; allowed: ahsct, dmt",
    ),
    (
        lambda d: SET(d["endpoints"][0], "contrast", "ahsct"),
        r"endpoints\[0\].contrast: ahsct given, allowed: two arms as",
    ),
    (lambda d: d["endpoints"][0].pop("contrast"), r"endpoints\[0\].contrast: the measure"),
    (
        lambda d: SET(d["endpoints"][1], "contrast", "ahsct_vs_dmt"),
        r"endpoints\[1\].contrast: not with the measure count",
    ),
    (
        lambda d: SET(d["endpoints"][1], "measure", "mean_change"),
        r"endpoints\[1\].measure: mean_change given, allowed for mist_progression: proportion",
    ),
    (
        lambda d: SET(d["endpoints"][1], "outcome", "happiness"),
        r"endpoints\[1\].outcome: happiness given; unknown outcome",
    ),
    (
        lambda d: SET(d["endpoints"][1], "definition_id", "cdw99"),
        r"endpoints\[1\].definition_id: cdw99 given; unknown definition",
    ),
    (
        lambda d: SET(d["endpoints"][1], "times_months", [72]),
        r"endpoints\[1\].times_months: 72 given, follow-up ends at 60",
    ),
    (
        lambda d: SET(d["endpoints"][1], "times_months", [float("inf")]),
        r"endpoints\[1\].times_months\[0\]: inf given, allowed: 600.* or less",
    ),
    (
        lambda d: d["endpoints"].append(d["endpoints"][1]),
        r"endpoints\[13\]: progression_cumulative is asked for twice",
    ),
    (lambda d: SET(d["endpoints"][1], "value", 0.5), r"endpoints\[1\].value: unknown key"),
]


@pytest.mark.parametrize(("change", "pattern"), BAD, ids=[pattern[:50] for _, pattern in BAD])
def test_a_malformed_study_is_refused_with_place_and_remedy(
    mist_data: Data, change: Change, pattern: str
) -> None:
    data = copy.deepcopy(mist_data)
    change(data)
    message = str(refused(data))
    assert re.search(pattern, message), message
    assert "pydantic" not in message
    assert "[key]" not in message


def test_all_problems_are_listed_at_once(mist_data: Data) -> None:
    data = copy.deepcopy(mist_data)
    data["design"]["n"] = 0
    data["arms"][0]["colour"] = "red"
    del data["title"]
    assert len(refused(data).problems) == 3


def test_problems_of_the_whole_are_listed_at_once(mist_data: Data) -> None:
    data = copy.deepcopy(mist_data)
    data["endpoints"][0]["contrast"] = "a_vs_b"
    data["design"]["allocation"] = "single_arm"
    assert len(refused(data).problems) == 3


def test_malformed_entries_do_not_make_a_list_too_short(mist_data: Data) -> None:
    data = copy.deepcopy(mist_data)
    for arm in data["arms"]:
        arm["colour"] = "red"
    assert len(refused(data).problems) == 2


def test_a_flood_of_problems_is_cut(mist_data: Data) -> None:
    data = {**mist_data, **{f"key{number}": 1 for number in range(500)}}
    error = refused(data)
    assert len(error.problems) == 51
    assert error.problems[-1] == "and 450 more problems"


def places(data: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in items:
        found += places(value, (*path, key))
    return found


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3) | st.integers(), st.none(), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(pick=st.data())
def test_junk_in_any_place_gives_a_study_or_one_input_error(mist_data: Data, pick: Any) -> None:
    data = copy.deepcopy(mist_data)
    path = pick.draw(st.sampled_from(places(data)))
    target: Any = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = pick.draw(JUNK)
    with contextlib.suppress(InputError):
        assert isinstance(catalogue.from_mapping(data), Study)


@pytest.mark.parametrize("data", [None, 1, "text", [], [1], {}, {1: 2}, {"a": {}}])
def test_anything_but_a_study_is_refused(data: object) -> None:
    assert refused(data).problems


def test_the_template_is_a_valid_study_of_the_given_name(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    path.write_text(catalogue.template("pilot_2"), encoding="utf-8")
    assert catalogue.load(str(path)).study_id == "pilot_2"


@pytest.mark.parametrize("name", ["", "A", "a b", "x: 1", "a\nb", "1a", "../a", "n" * 99])
def test_the_template_refuses_a_bad_name(name: str) -> None:
    with pytest.raises(InputError):
        catalogue.template(name)


@pytest.mark.parametrize("name", catalogue.names())
def test_study_files_hold_no_observed_outcomes(name: str) -> None:
    data = yaml.safe_load(catalogue.dump(catalogue.load(name)))
    allowed = {"outcome", "definition_id", "measure", "times_months", "arms", "contrast"}
    for endpoint in data["endpoints"]:
        assert set(endpoint) <= allowed
    assert set(data) <= set(Study.model_fields)


def test_mist_has_the_published_design() -> None:
    study = catalogue.load("mist")
    assert study.design.n == 110
    assert [arm.share for arm in study.arms] == [1, 1]
    weights = {option.protocol_id: option.weight for option in study.arms[1].treatment}
    assert weights["natalizumab"] == 22
    assert sum(weights.values()) == 80
    not_started = study.arms[0].not_started
    assert not_started is not None
    assert not_started.value * 55 == pytest.approx(3)
    follow_up = {point.share: point.months for point in study.design.follow_up.quantiles}
    assert (follow_up[0.25], follow_up[0.5], follow_up[0.75]) == (12, 24, 48)


def test_the_manual_names_every_study_that_comes_along() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "studies.md").read_text("utf-8")
    rows = "".join(line.split("|")[1] for line in manual.splitlines() if line.startswith("| `"))
    assert [name for name in catalogue.names() if f"`{name}`" not in rows] == []


def test_the_example_of_the_manual_is_a_valid_study() -> None:
    manual = Path(__file__).parents[2] / "docs" / "studies.md"
    blocks = re.findall(r"```yaml\n(.*?)```", manual.read_text("utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    assert catalogue.from_mapping(parse_yaml(blocks[0], where="manual")).study_id == "my_study"
