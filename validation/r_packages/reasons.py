"""The reasons for which the packages disagree, each argued from its text."""

from __future__ import annotations

from validation.pymsprog.divergence import REASONS as REASONS_OF_MSPROG
from validation.pymsprog.divergence import Reason
from validation.r_packages.choices import Choice

FAILS = "the_peer_stops_with_an_error"

REASONS_OF_MSOUTCOMES = (
    Reason(
        Choice.NOT_EARLY,
        "Confirmed to the day",
        "The peer wants more than 90.75 days between worsening and confirmation; here the visit of "
        "month 3 may come 15 days early, by the convention that holds for every definition of the "
        "library. The paper says 3 months or more and nothing of tolerance. "
        "`tolerance_days: 0` is the peer's rule.",
    ),
    Reason(
        Choice.DAY_30,
        "Day 30 after an onset",
        "On day 30 the peer still calls a visit within 30 days of the relapse and makes it no "
        "reference. The text of our definition says less than 30 days. The paper does not settle "
        "the day.",
    ),
    Reason(
        Choice.WALKING,
        "Walking as an eighth system",
        "The peer lets the walking score (0 to 16) lead beside the seven systems. The paper speaks "
        "of functional systems, of which Kurtzke counts seven; walking rises with nearly every "
        "step from 4.5 on and would confirm itself. Ours keeps to the seven.",
    ),
    Reason(
        Choice.ASSUMED,
        "Pyramidal 2 assumed from EDSS 5.5",
        "From EDSS 5.5 on the peer raises any lower pyramidal grade to 2, which its documentation "
        "does not say. The paper asks for a pyramidal system of 2 or more; a grade that was rated "
        "is used as rated here.",
    ),
    Reason(
        Choice.LAST_OUTSIDE,
        "A last visit soon after a relapse",
        "Where the last visit lies within 30 days after an onset, the peer finds no lasting event "
        "at all. Its documentation asks that the worsening be sustained for the remaining "
        "follow-up. A visit that still shows it does not end it; it merely confirms nothing.",
    ),
    Reason(
        Choice.LEADING_THROUGHOUT,
        "The leading system at every visit",
        "Both want the leading system risen at every visit up to the confirmation. The peer counts "
        "to the last visit before the system is exactly back at its reference grade, so that "
        "one below it still counts as risen, and the visit that confirms may lie near a relapse. "
        "Here the grade must be above its reference up to the visit that confirms the EDSS.",
    ),
    Reason(
        Choice.LONE,
        "One lower visit in between",
        "The peer overlooks a single visit below the worsening, also at the end of follow-up and "
        "before the worsening starts, and may date the event to a visit that does not show it. Its "
        "documentation says so of improvements after the event (two in a row end it); the paper "
        "says confirmed. Here every visit up to the confirmation and after must show it.",
    ),
    Reason(
        Choice.REFERENCE,
        "When the reference moves",
        "The peer moves the reference to the start of any improvement of 0.5 that lasts more than "
        "9 months, to the level after a relapse that left a mark, and to a worsening under a "
        "relapse; a worsening that is not kept does not move it. Here every change of a full step "
        "confirmed over 3 months does. The abstract says neither; ours is one roving reference for "
        "both directions, as in the other definitions of the library.",
    ),
    Reason(
        Choice.FORGETS,
        "Back to the first reference",
        "After a candidate that fails, the peer compares with the first reference again, although "
        "it had moved. Its documentation has the new reference replace the old one.",
    ),
    Reason(
        Choice.ONLY_AFTER_WORSENING,
        "Behind a relapse only after a worsening",
        "The peer resets the reference only when a confirmed worsening turns out to follow a "
        "relapse, and then relapse by relapse. Its documentation says that after a relapse the "
        "first score outside 30 days becomes the new baseline, and so does ours: a worsening from "
        "the lower level after a relapse counts, one that was there before it does not.",
    ),
    Reason(
        Choice.FIRST_VISIT,
        "Relapses before the reference",
        "The peer looks for relapses from the first visit on, even where the reference comes later "
        "because of that very relapse; where the relapse began at the first visit the search ends. "
        "PIRA asks that no relapse lie between reference and event.",
    ),
)

REASONS = (
    *REASONS_OF_MSOUTCOMES,
    *REASONS_OF_MSPROG,
    Reason(
        FAILS,
        "The peer stops with an error",
        "The package ends with an error of R for this patient and gives no answer.",
    ),
)
