"""The commands that list and show cell products and judge a certificate of analysis."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from remyelin.cli.session import Json, group, say, say_json
from remyelin.errors import ExitCode, UnknownNameError, UsageError
from remyelin.files import shown
from remyelin.reports.wording import DISCLAIMER

if TYPE_CHECKING:
    from remyelin.therapies.product import Product
    from remyelin.therapies.release_tests.limits import Limits

Own: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--own", metavar="FILE", help="Product file of one's own that may be named."),
]

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
    own: Own = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="Day to which dates are held [today]."),
    ] = None,
    json: Json = False,
) -> None:
    """Judge a certificate of analysis: pass, fail or not decided for each test, with source.

    Research software: no release decision. Ends with 1 where a batch fails or is not decided.
    """
    from remyelin.reports.certificates import NO_RELEASE, certificate_text, certificate_values
    from remyelin.therapies.release_tests.certificate import read
    from remyelin.therapies.release_tests.judgement import judge
    from remyelin.therapies.release_tests.verdict import Verdict

    day = _day(on)
    batches = read(file, own=_own_products(own))
    judged = [judge(one, _limits(), on=day) for one in batches]
    if json:
        say_json(certificate_values(judged))
    else:
        for one in judged:
            say(certificate_text(one))
            say("")
        say(f"{NO_RELEASE} {DISCLAIMER}")
    if any(one.verdict is not Verdict.PASS for one in judged):
        raise typer.Exit(int(ExitCode.FAILURE))


@listing.command("certificate")
def show_certificate(
    name: Annotated[
        str, typer.Argument(metavar="[PRODUCT]", help="Product that is certified [bm_msc].")
    ] = "bm_msc",
    *,
    template: Annotated[
        bool, typer.Option("--template", help="Print a certificate to fill in (as without).")
    ] = False,
    own: Own = None,
) -> None:
    """Print a certificate to fill in: each required test with methods, unit and limits."""
    from remyelin.therapies.release_tests.subject import subjects
    from remyelin.therapies.release_tests.template import template as filled

    known = subjects(_own_products(own))
    if name not in known:
        raise UnknownNameError("product", shown(name), tuple(known), f"known: {', '.join(known)}")
    say(filled(known[name], _limits()))


def _limits() -> Limits:
    from remyelin.evidence import special
    from remyelin.therapies.release_tests.limits import limits_from

    return limits_from(special.load("quality"))


def _own_products(paths: list[str] | None) -> list[Product]:
    from remyelin.therapies import product_catalogue

    return [product_catalogue.read(path) for path in paths or ()]


def _day(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--on is {shown(text)}; allowed is a date, YYYY-MM-DD") from None
