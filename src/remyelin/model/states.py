"""States: everything about a patient that changes with time.

Each group belongs to one subsystem. A value is a number or an array with one entry per patient.
Fields that end in ``today`` carry what this day brought, for the observer.
"""

from __future__ import annotations

from typing import NamedTuple

from remyelin.model.numeric import Value


class Clock(NamedTuple):
    """Age in years and days left of the recovery window after a graft."""

    age: Value
    recovery_left: Value


class Blocks(NamedTuple):
    """Drug effects on their targets, 0 none, 1 complete."""

    traffic: Value
    activation: Value


class Activation(NamedTuple):
    """Effector activity and what drives it."""

    burst: Value
    """Part of effector activity that comes in bursts."""
    regulation: Value
    """Regulatory function."""
    help: Value
    """Help by memory B cells, today."""
    activity: Value
    """Effector activity, today; its untreated mean is 1."""


class Clones(NamedTuple):
    """Sizes of the autoreactive clones; 0 tolerant, 1 the disease set point."""

    first: Value
    second: Value
    third: Value
    fourth: Value


class TCells(NamedTuple):
    """CD4 cells per microlitre, and thymic function (1 in health)."""

    emigrants: Value
    naive: Value
    """Naive cells other than recent thymic emigrants."""
    memory: Value
    thymus: Value


class BCells(NamedTuple):
    """B cells as shares of health, and the level of an anti-CD20 antibody (courses)."""

    total: Value
    memory: Value
    cd20: Value


class Lesions(NamedTuple):
    """Counts of brain lesions, and what today brings."""

    enhancing: Value
    t2_total: Value
    """Brain T2 lesions since onset."""
    today: Value
    """New lesions today, brain and cord."""
    rate: Value
    """Expected new lesions today."""
    symptomatic_gain: Value
    """Factor on the symptomatic share under drugs, today."""


class Relapses(NamedTuple):
    """Relapse history."""

    today: Value
    """1 when a relapse begins today."""
    days_since: Value
    """Days since the last relapse began; large where there was none."""
    total: Value


class Tissue(NamedTuple):
    """The central nervous system outside the acute lesion."""

    demyelinated: Value
    """Chronically demyelinated tissue (lesion units)."""
    smouldering: Value
    """Burden of compartmentalised inflammation."""
    dying_axons: Value
    """Axons committed to degenerate (lesion units)."""
    volume: Value
    """Brain volume (% of that at onset)."""
    nfl: Value
    """Serum neurofilament light chain (pg/mL)."""
    committed_loss: Value
    """Brain volume that conditioning has committed to loss (%)."""
    milieu: Value
    """Running mean of the lesion rate over its reference."""


class Deficit(NamedTuple):
    """What a patient has lost, by compartment.

    ``lasting`` never recovers; ``slow`` and ``fast`` are what relapses left that still recovers.
    Compartments: cerebral; brainstem, cerebellum and optic; spinal long tract.
    """

    lasting_cerebral: Value
    lasting_brainstem: Value
    lasting_spinal: Value
    slow_cerebral: Value
    slow_brainstem: Value
    slow_spinal: Value
    fast_cerebral: Value
    fast_brainstem: Value
    fast_spinal: Value


class Fluctuation(NamedTuple):
    """What moves function up and down without damage.

    ``level`` is a slow reversible fluctuation and may be negative; ``trained`` is what
    rehabilitation has gained in each compartment.
    """

    level: Value
    trained_cerebral: Value = 0.0
    trained_brainstem: Value = 0.0
    trained_spinal: Value = 0.0


class Latent(NamedTuple):
    """Latent disability of the three compartments."""

    cerebral: Value
    brainstem: Value
    spinal: Value


class Marrow(NamedTuple):
    """Marrow and blood; pools are relative to health, counts in 1e9/L."""

    progenitors: Value
    transit_1: Value
    transit_2: Value
    neutrophils: Value
    precursors: Value
    """Platelet precursors."""
    platelets: Value
    engrafted_today: Value
    """1 when neutrophils rise through the engraftment threshold today."""


class Safety(NamedTuple):
    """Infections and survival."""

    infected_today: Value
    died_today: Value
    alive: Value


class Survival(NamedTuple):
    """Death of other causes than infection after a graft."""

    hazard: Value
    """Deaths per day, by region, sex, age and disability, until the next look at them."""
    lived: Value
    """Hazard lived through since onset."""
    died_today: Value


class Steroids(NamedTuple):
    """Days left in which steroids speed recovery."""

    days_left: Value


class Targets(NamedTuple):
    """Drug effects on targets beside traffic and activation; 0 none."""

    egress: Value
    """Share of lymphocyte egress from lymph nodes that is blocked."""
    microglia: Value
    """Share of the activity of CNS-resident cells that is blocked."""
    overshoot: Value
    """Traffic above the untreated level after a blocker was stopped."""


class Harvest(NamedTuple):
    """Mobilisation and the graft in store."""

    peak: Value
    """CD34 cells in blood (cells/uL) that mobilisation has brought."""
    stored: Value
    """CD34 cells in store (1e6/kg)."""
    t_cells: Value
    """T cells in store, as a share of those of the body."""
    sessions: Value
    """Leukaphereses since the last graft."""
    lymphocytes: Value
    """CD4 count before mobilisation (cells/uL), 0 before any."""
    session_today: Value
    failed_today: Value
    """1 when too few cells are in store and a second way is tried."""


class Harm(NamedTuple):
    """Lasting exposures that bring harm, and what already came."""

    atg: Value
    """ATG still to act (courses)."""
    antibody: Value
    """Depleting antibody in conditioning: 1 after ATG, more after alemtuzumab."""
    toxicity: Value
    """Organ toxicity that still acts."""
    alkylator: Value
    """Alkylating dose of a life (g/m2 of cyclophosphamide, by equivalents)."""
    neutropenic: Value
    febrile: Value
    ebv: Value
    cmv: Value
    thyroid: Value
    itp: Value
    amenorrhoea: Value
    jcv: Value
    """JC virus: 0 not asked, 1 negative, 2 low, 3 middle, 4 high antibody index."""
    pml_days: Value
    """Days under a drug that allows PML."""


class HarmToday(NamedTuple):
    """What today brought, 1 where it did."""

    neutropenia: Value
    febrile: Value
    ebv: Value
    ebv_disease: Value
    cmv: Value
    toxicity: Value
    graft_failure: Value
    hypothyroidism: Value
    hyperthyroidism: Value
    itp: Value
    amenorrhoea: Value
    malignancy: Value
    pml: Value
    liver: Value
    lymphopenia: Value
    serious_infection: Value
    infusion_reaction: Value
    bradycardia: Value
    cell_fever: Value
    cell_headache: Value
    arachnoiditis: Value
    thromboembolism: Value
    alloimmunisation: Value
    puncture_pain: Value
    procedure_bleeding: Value


class MesenchymalCells(NamedTuple):
    """Living mesenchymal cells, weighted by their potency, and what they have set going."""

    lung: Value
    """Cells in the lung (1e6/kg)."""
    fluid: Value
    """Cells in the cerebrospinal fluid (1e6)."""
    secretome: Value
    """Effect on the host that outlives the cells; 1 gives half of the most."""


class Graft(NamedTuple):
    """A neural graft."""

    precursors: Value
    """Living cells that may become oligodendrocytes (1e6)."""
    supporters: Value
    """Living cells that never do (1e6)."""
    oligodendrocytes: Value
    """Oligodendrocytes that came of it (1e6)."""
    days: Value
    """Days since the last graft."""
    reach: Value
    """Places from which cells migrate, as spheres that grow."""
    foreign: Value
    """1 when the host may reject it."""
    tumour_risk: Value
    """Chance that residual pluripotent cells still give a tumour."""
    tumour_today: Value
    """1 when a tumour shows today."""


class CellEffects(NamedTuple):
    """What cell products do today; every field is 0 without cells."""

    activation: Value
    """Share of immune activation that is blocked."""
    lesions: Value
    """Share of new lesions that is prevented in the CNS."""
    smouldering: Value
    """Share of smouldering that does not act."""
    clearance: Value
    """Rise of the clearance of smouldering, 1 doubles it."""
    repair: Value
    """Rise of repair, 1 doubles it."""
