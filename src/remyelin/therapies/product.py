"""A cell product: what it is, how it is made, and which of its properties are known."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from remyelin.study.fields import Figure, Frozen, Identifier, Text
from remyelin.study.vocabulary import Mark
from remyelin.therapies.step import Route

PRIOR = "prior"
"""Word of a product file: the figure is that of the parameter table."""

NO_DATA = "no data"
"""Printed beside a property that nobody has measured."""


class ProductKind(StrEnum):
    """How a product reaches the model."""

    MESENCHYMAL = "mesenchymal"
    NEURAL = "neural"


class Tissue(StrEnum):
    """Source of the cells."""

    BONE_MARROW = "bone_marrow"
    ADIPOSE = "adipose"
    UMBILICAL_CORD = "umbilical_cord"
    PLACENTA = "placenta"
    FETAL_NEURAL = "fetal_neural"
    IPSC = "ipsc"


class Donor(StrEnum):
    """Whose cells they are."""

    AUTOLOGOUS = "autologous"
    ALLOGENEIC = "allogeneic"


class Form(StrEnum):
    """How the cells come to the bedside."""

    FRESH = "fresh"
    THAWED = "thawed"


class Precursors(StrEnum):
    """Which share of neural cells may become oligodendrocytes: a key of the parameter table."""

    NEURAL_STEM = "neural_precursor_share_nsc"
    PRECURSOR = "neural_precursor_share_opc"


class Manufacture(Frozen):
    """How the cells are made; what nobody has told is absent.

    Attributes
    ----------
    cells
        Cells that one manufacture gives (1e6).
    doubling_hours, senescence_passage, passage
        Doubling time, passage at which cells age, and passage of release.
    days
        Days from collection to release.
    failure
        Share of manufactures that give nothing that can be released.
    """

    cells: Figure | None = None
    doubling_hours: Figure | None = None
    senescence_passage: Figure | None = None
    passage: Figure | None = None
    days: Figure | None = None
    failure: Figure | None = None


class HumanDose(Frozen):
    """The largest single dose that was given to people by one route.

    Attributes
    ----------
    route, unit, high
        Route, unit (1e6 cells or 1e6 cells/kg), and the dose.
    source, mark
        Where it was read, and how well it is known.
    """

    route: Route
    unit: Literal["1e6 cells", "1e6 cells/kg"]
    high: Annotated[float, Field(gt=0.0)]
    source: Text
    mark: Mark


class Product(Frozen):
    """A cell product.

    Attributes
    ----------
    product_id, label
        Name in protocols, and for people.
    kind, tissue, donor, matched, pluripotent
        What it acts as, source, whose cells, whether they are matched to the patient, and whether
        they were made from pluripotent cells.
    donor_age_years
        Age of the donor; of autologous cells it is the patient's.
    routes
        Ways in which it can be given.
    form, viability, bag_minutes
        Fresh or thawed, viable share at release, and minutes in the bag.
    potency
        Potency of a cell beside an autologous marrow cell.
    manufacture
        How it is made.
    precursors
        Of a neural product, which share may become oligodendrocytes.
    human_doses, human_data
        Largest human doses, and in words what is known of people with multiple sclerosis; empty
        where nobody with it ever got such cells.
    citation, mark
        Source, and how well it is known.
    """

    product_id: Identifier
    label: Text
    kind: ProductKind
    tissue: Tissue
    donor: Donor
    matched: bool = False
    pluripotent: bool = False
    donor_age_years: Figure | None = None
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    form: Form
    viability: Figure | Literal["prior"] | None = None
    bag_minutes: Figure | None = None
    potency: Figure | None = None
    manufacture: Manufacture = Manufacture()
    precursors: Precursors | None = None
    human_doses: tuple[HumanDose, ...] = ()
    human_data: Text = ""
    citation: Text
    mark: Mark
    notes: tuple[Text, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether the host would reject a graft of it."""
        return self.donor is Donor.ALLOGENEIC and not self.matched

    @property
    def unknown(self) -> tuple[str, ...]:
        """Properties that act in the model and that nobody has measured."""
        known = {
            "potency": self.potency,
            "passage": self.manufacture.passage,
            "donor_age_years": self.donor_age_years,
        }
        if self.donor is Donor.AUTOLOGOUS:
            del known["donor_age_years"]
        return tuple(name for name, figure in known.items() if figure is None)

    @model_validator(mode="after")
    def _consistent(self) -> Product:
        problems = list(self._problems())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        if self.viability is None:
            yield (
                "viability: missing; give the viable share with source and mark, or the word "
                "`prior` for the row of the parameter table (rule viability_is_known)"
            )
        shares = {"viability": self.viability, "manufacture.failure": self.manufacture.failure}
        for name, figure in shares.items():
            if isinstance(figure, Figure) and not 0.0 <= figure.value <= 1.0:
                yield f"{name}: {figure.value:g} given, allowed 0 to 1 (rule share)"
        ages = {
            "donor_age_years": self.donor_age_years,
            "bag_minutes": self.bag_minutes,
            "potency": self.potency,
            "manufacture.passage": self.manufacture.passage,
            "manufacture.days": self.manufacture.days,
        }
        for name, figure in ages.items():
            if figure is not None and figure.value < 0.0:
                yield f"{name}: {figure.value:g} given, allowed 0 or more (rule not_negative)"
        neural = self.kind is ProductKind.NEURAL
        if neural != (self.precursors is not None):
            yield (
                f"precursors: needed for neural cells and only for them; allowed: "
                f"{', '.join(Precursors)} (rule precursors_of_neural_cells)"
            )
        if neural and Route.INTRAVENOUS in self.routes:
            yield "routes: IV given; neural cells cannot reach the CNS from a vein (rule route)"
        if self.donor is Donor.AUTOLOGOUS and self.donor_age_years is not None:
            yield "donor_age_years: of autologous cells it is the patient's (rule donor_age)"
