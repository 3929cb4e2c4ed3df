"""The page on therapies says what the code says."""

from __future__ import annotations

from pathlib import Path

from remyelin.therapies import catalogue
from tools import therapy_page

ROOT = Path(__file__).resolve().parents[2]


def test_the_made_part_of_the_page_is_that_of_the_code() -> None:
    text = (ROOT / therapy_page.PAGE).read_text(encoding="utf-8")
    assert therapy_page.page(text) == text


def test_the_page_on_drugs_is_that_of_the_data() -> None:
    assert (ROOT / therapy_page.DRUGS).read_text(encoding="utf-8") == therapy_page.drugs_page()


def test_the_example_of_the_page_is_the_example_file() -> None:
    text = (ROOT / therapy_page.PAGE).read_text(encoding="utf-8")
    block = text.split("```yaml\n# my_regimen.yaml\n")[1].split("```")[0]
    example = catalogue.read(ROOT / "examples" / "my_regimen.yaml")
    told = ROOT / "examples" / "my_regimen.yaml"
    assert catalogue.parse(block, where="page") == example
    assert block in told.read_text(encoding="utf-8")
