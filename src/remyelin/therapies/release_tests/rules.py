"""Which release tests each kind of product must have, and what each is held to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.study.fields import Figure, Frozen, Text
from remyelin.study.vocabulary import Mark
from remyelin.therapies.product import Donor
from remyelin.therapies.release_tests.limits import Limit, Limits
from remyelin.therapies.release_tests.texts import ResultKind, normal
from remyelin.therapies.step import Route

_WHERE = "rules.yaml"


class CellKind(StrEnum):
    """Kinds of products that are judged by release tests of their own."""

    MESENCHYMAL = "mesenchymal"
    NEURAL = "neural"
    OPC = "opc"
    PLURIPOTENT_NEURAL = "pluripotent_neural"
    SCHWANN = "schwann"
    HAEMATOPOIETIC_GRAFT = "haematopoietic_graft"


class Specimen(StrEnum):
    """What was tested."""

    PRODUCT = "product"
    SUPERNATANT = "supernatant"
    BANK = "bank"
    REFERENCE_SAMPLE = "reference sample"
    DONOR = "donor"


class Clause(Frozen):
    """One thing that a test is held to.

    Attributes
    ----------
    row, asked, source, mark
        Row of the table ``quality``, or words with a source of their own; with both, the words
        stand for the row's.
    methods
        Methods for which it holds; all where empty.
    central
        Whether it holds for products given into the CNS (true), elsewhere (false) or both.
    days
        Shortest incubation.
    """

    row: int | None = None
    asked: Text = ""
    source: Text = ""
    mark: Mark = Mark.SEEN
    methods: tuple[str, ...] = ()
    central: bool | None = None
    days: Figure | None = None


class Parts(Frozen):
    """Parts that a test is made of; ``needed`` where they are asked for unnamed too."""

    names: tuple[str, ...]
    needed: bool = False
    source: Text
    mark: Mark


PartField = Literal["method", "medium", "condition"]


class ReleaseTest(Frozen):
    """A release test.

    Attributes
    ----------
    kind, required
        What its results say, and whether a batch needs it.
    unit
        Of a number, the unit in which it is asked; others of the same dimension are read too.
    aliases
        Other names.
    clauses
        What it is held to; none where the evidence base has no limit.
    parts
        What it is made of: methods, media or conditions.
    specimens
        What may be tested; the first where a certificate does not tell.
    metaphases
        Fewest metaphases of a karyotype.
    method_needed
        Whether a result means nothing without its method.
    """

    kind: ResultKind
    required: bool = True
    unit: str = "percent"
    aliases: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    parts: dict[PartField, Parts] = Field(default_factory=dict)
    specimens: tuple[Specimen, ...] = (Specimen.PRODUCT,)
    metaphases: Figure | None = None
    method_needed: bool = False

    def clauses_by(self, route: Route) -> tuple[Clause, ...]:
        """Give the clauses that hold for a route."""
        central = route not in (Route.INTRAVENOUS, Route.SUBCUTANEOUS, Route.INTRAMUSCULAR)
        return tuple(one for one in self.clauses if one.central in (None, central))

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that the clauses name."""
        return tuple(dict.fromkeys(name for one in self.clauses for name in one.methods))


class Kind(Frozen):
    """Tests of a kind of product, and the product types whose rows it may use."""

    types: tuple[str, ...]
    general: tuple[str, ...] = ()
    tests: dict[str, ReleaseTest]


class OtherProduct(Frozen):
    """A product that is judged although the catalogue does not describe it."""

    kind: CellKind
    donor: Donor
    routes: tuple[Route, ...]
    pluripotent: bool = False


class Rules(Frozen):
    """Everything that the file of rules says."""

    words: dict[str, tuple[str, ...]]
    general: dict[str, ReleaseTest]
    kinds: dict[CellKind, Kind]
    allogeneic: dict[str, ReleaseTest]
    pluripotent: dict[str, ReleaseTest]
    products: dict[str, OtherProduct]


@cache
def rules() -> Rules:
    """Give the rules of the package."""
    text = files("remyelin.therapies.release_tests").joinpath(_WHERE).read_text(encoding="utf-8")
    return Rules.model_validate(parse_yaml(text, where=_WHERE))


def release_tests_of(
    kind: CellKind, *, allogeneic: bool = False, pluripotent: bool = False
) -> Mapping[str, ReleaseTest]:
    """Give the release tests of a product, by name.

    Parameters
    ----------
    kind
        Kind of product.
    allogeneic
        Whether the cells are of another person, who must be tested too.
    pluripotent
        Whether they were made from pluripotent cells.
    """
    known = rules()
    tests = dict(known.kinds[kind].tests)
    tests |= {name: known.general[name] for name in known.kinds[kind].general}
    if pluripotent and kind is not CellKind.PLURIPOTENT_NEURAL:
        tests |= known.pluripotent
    return tests | known.allogeneic if allogeneic else tests


def word_named(text: str) -> str | None:
    """Name of the method, medium or condition that a text stands for; None for any other."""
    given = normal(text)
    for name, others in rules().words.items():
        if given == name or given in map(normal, others):
            return name
    return None


def limit_of(clause: Clause, kind: CellKind, limits: Limits) -> Limit:
    """Give what a clause holds a test to.

    Raises
    ------
    InputError
        The row is not among those handed in, or is about another product.
    """
    if clause.row is None:
        return Limit(clause.asked, clause.source, clause.mark.value)
    limit = limits.get(clause.row)
    if limit is None:
        raise InputError("quality", [f"row {clause.row} is missing; rules.yaml names it"])
    allowed = rules().kinds[kind].types
    if limit.product_type not in allowed:
        raise InputError(
            "rules.yaml",
            [
                f"row {clause.row} is about {limit.product_type}; allowed for {kind}: "
                f"{', '.join(allowed)}"
            ],
        )
    if clause.asked:
        return Limit(
            clause.asked,
            limit.source,
            limit.mark,
            limit.row,
            limit.product_type,
            second_hand=limit.second_hand,
        )
    return limit


def all_clauses() -> Iterator[tuple[CellKind, str, ReleaseTest, Clause]]:
    """Give every clause with the kind and the test that it belongs to."""
    for kind in CellKind:
        for name, test in release_tests_of(kind, allogeneic=True, pluripotent=True).items():
            for clause in test.clauses:
                yield kind, name, test, clause
