"""Judgement of everything that is given to one patient: limits of doses, conflicts, washouts.

Protocols of an arm, drugs on which patients come, parts of a sequence and switches are laid on one
calendar and judged by the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from remyelin.parameters import ParameterTable
from remyelin.therapies.conflicts import conflicts, exposures
from remyelin.therapies.dose_limits import Doses, beyond_limits, doses_given
from remyelin.therapies.findings import Finding
from remyelin.therapies.placement import Planned, placed
from remyelin.therapies.protocol import LAST_DAY
from remyelin.therapies.sequences import Lookup


def judged(
    planned: Sequence[Planned],
    lookup: Lookup,
    table: ParameterTable,
    *,
    until: int | None = None,
    doses: Sequence[Doses] = (),
) -> list[Finding]:
    """Give what the rules find in all that is given to one patient.

    Parameters
    ----------
    planned
        Protocols with their days on one calendar.
    lookup
        Where parts of sequences are found.
    table
        Weight and surface to which doses refer.
    until
        Day on which the calendar ends; None: not known.
    doses
        Further doses that are known without a protocol.
    """
    steps = [step for one in planned for step in placed(one, lookup)]
    given = [*doses, *doses_given(steps, LAST_DAY if until is None else until)]
    return [
        *beyond_limits(given, table, ends=until is not None),
        *conflicts(exposures(steps)),
    ]
