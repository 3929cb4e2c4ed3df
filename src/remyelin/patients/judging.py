"""Options of a patient beside the drugs given before, judged by the rules on treatments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from remyelin.inputs import Inputs
from remyelin.patients.description import Description, PriorDrug
from remyelin.patients.settings import UNTREATED, Settings
from remyelin.therapies import catalogue
from remyelin.therapies.dose_limits import Doses
from remyelin.therapies.drugs import agents_of, find
from remyelin.therapies.findings import Finding
from remyelin.therapies.judgement import judged
from remyelin.therapies.placement import Planned, until_yesterday
from remyelin.therapies.sequences import Lookup
from remyelin.units import DAYS_PER_YEAR


def findings(description: Description, settings: Settings, inputs: Inputs) -> tuple[Finding, ...]:
    """Give what the rules find in each option beside the drugs given before.

    Parameters
    ----------
    description
        The patient; day 0 of the options is today.
    settings
        Options, whose names are known, and years.
    inputs
        Protocols, and weight and surface to which doses refer.
    """
    until = round(settings.years * DAYS_PER_YEAR) + 1
    lookup, table = catalogue.lookup_with({}, inputs.protocols), inputs.parameters
    before = [_planned(drug, lookup) for drug in description.prior_drugs]
    sums = [one for drug in description.prior_drugs for one in _total(drug, lookup)]
    found: list[Finding] = []
    for name in settings.options:
        own = [] if name == UNTREATED else [Planned(lookup(name), 0, None, "")]
        whole = [one._replace(where=f"therapy {name}, {one.where}") for one in [*own, *before]]
        found += judged(whole, lookup, table, until=until, doses=sums)
    return tuple(dict.fromkeys(found))


def _planned(drug: PriorDrug, lookup: Lookup) -> Planned:
    stop = -drug.stopped_days_ago
    where = f"prior_drugs {drug.name}: "
    protocol = lookup(drug.protocol_id)
    if drug.lasted_days is None:
        return Planned(until_yesterday(protocol), stop - 1, stop, where, counted=False)
    counted = drug.total_dose is None
    return Planned(protocol, stop - drug.lasted_days, stop, where, counted=counted)


def _total(drug: PriorDrug, lookup: Lookup) -> Iterator[Doses]:
    if drug.total_dose is None:
        return
    protocol = lookup(drug.protocol_id)
    known = (find(agent) for step in protocol.steps for agent in agents_of(step.agent))
    day = np.array([-drug.stopped_days_ago - 1], dtype=np.int64)
    for one in dict.fromkeys(found for found in known if found is not None):
        where = f"prior_drugs {drug.name}"
        yield Doses(one, None, where, day, drug.total_dose, drug.unit, summed=True)
