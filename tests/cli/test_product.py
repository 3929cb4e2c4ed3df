"""The product commands: what has no data says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remyelin.cli.main import main
from remyelin.therapies import product_catalogue

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
