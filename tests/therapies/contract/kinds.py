"""What a kind of treatment promises; a new kind is registered here and every entry is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population
from remyelin.study.vocabulary import TreatmentClass
from remyelin.therapies.protocol import Protocol, Step

Effect = Callable[[Population, Population], NDArray[np.float64]]
"""From patients before and after: a number each, lower under a stronger treatment."""


@dataclass(frozen=True)
class Kind:
    """A kind of treatment.

    Attributes
    ----------
    effect
        What falls when the dose rises.
    largest_factor
        Multiple of the dose up to which it keeps falling.
    leftovers
        What must be nothing when the treatment was stopped long ago.
    harms
        Events that a small cohort must show within 30 years; empty where they are too rare for it
        (those of drugs are tested one by one in tests/model).
    """

    effect: Effect
    largest_factor: float
    leftovers: Callable[[Population], NDArray[np.float64]]
    harms: tuple[str, ...] = ()


def new_lesions(before: Population, after: Population) -> NDArray[np.float64]:
    """Lesions since the start; the same random words make them fall with the rate."""
    return after.state.lesions.t2_total - before.state.lesions.t2_total


def drug_left(people: Population) -> NDArray[np.float64]:
    """Drug that still acts."""
    state, levels = people.state, people.levels
    parts = [*state.blocks, state.targets.egress, state.targets.microglia, state.b_cells.cd20]
    return np.sum([np.abs(part) for part in [*parts, *levels]], axis=0)


def what_cells_spare(before: Population, after: Population) -> NDArray[np.float64]:
    """New lesions, smouldering and demyelinated tissue since the start."""
    now, then = after.state.tissue, before.state.tissue
    spared = now.smouldering - then.smouldering + now.demyelinated - then.demyelinated
    return new_lesions(before, after) + spared


def cells_left(people: Population) -> NDArray[np.float64]:
    """Living cells and what they do to the host; oligodendrocytes of a graft stay for years."""
    state = people.state
    graft = [state.graft.precursors + state.graft.supporters]
    graft = [np.where(part < 1e-3, 0.0, part) for part in graft]
    effects = [np.where(part < 1e-4, 0.0, part) for part in state.cell_effects]
    parts = [*state.mesenchymal, *effects, *graft, *people.levels]
    return np.sum([np.abs(part) for part in parts], axis=0)


def lost_function(before: Population, after: Population) -> NDArray[np.float64]:
    """What training gains, with the sign turned; it acts on function alone."""
    gains = after.state.fluctuation
    return -(gains.trained_cerebral + gains.trained_brainstem + gains.trained_spinal)


def training_left(people: Population) -> NDArray[np.float64]:
    """Training that goes on, or a gain that has not faded."""
    return lost_function(people, people) * -1.0 + np.sum(people.levels, axis=0)


KINDS: dict[TreatmentClass, Kind] = {
    TreatmentClass.DMT: Kind(effect=new_lesions, largest_factor=2.0, leftovers=drug_left),
    TreatmentClass.AHSCT: Kind(
        effect=new_lesions,
        largest_factor=1.0,
        leftovers=drug_left,
        harms=("neutropenia", "febrile_neutropenia", "infection"),
    ),
    TreatmentClass.MSC: Kind(
        effect=what_cells_spare,
        largest_factor=4.0,
        leftovers=cells_left,
        harms=("cell_fever",),
    ),
    TreatmentClass.NSC: Kind(effect=what_cells_spare, largest_factor=4.0, leftovers=cells_left),
    TreatmentClass.OPC: Kind(effect=what_cells_spare, largest_factor=4.0, leftovers=cells_left),
    TreatmentClass.OTHER: Kind(effect=lost_function, largest_factor=1.0, leftovers=training_left),
}
"""The kinds; cells, grafts and rehabilitation register theirs."""


def at_dose(protocol: Protocol, factor: float) -> Protocol:
    """Give the same protocol with every dose times a factor.

    A step that acts without a dose, as a graft collected before, acts in full or, at 0, not.
    """
    return protocol.model_copy(
        update={"steps": tuple(_step(step, factor) for step in protocol.steps)}
    )


def _step(step: Step, factor: float) -> Step:
    if step.dose is not None:
        return step.model_copy(update={"dose": step.dose * factor})
    return step if factor > 0.0 else step.model_copy(update={"moves": {}})


def count(seen: Happenings, event: str) -> int:
    """Count events."""
    return len(seen.of(event)[0])
