"""The commands that list and show cell products and judge a certificate of analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.session import Json, group, say, say_json
from remyelin.errors import ExitCode
from remyelin.reports.wording import DISCLAIMER

if TYPE_CHECKING:
    from remyelin.therapies.product import Product

listing = group("Cell products: what they are, what is known of them, and whether a batch passes.")


def _row(product: Product) -> dict[str, object]:
    return {
        **product.model_dump(mode="json"),
        "unknown": list(product.unknown),
        "human_data_in_ms": bool(product.human_data),
    }


@listing.command("list")
def list_products(json: Json = False) -> None:
    """List the products: source, donor, routes, and what has no data."""
    from remyelin.therapies import product_catalogue

    chosen = [product_catalogue.load(name) for name in product_catalogue.names()]
    if json:
        say_json([_row(one) for one in chosen])
        return
    width = max(len(one.product_id) for one in chosen)
    for one in chosen:
        gaps = f"no data: {', '.join(one.unknown)}" if one.unknown else "all that acts is told"
        human = "" if one.human_data else "; no human data in multiple sclerosis"
        routes = "/".join(one.routes)
        say(f"{one.product_id:<{width}}  {routes:<20}  {one.donor:<10}  {one.label}")
        say(f"{'':<{width}}  {gaps}{human}")
    say(f"\n{len(chosen)} products. {DISCLAIMER}")


@listing.command("show")
def show_product(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of a product, or a product file (.yaml).")
    ],
    *,
    json: Json = False,
) -> None:
    """Show a product with sources and marks; what nobody has measured prints "no data"."""
    from remyelin.parameters import ParameterTable
    from remyelin.reports.products import described
    from remyelin.therapies import product_catalogue

    own = name.lower().endswith((".yaml", ".yml"))
    product = product_catalogue.read(name) if own else product_catalogue.load(name)
    if json:
        say_json(_row(product))
        return
    say(described(product, ParameterTable.load()))
    say(DISCLAIMER)


@listing.command("check")
def check_certificate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Certificate of analysis (.yaml).")],
    *,
    json: Json = False,
) -> None:
    """Judge a certificate of analysis: pass, fail or unknown for each release test, with source.

    Ends with 1 where a test fails or is unknown.
    """
    from dataclasses import asdict

    from remyelin.evidence.certificates import Verdict, judge, of_batch, read

    certificate = read(file)
    tests = judge(certificate)
    batch = of_batch(tests)
    if json:
        say_json(
            {
                "product": certificate.product,
                "batch": certificate.batch,
                "verdict": batch.value,
                "tests": [asdict(one) for one in tests],
            }
        )
    else:
        width = max(len(one.test) for one in tests)
        for one in tests:
            asked = f"; asked: {one.allowed}" if one.allowed else ""
            source = f" [{one.source}; {one.mark}]" if one.source else ""
            reason = f"; {one.reason}" if one.reason else ""
            say(f"{one.verdict:<7}  {one.test:<{width}}  {one.given}{asked}{reason}{source}")
        say(f"\n{certificate.product}, batch {certificate.batch}: {batch}. {DISCLAIMER}")
    if batch is not Verdict.PASS:
        raise typer.Exit(int(ExitCode.FAILURE))
