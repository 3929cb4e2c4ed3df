"""Batches of a cell product: potency of each patient's cells, and manufactures that fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from remyelin.model.draws import normal
from remyelin.model.numeric import Numeric, Value
from remyelin.parameters import ParameterTable
from remyelin.therapies import product_catalogue
from remyelin.therapies.product import Donor, Product
from remyelin.therapies.protocol import Protocol, StepKind

Uniforms = Sequence[NDArray[np.float64]]
Words = Callable[[int], Uniforms]
"""From a number to four uniforms for each patient."""

_SAME_DONOR = 0
_MANUFACTURE = 1 << 20
"""Number of the words that decide on manufacture, beyond that of any step."""

_TRIES = 2
"""Manufactures that are tried for one patient."""


@dataclass(frozen=True)
class Donors:
    """The patients of a course as receivers, and perhaps donors, of cells.

    Attributes
    ----------
    age
        Age of each patient at the start (years).
    own
        Words of each patient.
    common
        Words that all patients of a replicate share: what is not known of a product is the same
        for all of them.
    numeric
        Arithmetic.
    """

    age: NDArray[np.float64]
    own: Words
    common: Words
    numeric: Numeric

    def potency(self, product: Product, place: int, table: ParameterTable) -> NDArray[np.float64]:
        """Give the potency of each patient's batch over that of the median donor.

        Autologous cells are one batch; of foreign cells each step brings another donor.
        """
        mine = product.donor is Donor.AUTOLOGOUS
        number = _SAME_DONOR if mine else 1 + place
        log = table["potency_log_sd"].internal * _normal(self.numeric, self.own(number))
        if mine:
            above = np.maximum(0.0, self.age - table["donor_age_reference"].internal)
            log = log - table["donor_age_potency_loss"].internal * above
        doubt = table["product_unknown_log_sd"].internal * np.sqrt(len(product.unknown))
        if doubt > 0.0:
            log = log + doubt * _normal(
                self.numeric, self.common(crc32(product.product_id.encode()))
            )
        found: NDArray[np.float64] = np.exp(log)
        return found

    def tries(self, product: Product) -> NDArray[np.int64]:
        """Give the manufactures that each patient needed; one more than allowed: no product."""
        failure = product.manufacture.failure
        share = 0.0 if failure is None else failure.value
        words = self.own(_MANUFACTURE)
        needed = np.ones(len(self.age), dtype=np.int64)
        failed = np.ones(len(self.age), dtype=bool)
        for place in range(_TRIES):
            failed &= words[place] < share
            needed += failed
        return needed


def _normal(m: Numeric, words: Uniforms) -> Value:
    return normal(m, words[0], words[1])


def made_for(protocol: Protocol) -> Product | None:
    """Give the product that a protocol makes for each patient, where it tells its manufacture."""
    for step in protocol.steps:
        if step.kind is StepKind.PROCESSING and step.product:
            return product_catalogue.load(step.product)
    return None


@dataclass(frozen=True)
class Release:
    """What came of manufacture, for each patient.

    Attributes
    ----------
    delay
        Days by which treatment is late.
    given
        Whether there is a product at all.
    """

    delay: NDArray[np.int64]
    given: NDArray[np.bool_]


def release(product: Product, donors: Donors) -> Release:
    """Draw the manufactures of the patients of a course; a failure costs the time of another."""
    tries = donors.tries(product)
    days = product.manufacture.days
    again = 0.0 if days is None else days.value
    late = np.rint((np.minimum(tries, _TRIES) - 1) * again).astype(np.int64)
    return Release(late, tries <= _TRIES)
