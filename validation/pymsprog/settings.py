"""Options that pymsprog and remyelin both offer: each setting in the words of both.

`theirs` are arguments of the other package, `ours` are fields of a definition of this one.
"""

from __future__ import annotations

from typing import Any

STEPS = [[0.0, 1.5], [1.0, 1.0], [5.5, 0.5]]
"""Their default steps of EDSS: 1.5 from 0, 1.0 from above 0 to 5.0, 0.5 above 5.0."""

EVERY = "inf"
"""Stands for an infinite span in JSON."""


def _one(
    name: str,
    option: str,
    theirs: dict[str, Any] | None = None,
    ours: dict[str, Any] | None = None,
    *,
    column: str = "edss",
    function: str = "MSprog",
) -> dict[str, Any]:
    base_theirs: dict[str, Any] = {
        "outcome": column,
        "conf_days": 84,
        "conf_tol_days": [7, 730.5],
        "relapse_to_bl": 0,
        "relapse_to_event": 0,
        "relapse_to_conf": 0,
    }
    if function == "MSprog":
        base_theirs |= {"event": "firstCDW", "baseline": "fixed", "relapse_assoc": 90}
    else:
        base_theirs.pop("relapse_to_bl")
    base_ours: dict[str, Any] = {
        "kind": "worsening",
        "steps": STEPS,
        "confirmation_weeks": 12.0,
        "tolerance_days": 7.0,
        "latest_days": 730.5,
    }
    return {
        "setting": name,
        "option": option,
        "function": function,
        "column": column,
        "theirs": base_theirs | (theirs or {}),
        "ours": base_ours | (ours or {}),
    }


def _confirmations() -> list[dict[str, Any]]:
    made = [
        _one(
            f"confirmed_{weeks}_weeks",
            "conf_days",
            {"conf_days": weeks * 7},
            {"confirmation_weeks": float(weeks)},
        )
        for weeks in (12, 24, 48)
    ]
    for early, late in ((0, 30), (15, 15), (30, 180), (7, EVERY)):
        name = f"tolerance_{early}_{late}"
        latest = None if late == EVERY else float(late)
        made.append(
            _one(
                name,
                "conf_tol_days",
                {"conf_days": 168, "conf_tol_days": [early, late]},
                {
                    "confirmation_weeks": 24.0,
                    "tolerance_days": float(early),
                    "latest_days": latest,
                },
            )
        )
    made.append(
        _one(
            "confirmed_at_the_visit_only",
            "check_intermediate",
            {"check_intermediate": False},
            {"confirm_between": False},
        )
    )
    made.append(
        _one("sustained", "require_sust_days", {"require_sust_days": EVERY}, {"sustained": True})
    )
    return made


def _scores() -> list[dict[str, Any]]:
    share = {"steps": [], "relative_change": 0.2}
    return [
        _one("improvement", "event", {"event": "firstCDI"}, {"kind": "improvement"}),
        _one(
            "one_point",
            "delta_fun",
            {"delta_fun": 1.0},
            {"steps": [[0.0, 1.0]]},
        ),
        _one("walk_20_percent", "outcome", {}, share | {"column": "t25fw_seconds"}, column="t25fw"),
        _one("peg_20_percent", "outcome", {}, share | {"column": "nhpt_seconds"}, column="nhpt"),
        _one(
            "digits_4_points",
            "outcome, delta_fun",
            {"delta_fun": 4.0},
            {"steps": [[0.0, 4.0]], "column": "sdmt"},
            column="sdmt",
        ),
        _one(
            "milestone_4",
            "value_milestone",
            {"milestone": 4.0},
            {"kind": "milestone", "steps": [], "threshold": 4.0},
            function="value_milestone",
        ),
        _one(
            "milestone_6_sustained",
            "value_milestone",
            {"milestone": 6.0, "require_sust_days": EVERY},
            {"kind": "milestone", "steps": [], "threshold": 6.0, "sustained": True},
            function="value_milestone",
        ),
    ]


def _references() -> list[dict[str, Any]]:
    made = []
    for moves, where in (("firstconf", "confirmation"), ("event", "event")):
        theirs = {"baseline": "roving_impr", "proceed_from": moves}
        ours = {"reference": "roving_improvement", "moves_to": where}
        made.append(_one(f"roving_improvement_{where}", "baseline, proceed_from", theirs, ours))
    roving = {"reference": "roving"}
    made.append(
        _one(
            "roving_improvement_to_improvement",
            "baseline",
            {"event": "firstCDI", "baseline": "roving_wors"},
            {"kind": "improvement", "reference": "roving_worsening"},
        )
    )
    made.append(
        _one(
            "roving_24_weeks",
            "baseline",
            {"baseline": "roving", "conf_days": 168},
            roving | {"confirmation_weeks": 24.0},
        )
    )
    after = {"relapse_rebl": True, "relapse_to_bl": 30}
    reset = {
        "rebaseline_after_relapse": True,
        "reference_relapse_days": 30.0,
        "associated_days": 90.0,
    }
    made.append(_one("reset_after_relapse", "relapse_rebl", after, reset))
    made.append(
        _one(
            "reset_after_relapse_never_lower",
            "bl_geq",
            after | {"bl_geq": True},
            reset | {"reference_never_falls": True},
        )
    )
    return made


def _relapses() -> list[dict[str, Any]]:
    return [
        _one(
            "reference_60_days_after_relapse",
            "relapse_to_bl",
            {"relapse_to_bl": 60},
            {"reference_relapse_days": 60.0},
        ),
        _one(
            "event_30_days_after_relapse",
            "relapse_to_event",
            {"relapse_to_event": 30},
            {"relapse_window_days": 29},
        ),
        _one(
            "confirmation_30_days_after_relapse",
            "relapse_to_conf",
            {"relapse_to_conf": 30},
            {"confirmation_relapse_days": 29.0},
        ),
        _one(
            "their_defaults",
            "all defaults",
            {"relapse_to_bl": 30, "relapse_to_conf": 30},
            {"reference_relapse_days": 30.0, "confirmation_relapse_days": 29.0},
        ),
    ]


def _relations() -> list[dict[str, Any]]:
    independent = {"relation": "independent", "associated_days": 90.0}
    spans: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "muller2023": (
            {"prec": [0, 0], "event": [90, 30], "conf": [90, 30]},
            {
                "event_before": 90.0,
                "event_after": 30.0,
                "confirmation_before": 90.0,
                "confirmation_after": 30.0,
            },
        ),
        "kappos2020": (
            {"prec": [0, None], "event": [None, 30], "conf": [30, 30]},
            {
                "since": "reference",
                "event_after": 30.0,
                "confirmation_before": 30.0,
                "confirmation_after": 30.0,
            },
        ),
        "strict": (
            {"prec": [0, None], "event": [None, None], "conf": [None, 0]},
            {"since": "reference", "until_confirmation": True},
        ),
        "cagol2022": (
            {"prec": [0, 0], "event": [90, None], "conf": [None, 0]},
            {"event_before": 90.0, "until_confirmation": True},
        ),
        "last_visit": (
            {"prec": [0, None], "event": [None, 0], "conf": [30, 0], "prec_type": "last"},
            {"since": "last_visit", "confirmation_before": 30.0},
        ),
    }
    made = [
        _one(
            f"pira_{name}",
            "event, relapse_indep",
            {"event": "firstPIRA", "relapse_indep": theirs},
            independent | {"relapse_free": ours},
        )
        for name, (theirs, ours) in spans.items()
    ]
    theirs, ours = spans["muller2023"]
    made.append(
        _one(
            "pira_roving_24_weeks",
            "event, baseline",
            {
                "event": "firstPIRA",
                "relapse_indep": theirs,
                "baseline": "roving",
                "conf_days": 168,
            },
            independent | {"relapse_free": ours, "reference": "roving", "confirmation_weeks": 24.0},
        )
    )
    theirs, ours = spans["kappos2020"]
    made.append(
        _one(
            "pira_reset_after_relapse",
            "event, relapse_rebl, bl_geq",
            {
                "event": "firstPIRA",
                "relapse_indep": theirs,
                "relapse_rebl": True,
                "relapse_to_bl": 30,
                "bl_geq": True,
                "relapse_assoc": 0,
            },
            {
                "relation": "independent",
                "relapse_free": ours,
                "rebaseline_after_relapse": True,
                "reference_never_falls": True,
                "reference_relapse_days": 30.0,
            },
        )
    )
    for days in (30, 90):
        made.append(
            _one(
                f"raw_{days}_days",
                "event, relapse_assoc",
                {"event": "firstRAW", "relapse_assoc": days},
                {"relation": "associated", "associated_days": float(days)},
            )
        )
    made.append(
        _one(
            "raw_roving",
            "event, baseline",
            {"event": "firstRAW", "baseline": "roving_wors"},
            {"relation": "associated", "associated_days": 90.0, "reference": "roving_worsening"},
        )
    )
    return made


def settings() -> list[dict[str, Any]]:
    """All settings, each with a name of its own."""
    return [*_confirmations(), *_scores(), *_references(), *_relapses(), *_relations()]
