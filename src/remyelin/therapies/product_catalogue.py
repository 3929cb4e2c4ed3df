"""The cell products that ship with the package, and products of one's own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_csv, parse_yaml, read_yaml, shown
from remyelin.study.problems import problems_of
from remyelin.therapies.drug_names import plain
from remyelin.therapies.product import Product

_SUFFIX = ".yaml"
_ADVICE = "`remyelin product show bm_msc` shows a product with every key that it may have."


@cache
def names() -> tuple[str, ...]:
    """List the products, sorted."""
    folder = files("remyelin.therapies").joinpath("products")
    found = (item.name for item in folder.iterdir() if item.name.endswith(_SUFFIX))
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found))


@cache
def _other_names() -> dict[str, str]:
    text = files("remyelin.therapies").joinpath("product_names.csv").read_text(encoding="utf-8")
    rows = parse_csv(text, where="product_names.csv")
    return {plain(row["name"]): row["product_id"] for row in rows}


@cache
def load(product_id: str) -> Product:
    """Give a product.

    Raises
    ------
    UnknownNameError
        There is no such product; a slip of the pen is pointed out.
    InputError
        Its file is malformed.
    """
    if product_id not in names():
        if (found := _other_names().get(plain(product_id))) is not None:
            return load(found)
        raise UnknownNameError("product", shown(product_id), names())
    path = files("remyelin.therapies").joinpath("products", product_id + _SUFFIX)
    where = f"products/{product_id}{_SUFFIX}"
    return from_mapping(parse_yaml(path.read_text(encoding="utf-8"), where=where), where=where)


def read(path: str | Path) -> Product:
    """Read a product from a YAML file.

    Raises
    ------
    InputError
        The file cannot be read or is not a product; every problem is listed.
    """
    return from_mapping(read_yaml(path), where=shown(str(path)))


def from_mapping(data: object, *, where: str) -> Product:
    """Read a product from plain data.

    Raises
    ------
    InputError
        The data are not a product; every problem is listed.
    """
    try:
        return Product.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, Product), _ADVICE) from None
