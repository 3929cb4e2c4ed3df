"""The product commands: what has no data says so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from remyelin.cli.main import main
from remyelin.therapies import product_catalogue
from remyelin.therapies.release_tests.subject import subjects
from tests.therapies.release_tests.bench import good

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_products_are_listed_with_what_has_no_data(capsys: Capture) -> None:
    text = call(capsys, "product", "list")
    assert all(name in text for name in product_catalogue.names())
    assert "no human data in multiple sclerosis" in text
    rows = {row["product_id"]: row for row in json.loads(call(capsys, "product", "list", "--json"))}
    assert rows["ipsc_opc"]["human_data_in_ms"] is False
    assert rows["adipose_msc"]["unknown"] == ["potency", "passage"]


@pytest.mark.parametrize("name", product_catalogue.names())
def test_a_product_is_shown_and_no_gap_is_hidden(capsys: Capture, name: str) -> None:
    text = call(capsys, "product", "show", name)
    product = product_catalogue.load(name)
    assert product.label in text
    assert "no medical advice" in text
    if product.unknown:
        assert "no data" in text
        assert all(one in text for one in product.unknown)
    if not product.human_data:
        assert "Human data in multiple sclerosis: none" in text
    assert json.loads(call(capsys, "product", "show", name, "--json"))["product_id"] == name


def test_an_unknown_product_ends_with_an_offer(capsys: Capture) -> None:
    assert main(["product", "show", "bm_mcs"]) == 2
    assert "did you mean bm_msc" in capsys.readouterr().err


def test_the_example_of_a_product_of_ones_own_is_shown_with_its_gaps(capsys: Capture) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "my_product.yaml"
    text = call(capsys, "product", "show", str(example))
    assert "Potency beside marrow cells: no data" in text
    assert "No data on potency, passage, donor_age_years" in text


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_the_example_of_a_certificate_fails_by_one_marker_and_says_what_is_missing(
    capsys: Capture,
) -> None:
    assert main(["product", "check", str(EXAMPLES / "certificate.yaml")]) == 1
    text = capsys.readouterr().out
    assert re.search(r"(?m)^fail +HLA-DR", text)
    assert re.search(r"(?m)^not decided +potency", text)
    assert re.search(r"(?m)^pass +sterility", text)
    assert "no release decision" in text
    assert main(["product", "check", "absent.yaml"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_the_values_of_a_judged_certificate_have_every_part(capsys: Capture) -> None:
    file = str(EXAMPLES / "certificate.yaml")
    assert main(["product", "check", file, "--json", "--on", "2026-05-01"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert values["verdict"] == "fail"
    assert values["judged_on"] == "2026-05-01"
    assert "no release decision" in values["note"]
    tests = {one["test"]: one for one in values["tests"]}
    assert tests["HLA-DR"]["reasons"] == ["3.5 percent is outside <= 2 percent"]
    assert tests["endotoxin"]["limits"][0]["row"] == 47
    assert tests["endotoxin"]["results"][0]["conversions"]
    assert all(one["unread"] in (True, False) for one in tests["sterility"]["limits"])
    assert main(["product", "check", file, "--on", "tomorrow"]) == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err


def test_a_certificate_that_passes_ends_with_0_and_two_batches_with_the_worse(
    capsys: Capture, tmp_path: Path
) -> None:
    shared = {key: value for key, value in good().items() if key not in ("batch", "tests")}
    batches = [{"batch": "1", "tests": good()["tests"]}, {"batch": "2", "tests": good()["tests"]}]
    file = tmp_path / "two.yaml"
    file.write_text(yaml.safe_dump(shared | {"batches": batches}), encoding="utf-8")
    values = json.loads(call(capsys, "product", "check", str(file), "--json"))
    assert values["verdict"] == "pass"
    assert [one["batch"] for one in values["batches"]] == ["1", "2"]
    batches[1]["expires"] = "2020-01-01"
    file.write_text(yaml.safe_dump(shared | {"batches": batches}), encoding="utf-8")
    assert main(["product", "check", str(file)]) == 1
    assert "the batch expired on 2020-01-01" in capsys.readouterr().out


@pytest.mark.parametrize("name", [*subjects()])
def test_a_template_can_be_read_as_it_is_and_decides_nothing(
    capsys: Capture, tmp_path: Path, name: str
) -> None:
    text = call(capsys, "product", "certificate", "--template", name)
    required = [test for test, rule in subjects()[name].tests.items() if rule.required]
    assert all(f'test: "{test}"' in text for test in required)
    file = tmp_path / "empty.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["product", "check", str(file), "--json"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert {one["verdict"] for one in values["tests"]} == {"not decided"}


def test_a_certificate_of_an_unknown_product_is_told_the_known_ones(capsys: Capture) -> None:
    assert main(["product", "certificate", "snake_oil"]) == 2
    error = capsys.readouterr().err
    assert all(name in error for name in product_catalogue.names())


def test_a_product_of_ones_own_can_be_certified(capsys: Capture, tmp_path: Path) -> None:
    own = ["--own", str(EXAMPLES / "my_product.yaml")]
    text = call(capsys, "product", "certificate", "my_cells", *own)
    assert "donor HIV" in text
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["product", "check", str(file)]) == 2
    assert "hand in one of your own with --own FILE" in capsys.readouterr().err
    assert main(["product", "check", str(file), *own]) == 1
