"""An assessment: functional systems and EDSS, as a rater finds them or as they truly are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from remyelin.model.draws import normal
from remyelin.model.edss import ItemParameters, Rating, rate_edss
from remyelin.model.function import LatentParameters, latent_disability
from remyelin.model.numeric import Numeric, Value
from remyelin.model.states import Deficit, Fluctuation, Tissue
from remyelin.model.traits import Disease, ItemOffsets


class AssessmentParameters(NamedTuple):
    """Parameters of an assessment."""

    latent: LatentParameters
    items: ItemParameters


RATING_BLOCKS = 4
"""Blocks of uniforms that one rating takes: two words for each of eight items."""


def assess(
    m: Numeric,
    p: AssessmentParameters,
    *,
    deficit: Deficit,
    fluctuation: Fluctuation,
    tissue: Tissue,
    disease: Disease,
    offsets: ItemOffsets,
    u: Sequence[Value] | None,
) -> Rating:
    """Rate functional systems and EDSS as one rater would on one day; without u, without noise."""
    latent = latent_disability(
        m, p.latent, deficit=deficit, fluctuation=fluctuation, tissue=tissue, disease=disease
    )
    noise = None
    if u is not None:
        noise = [normal(m, u[2 * k], u[2 * k + 1]) for k in range(len(offsets))]
    return rate_edss(m, p.items, latent=latent, offsets=offsets, noise=noise)
