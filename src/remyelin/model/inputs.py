"""What is done to a patient: levels that last and pulses of one day.

Every input is an addition to nothing: at 0 the patient is untreated, to the bit.
"""

from __future__ import annotations

from typing import NamedTuple

from remyelin.model.numeric import Value


class Levels(NamedTuple):
    """Inputs that hold until they are changed."""

    traffic_target: Value = 0.0
    """Share of cell traffic into the CNS that the drug blocks at steady state."""
    activation_target: Value = 0.0
    """Share of immune activation that the drug blocks at steady state."""
    gcsf: Value = 0.0
    """1 while G-CSF is given."""
    immunosuppression: Value = 0.0
    """Protection of a graft from rejection, 0 none, 1 complete."""
    training_cerebral: Value = 0.0
    """Gain that cognitive training can give at the reference age (latent)."""
    training_brainstem: Value = 0.0
    """Gain that training of balance, speech or swallowing can give (latent)."""
    training_spinal: Value = 0.0
    """Gain that training of strength and walking can give (latent)."""


class Pulse(NamedTuple):
    """Inputs of one day."""

    cd20: Value = 0.0
    """Anti-CD20 level reached (courses)."""
    clone_kill: Value = 0.0
    """Mean kill of autoreactive clones (log10)."""
    effector_kill: Value = 0.0
    """Kill of circulating effectors (log10)."""
    naive_kill: Value = 0.0
    """Kill of naive CD4 cells (log10)."""
    memory_kill: Value = 0.0
    """Kill of memory CD4 cells (log10)."""
    b_kill: Value = 0.0
    """Kill of B cells (log10)."""
    memory_b_kill: Value = 0.0
    """Kill of memory B cells (log10)."""
    thymic_loss: Value = 0.0
    """Share of thymic function lost."""
    smouldering_removed: Value = 0.0
    """Share of smouldering burden removed."""
    neurotoxicity: Value = 0.0
    """Brain volume committed to loss (%)."""
    progenitor_kill: Value = 0.0
    """Kill of marrow progenitors (log10)."""
    graft_cd34: Value = 0.0
    """CD34 cells reinfused (1e6/kg) at the patient's median mobilisation."""
    msc_lung: Value = 0.0
    """Living mesenchymal cells that lodge in the lung, weighted by potency (1e6/kg)."""
    msc_fluid: Value = 0.0
    """Living mesenchymal cells that stay in the cerebrospinal fluid, so weighted (1e6)."""
    graft_precursors: Value = 0.0
    """Living grafted cells that may become oligodendrocytes (1e6)."""
    graft_supporters: Value = 0.0
    """Living grafted cells that never do (1e6)."""
    graft_reach: Value = 0.0
    """Places from which grafted cells migrate."""
    graft_foreign: Value = 0.0
    """1 when the graft comes from another person and is not matched."""
    graft_tumour_risk: Value = 0.0
    """Chance that the graft gives a tumour."""
