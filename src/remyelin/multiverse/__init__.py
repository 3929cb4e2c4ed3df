"""All definitions on one set of data: how far the answer depends on the definition."""

from __future__ import annotations

from remyelin.multiverse.agreement import Agreement, agreement
from remyelin.multiverse.analysis import Answer, Multiverse, explore
from remyelin.multiverse.choices import Choice, Level, choices
from remyelin.multiverse.decomposition import Decomposition, Effect, decompose
from remyelin.multiverse.estimate import Contrast, Estimate
from remyelin.multiverse.family import Family, family_of
from remyelin.multiverse.grid import Variant, chosen, variants

__all__ = [
    "Agreement",
    "Answer",
    "Choice",
    "Contrast",
    "Decomposition",
    "Effect",
    "Estimate",
    "Family",
    "Level",
    "Multiverse",
    "Variant",
    "agreement",
    "choices",
    "chosen",
    "decompose",
    "explore",
    "family_of",
    "variants",
]
