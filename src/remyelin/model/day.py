"""One day of a patient: the stages in order, and the events that an observer sees."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from remyelin.model import (
    blood,
    cells,
    conditioning,
    grafts,
    immunity,
    lesions,
    lymphocytes,
    rehabilitation,
    safety,
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
    Stage("relapses opened", lesions.open_day_of_relapses, when=lesions.relapsed_yesterday),
    Stage(
        "depletion",
        conditioning.deplete,
        parameters=conditioning.DepletionParameters,
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
        "drugs",
        immunity.follow_drugs,
        parameters=immunity.BlockParameters,
        when=immunity.drugs_act,
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
    Stage("clock", grow_older),
)
"""The stages of a day in the order in which they act."""


class Signal(NamedTuple):
    """A field that is above 0 on the day on which something happens."""

    event: str
    part: str
    field: str


SIGNALS: tuple[Signal, ...] = (
    Signal("relapse", "relapses", "today"),
    Signal("infection", "safety", "infected_today"),
    Signal("death", "safety", "died_today"),
    Signal("neutrophil_engraftment", "marrow", "engrafted_today"),
    Signal("graft_tumour", "graft", "tumour_today"),
)
"""Events that an observer writes down each day."""
