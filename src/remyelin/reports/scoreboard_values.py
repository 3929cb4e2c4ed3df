"""A group of the scoreboard as plain values, for ``--json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from remyelin.credibility.summary import Share, summarise_rows

if TYPE_CHECKING:
    from remyelin.credibility.results import GroupResult


def result_values(result: GroupResult, parameters: str) -> dict[str, object]:
    """Give a group with its rows.

    Parameters
    ----------
    result
        The group.
    parameters
        Digest of the present parameter table, with which it is compared.
    """
    found = summarise_rows(result.rows)
    return {
        "group": result.group,
        "title": result.title,
        "command": result.command,
        "version": result.version,
        "seed": result.seed,
        "parameters": result.parameters,
        "code": result.code,
        "stale": result.parameters != parameters,
        "test": _share(found.test),
        "tune_in_sample": _share(found.tune),
        "test_rows_sharing_patients_with_tuned": found.unclean,
        "beyond_factor_2": {"rows": found.beyond[0], "of": found.beyond[1]},
        "not_scorable": found.not_scorable,
        "not_estimable": found.not_estimable,
        "median_widths": found.widths,
        "worst": [row.name for row in found.worst],
        "not_run": dict(result.not_run),
        "rows": [asdict(row) for row in result.rows],
    }


def _share(share: Share) -> dict[str, object]:
    return {
        "scored": share.scored,
        "in": share.inside,
        "in_strict": share.strict,
        "in_by_votes": share.votes,
    }
