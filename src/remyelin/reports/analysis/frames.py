"""Tables of an analysis, as they are written to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from remyelin.reports.analysis.contents import Contents

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.statistics.analysis import Estimate

COLUMNS: Final[Mapping[str, str]] = {
    "definition_id": "definition, as `remyelin definitions show` has it",
    "group": "group of patients",
    "reference": "group with which it is compared",
    "patients": "patients of the group; in rates.csv those with follow-up",
    "analysed": "patients with a known group in whom the event could have been found",
    "no_baseline": "patients without a baseline to which the definition applies; not analysed",
    "not_confirmable": "patients with too few visits for any event to be found; not analysed",
    "left_out_events": "composites: patients with the event in whom not every component could be "
    "found; not analysed",
    "events": "analysed patients with the event; in rates.csv relapses",
    "events_reference": "the same of the reference",
    "analysed_reference": "the same of the reference",
    "years": "patient-years until event or censoring; in rates.csv of follow-up",
    "km_median_days": "Kaplan-Meier median survival time, days; empty: not reached",
    "km_median_low_days": "lower end of its confidence interval",
    "km_median_high_days": "upper end of its confidence interval; empty: not reached",
    "day": "days from baseline",
    "months": "month asked for, or days / 30.4375",
    "read_at_day": "day up to which events count",
    "at_risk": "patients under observation without event just before the day",
    "censored": "patients who leave without event on the day, after its events",
    "event_free": "Kaplan-Meier estimate from the day on",
    "event_free_low": "lower end of the log-log interval; empty where the curve is at 0 or 1",
    "event_free_high": "upper end",
    "event_share": "1 - Kaplan-Meier estimate; empty where there is none",
    "event_share_low": "lower end of the log-log interval",
    "event_share_high": "upper end; without events the exact end from those followed so long",
    "hazard_ratio": "Cox hazard ratio of group against reference; empty where there is none",
    "hazard_ratio_low": "lower end of the Wald interval; of the profile likelihood where the "
    "reference has no events",
    "hazard_ratio_high": "upper end; of the profile likelihood where the group has no events",
    "p_wald": "p of the Wald test",
    "log_rank_chi2": "log-rank statistic of the two groups, one degree of freedom",
    "p_log_rank": "its p",
    "crude_rate": "relapses per patient-year",
    "rate": "annualised rate by the model; empty without relapses",
    "rate_low": "lower end of the Wald interval",
    "rate_high": "upper end; without relapses the exact Poisson end",
    "rate_ratio": "rate over that of the reference; empty where there is none",
    "rate_ratio_low": "lower end of the Wald interval; exact given the sum where the reference has "
    "no relapses",
    "rate_ratio_high": "upper end; exact given the sum where the group has no relapses",
    "p": "p of the Wald test of the rate ratio",
    "model": "model of the rates",
    "dispersion": "dispersion of the negative binomial; 0 for Poisson",
    "note": "why a figure is missing",
}
"""What each column means."""


def _parts(name: str, given: Estimate, *, low: str = "", high: str = "") -> dict[str, object]:
    return {
        name: given.value,
        low or f"{name}_low": given.low,
        high or f"{name}_high": given.high,
    }


def summary(contents: Contents) -> pd.DataFrame:
    """One row per definition and group: patients, events, median survival time."""
    names = ("patients", "no_baseline", "not_confirmable", "left_out_events", "analysed", "events")

    def rows() -> Iterator[dict[str, object]]:
        for one in contents.analyses:
            for curve in one.curves:
                yield {
                    "definition_id": one.definition.definition_id,
                    "group": curve.group,
                    **{name: getattr(curve, name) for name in names},
                    "years": curve.years,
                    **_parts(
                        "km_median_days",
                        curve.median_days,
                        low="km_median_low_days",
                        high="km_median_high_days",
                    ),
                    "note": curve.median_days.note,
                }

    return _frame(rows())


def survival(contents: Contents) -> pd.DataFrame:
    """One row per definition, group and step of the curve."""
    import pandas as pd

    from remyelin.units import DAYS_PER_MONTH

    made = [
        pd.DataFrame(
            {
                "definition_id": one.definition.definition_id,
                "group": curve.group,
                "day": curve.day,
                "months": curve.day / DAYS_PER_MONTH,
                "at_risk": curve.at_risk.astype(int),
                "events": curve.died.astype(int),
                "censored": curve.censored.astype(int),
                "event_free": curve.event_free,
                "event_free_low": curve.low,
                "event_free_high": curve.high,
            }
        )
        for one in contents.analyses
        for curve in one.curves
    ]
    return pd.concat(made, ignore_index=True)


def shares(contents: Contents) -> pd.DataFrame:
    """One row per definition, group and month asked for."""

    def rows() -> Iterator[dict[str, object]]:
        for one in contents.analyses:
            for curve in one.curves:
                for share in curve.shares:
                    yield {
                        "definition_id": one.definition.definition_id,
                        "group": curve.group,
                        "months": share.months,
                        "read_at_day": share.day,
                        "at_risk": share.at_risk,
                        **_parts("event_share", share.with_event),
                        "note": share.with_event.note,
                    }

    return _frame(rows())


def hazard_ratios(contents: Contents) -> pd.DataFrame:
    """One row per definition and group but the reference."""

    def rows() -> Iterator[dict[str, object]]:
        for one in contents.analyses:
            for pair in one.contrasts:
                yield {
                    "definition_id": one.definition.definition_id,
                    "group": pair.group,
                    "reference": pair.reference,
                    "events": pair.events[0],
                    "analysed": pair.patients[0],
                    "events_reference": pair.events[1],
                    "analysed_reference": pair.patients[1],
                    **_parts("hazard_ratio", pair.hazard_ratio),
                    "p_wald": pair.p_wald,
                    "log_rank_chi2": pair.log_rank,
                    "p_log_rank": pair.p_log_rank,
                    "note": pair.hazard_ratio.note,
                }

    return _frame(rows())


def rates(contents: Contents) -> pd.DataFrame:
    """One row per definition of relapses and group."""
    nan = float("nan")

    def rows() -> Iterator[dict[str, object]]:
        for one in contents.analyses:
            if one.rates is None:
                continue
            ratios = {pair.group: pair for pair in one.rates.ratios}
            for group in one.rates.groups:
                pair = ratios.get(group.group)
                notes = [group.rate.note, "" if pair is None else pair.ratio.note]
                empty = dict.fromkeys(("rate_ratio", "rate_ratio_low", "rate_ratio_high"), nan)
                yield {
                    "definition_id": one.definition.definition_id,
                    "group": group.group,
                    "patients": group.patients,
                    "events": group.events,
                    "years": group.years,
                    "crude_rate": group.crude,
                    **_parts("rate", group.rate),
                    "reference": "" if pair is None else pair.reference,
                    **(empty if pair is None else _parts("rate_ratio", pair.ratio)),
                    "p": nan if pair is None else pair.p,
                    "model": one.rates.model,
                    "dispersion": one.rates.dispersion,
                    "note": "; ".join(dict.fromkeys(note for note in notes if note)),
                }

    return _frame(rows())


def frames(contents: Contents) -> dict[str, pd.DataFrame]:
    """Give the tables that have rows, by name of the file without ending."""
    made = {
        "summary": summary(contents),
        "survival": survival(contents),
        "shares": shares(contents),
        "hazard_ratios": hazard_ratios(contents),
        "rates": rates(contents),
    }
    return {name: frame for name, frame in made.items() if len(frame)}


def columns_text(notice: str) -> str:
    """Say in Markdown what every column means."""
    lines = ["# Columns", "", notice, "", "| column | meaning |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {text} |" for name, text in COLUMNS.items()), ""])


def _frame(rows: Iterator[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows))
