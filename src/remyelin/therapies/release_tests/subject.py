"""What a certificate is of: a product of the catalogue, of one's own, or another known one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remyelin.errors import InputError
from remyelin.therapies import product_catalogue
from remyelin.therapies.product import Donor, Precursors, Product, ProductKind
from remyelin.therapies.release_tests.rules import CellKind, ReleaseTest, release_tests_of, rules
from remyelin.therapies.step import Route


@dataclass(frozen=True)
class Subject:
    """A product as far as release tests ask for it.

    Attributes
    ----------
    name, kind
        Name, and the kind that decides on the tests.
    allogeneic, pluripotent
        Whether the cells are of another person, and whether they come from pluripotent ones.
    routes
        Ways in which it can be given.
    """

    name: str
    kind: CellKind
    allogeneic: bool
    pluripotent: bool
    routes: tuple[Route, ...]

    @property
    def tests(self) -> Mapping[str, ReleaseTest]:
        """Release tests by name."""
        return release_tests_of(self.kind, allogeneic=self.allogeneic, pluripotent=self.pluripotent)


def subjects(own: Sequence[Product] = ()) -> Mapping[str, Subject]:
    """Give every product that can be judged, by name.

    Parameters
    ----------
    own
        Products of one's own, beside those of the catalogue.

    Raises
    ------
    InputError
        A product of one's own has the name of another.
    """
    taken = (*product_catalogue.names(), *rules().products)
    names = [one.product_id for one in own]
    twice = sorted({name for name in names if name in taken or names.count(name) > 1})
    if twice:
        raise InputError(
            "--own", [f"product_id: {name} is taken; choose another" for name in twice]
        )
    catalogue = [product_catalogue.load(name) for name in product_catalogue.names()]
    known = {one.product_id: _of_product(one) for one in (*catalogue, *own)}
    for name, one in rules().products.items():
        foreign = one.donor is Donor.ALLOGENEIC
        known[name] = Subject(name, one.kind, foreign, one.pluripotent, one.routes)
    return known


def _of_product(product: Product) -> Subject:
    return Subject(
        name=product.product_id,
        kind=_kind(product),
        allogeneic=product.donor is Donor.ALLOGENEIC,
        pluripotent=product.pluripotent,
        routes=product.routes,
    )


def _kind(product: Product) -> CellKind:
    if product.kind is ProductKind.MESENCHYMAL:
        return CellKind.MESENCHYMAL
    if product.precursors is Precursors.PRECURSOR:
        return CellKind.OPC
    return CellKind.PLURIPOTENT_NEURAL if product.pluripotent else CellKind.NEURAL
