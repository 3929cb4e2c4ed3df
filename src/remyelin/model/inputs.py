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
    flare: Value = 0.0
    """Rise of immune activation while mobilisation provokes it (0 none)."""
    pml_rate: Value = 0.0
    """Rate of progressive multifocal leukoencephalopathy of the reference patient (per day)."""
    liver_rate: Value = 0.0
    """Rate of liver injury of grade 3 (per day)."""
    lymphopenia_rate: Value = 0.0
    """Rate of lymphopenia of grade 3 that a drug brings (per day)."""
    serious_infection_rate: Value = 0.0
    """Rate of serious infections that a drug adds (per day)."""
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
    steroids: Value = 0.0
    """High-dose steroids (1: one full course)."""
    course_kill: Value = 0.0
    """Mean kill of autoreactive clones by a course of a depleting drug (log10)."""
    course_share: Value = 0.0
    """Size of that course in full courses; the spread between clones grows with it."""
    conditioning: Value = 0.0
    """1 on each day of conditioning: only those with a graft in store go on."""
    atg: Value = 0.0
    """Anti-thymocyte globulin given (courses of 6 mg/kg of rabbit ATG)."""
    clone_atg: Value = 0.0
    """All ATG of the conditioning, for its share in the kill of clones (courses)."""
    graft_atg: Value = 0.0
    """ATG that still meets the T cells of the graft (courses)."""
    toxicity: Value = 0.0
    """Organ toxicity (1 = cyclophosphamide 200 mg/kg with ATG)."""
    gonadotoxicity: Value = 0.0
    """Alkylating dose (g/m2 of cyclophosphamide, by equivalents)."""
    alemtuzumab: Value = 0.0
    """Alemtuzumab given (courses), for secondary autoimmunity."""
    mobilisation: Value = 0.0
    """Median peak of CD34 cells in blood that mobilisation brings (cells/uL)."""
    mobilisation_rescue: Value = 0.0
    """Relative rise of a low peak by a second mobilising drug."""
    apheresis: Value = 0.0
    """Leukapheresis: CD34 cells collected at a peak of 1 cell/uL (1e6/kg)."""
    marrow_harvest: Value = 0.0
    """CD34 cells from marrow, for those who have too few (1e6/kg)."""
    graft_selection: Value = 0.0
    """T cells removed from the stored graft (log10)."""
    graft_stored: Value = 0.0
    """Reinfusion of the stored graft: share of its CD34 cells that are viable."""
    infusion_reaction: Value = 0.0
    """Probability of an infusion reaction of grade 3."""
    bradycardia: Value = 0.0
    """Probability of symptomatic bradycardia at the first dose."""
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
    cell_fever: Value = 0.0
    """Probability of fever after cells."""
    cell_headache: Value = 0.0
    """Probability of headache after cells."""
    arachnoiditis: Value = 0.0
    """Probability of arachnoiditis after cells."""
    thromboembolism: Value = 0.0
    """Probability of thrombosis or embolism after cells."""
    alloimmunisation: Value = 0.0
    """Probability of antibodies against the donor."""
    puncture_pain: Value = 0.0
    """Probability of pain by the puncture."""
    procedure_bleeding: Value = 0.0
    """Probability of a bleeding by the operation that gives cells."""
