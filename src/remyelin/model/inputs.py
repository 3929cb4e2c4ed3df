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
    relapse_steroids: Value = 0.0
    """Share of relapses that are treated with steroids."""
    egress_target: Value = 0.0
    """Share of lymphocyte egress from lymph nodes that the drug blocks at steady state."""
    microglia_target: Value = 0.0
    """Share of smouldering activity of CNS-resident cells that the drug blocks at steady state."""


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
    steroids: Value = 0.0
    """High-dose steroids (1: one full course)."""
    course_kill: Value = 0.0
    """Mean kill of autoreactive clones by a course of a depleting drug (log10)."""
    course_share: Value = 0.0
    """Size of that course in full courses; the spread between clones grows with it."""
