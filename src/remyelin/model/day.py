"""One day of a patient: the stages in order, and the events that an observer sees."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from remyelin.model import (
    antithymocyte,
    blood,
    cell_harm,
    cells,
    conditioning,
    drug_harm,
    grafts,
    harm,
    harvest,
    immunity,
    lesions,
    lymphocytes,
    rehabilitation,
    safety,
    steroids,
    survival,
    targets,
)
from remyelin.model.clock import grow_older
from remyelin.model.function import (
    FLUCTUATION_INTERVAL,
    FluctuationParameters,
    RecoveryParameters,
    fluctuate,
    recover,
)
from remyelin.model.stage import Purpose, Stage
from remyelin.model.tissue import TissueParameters, smoulder

STAGES: tuple[Stage, ...] = (
    Stage("relapses opened", lesions.clear_flags, when=lesions.relapsed_yesterday),
    Stage("harm opened", harm.clear_flags, when=harm.harmed_yesterday),
    Stage("harvest opened", harvest.clear_flags, when=harvest.harvested_yesterday),
    Stage(
        "harvest",
        harvest.collect,
        parameters=harvest.HarvestParameters,
        when=harvest.harvest_moves,
    ),
    Stage(
        "harm of a dose",
        harm.take_dose,
        parameters=harm.DoseParameters,
        purpose=Purpose.DOSE_HARM,
        blocks=1,
        when=harm.dose_taken,
    ),
    Stage(
        "depletion",
        conditioning.deplete,
        parameters=conditioning.DepletionReads,
        when=conditioning.pulse_given,
    ),
    Stage(
        "graft",
        conditioning.reinfuse,
        parameters=conditioning.GraftParameters,
        when=conditioning.conditioned,
    ),
    Stage("cells given", cells.give_cells, when=cells.cells_given),
    Stage("graft implanted", grafts.implant, when=grafts.graft_given),
    Stage(
        "neural graft",
        grafts.live_on,
        parameters=grafts.GraftParameters,
        when=grafts.graft_there,
    ),
    Stage(
        "tumour of a graft",
        grafts.seed_tumour,
        parameters=grafts.TumourParameters,
        purpose=Purpose.GRAFT_TUMOUR,
        blocks=1,
        when=grafts.tumour_possible,
    ),
    Stage(
        "host cells",
        cells.host_cells,
        parameters=cells.MesenchymalParameters,
        when=cells.cells_present,
    ),
    Stage(
        "training",
        rehabilitation.train,
        parameters=rehabilitation.TrainingParameters,
        when=rehabilitation.training_acts,
    ),
    Stage(
        "steroids",
        steroids.give_steroids,
        parameters=steroids.SteroidParameters,
        when=steroids.steroids_given,
    ),
    Stage(
        "ATG",
        antithymocyte.act_of_atg,
        parameters=antithymocyte.AtgParameters,
        when=antithymocyte.atg_acts,
    ),
    Stage(
        "drugs",
        immunity.follow_drugs,
        parameters=immunity.BlockParameters,
        when=immunity.drugs_act,
    ),
    Stage(
        "drug targets",
        targets.follow_targets,
        parameters=targets.TargetParameters,
        when=targets.targets_act,
    ),
    Stage(
        "activation",
        immunity.activate,
        parameters=immunity.ActivationParameters,
        purpose=Purpose.DAILY,
        blocks=1,
    ),
    Stage(
        "clone noise",
        immunity.shake_clones,
        parameters=immunity.NoiseParameters,
        purpose=Purpose.CLONE_NOISE,
        blocks=2,
        every=immunity.NOISE_INTERVAL,
    ),
    Stage("T cells", lymphocytes.renew_t_cells, parameters=lymphocytes.TCellParameters),
    Stage("B cells", lymphocytes.renew_b_cells, parameters=lymphocytes.BCellParameters),
    Stage(
        "lesion count",
        lesions.count_lesions,
        parameters=lesions.LesionRateParameters,
        purpose=Purpose.DAILY,
        blocks=1,
    ),
    Stage(
        "end of enhancement",
        lesions.end_enhancement,
        parameters=lesions.GdParameters,
        purpose=Purpose.GD_EXIT,
        blocks=1,
        when=lesions.any_enhancing,
    ),
    Stage("recovery", recover, parameters=RecoveryParameters),
    *(
        Stage(
            f"lesion {slot}",
            partial(lesions.begin_lesion, slot),
            parameters=lesions.LesionParameters,
            purpose=Purpose[f"LESION_{slot}"],
            blocks=lesions.LESION_BLOCKS,
            when=lesions.at_least(slot),
        )
        for slot in range(1, lesions.LESION_SLOTS + 1)
    ),
    Stage(
        "background relapse",
        lesions.begin_background_relapse,
        parameters=lesions.BackgroundParameters,
        purpose=Purpose.DAILY,
        blocks=1,
        when=lesions.background_relapse_fires,
    ),
    Stage("relapses closed", lesions.close_day_of_relapses),
    Stage(
        "steroids for a relapse",
        steroids.treat_relapse,
        parameters=steroids.SteroidParameters,
        purpose=Purpose.STEROIDS,
        blocks=1,
        when=steroids.relapse_may_be_treated,
    ),
    Stage("tissue", smoulder, parameters=TissueParameters),
    Stage(
        "fluctuation",
        fluctuate,
        parameters=FluctuationParameters,
        purpose=Purpose.FLUCTUATION,
        blocks=1,
        every=FLUCTUATION_INTERVAL,
    ),
    Stage("blood", blood.renew_blood, parameters=blood.MarrowParameters, when=blood.blood_moves),
    Stage(
        "infection",
        safety.infect,
        parameters=safety.InfectionParameters,
        purpose=Purpose.DAILY,
        blocks=1,
    ),
    Stage(
        "death by infection",
        safety.die_of_infection,
        parameters=safety.FatalityReads,
        purpose=Purpose.FATALITY,
        blocks=1,
        when=safety.infected_in_recovery,
    ),
    Stage(
        "risk of death",
        survival.look_at_risk,
        parameters=survival.HazardReads,
        every=survival.LOOK_INTERVAL,
    ),
    Stage("death of other causes", survival.die_of_other_causes),
    Stage(
        "harm in recovery",
        harm.harm_in_recovery,
        parameters=harm.TransplantHarmParameters,
        purpose=Purpose.TRANSPLANT_HARM,
        blocks=1,
        when=harm.in_recovery,
    ),
    Stage(
        "late harm",
        harm.harm_late,
        parameters=harm.LateHarmParameters,
        purpose=Purpose.LATE_HARM,
        blocks=1,
        when=harm.ever_exposed,
    ),
    Stage(
        "harm by drugs",
        drug_harm.harm_by_drugs,
        parameters=drug_harm.DrugHarmParameters,
        purpose=Purpose.DRUG_HARM,
        blocks=2,
        when=drug_harm.drug_may_harm,
    ),
    Stage(
        "harm by cells",
        cell_harm.harm_by_cells,
        purpose=Purpose.CELL_HARM,
        blocks=cell_harm.CELL_HARM_BLOCKS,
        when=cell_harm.cells_may_harm,
    ),
    Stage(
        "death by harm",
        drug_harm.die_of_harm,
        parameters=drug_harm.HarmFatalityReads,
        purpose=Purpose.TOXIC_DEATH,
        blocks=1,
        when=drug_harm.harm_may_kill,
    ),
    Stage("clock", grow_older),
)
"""The stages of a day in the order in which they act."""


ALWAYS = "always"
"""What lasts to the end of life."""


class Signal(NamedTuple):
    """A field that is above 0 on the day on which something happens.

    ``grade`` is the CTCAE grade under which it is written down; None: the model does not grade it.
    ``lasts`` tells how long a condition holds that begins on that day: `ALWAYS`, as long as a field
    of `Harm` is above 0, or (None) that day alone.
    """

    event: str
    part: str
    field: str
    grade: float | None = None
    lasts: str | None = None


SIGNALS: tuple[Signal, ...] = (
    Signal("relapse", "relapses", "today"),
    Signal("infection", "safety", "infected_today"),
    Signal("death", "safety", "died_today", 5.0),
    Signal("neutrophil_engraftment", "marrow", "engrafted_today"),
    Signal("death_of_other_cause", "survival", "died_today"),
    Signal("leukapheresis", "harvest", "session_today"),
    Signal("mobilisation_failure", "harvest", "failed_today", 2.0),
    Signal("neutropenia", "harm_today", "neutropenia", 4.0, "neutropenic"),
    Signal("febrile_neutropenia", "harm_today", "febrile", 3.0, "febrile"),
    Signal("ebv_reactivation", "harm_today", "ebv", 1.0),
    Signal("ebv_disease", "harm_today", "ebv_disease", 3.0),
    Signal("cmv_reactivation", "harm_today", "cmv", 2.0),
    Signal("organ_toxicity", "harm_today", "toxicity", 3.0),
    Signal("graft_failure", "harm_today", "graft_failure", 4.0),
    Signal("autoimmune_hypothyroidism", "harm_today", "hypothyroidism", 2.0, ALWAYS),
    Signal("autoimmune_hyperthyroidism", "harm_today", "hyperthyroidism", 2.0, ALWAYS),
    Signal("autoimmune_itp", "harm_today", "itp", 3.0, ALWAYS),
    Signal("lasting_amenorrhoea", "harm_today", "amenorrhoea", 3.0, ALWAYS),
    Signal("malignancy", "harm_today", "malignancy", 4.0, ALWAYS),
    Signal("pml", "harm_today", "pml", 4.0, ALWAYS),
    Signal("liver_injury", "harm_today", "liver", 3.0),
    Signal("lymphopenia", "harm_today", "lymphopenia", 3.0),
    Signal("serious_infection", "harm_today", "serious_infection", 3.0),
    Signal("infusion_reaction", "harm_today", "infusion_reaction", 3.0),
    Signal("bradycardia", "harm_today", "bradycardia", 2.0),
    Signal("graft_tumour", "graft", "tumour_today", lasts=ALWAYS),
    Signal("cell_fever", "harm_today", "cell_fever", 1.0),
    Signal("cell_headache", "harm_today", "cell_headache", 1.0),
    Signal("arachnoiditis", "harm_today", "arachnoiditis", 3.0, ALWAYS),
    Signal("thromboembolism", "harm_today", "thromboembolism", 3.0),
    Signal("alloimmunisation", "harm_today", "alloimmunisation", 1.0, ALWAYS),
    Signal("puncture_pain", "harm_today", "puncture_pain", 1.0),
    Signal("procedure_bleeding", "harm_today", "procedure_bleeding", 3.0),
)
"""Events that an observer writes down each day."""
