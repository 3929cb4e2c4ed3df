"""What a run gives back: predictions, tables, curves and the run record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from remyelin.engine.backends import DEFAULT_BACKEND, Backend
from remyelin.errors import UnknownNameError, UsageError
from remyelin.files import shown
from remyelin.parameters import Origin
from remyelin.study.tables import Column, Kind, Table
from remyelin.therapies.mechanisms import FIRST

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.parameters import ParameterDraws, ParameterTable
    from remyelin.study.definition import Definition
    from remyelin.study.outcome import OutcomeKey
    from remyelin.study.schema import Study
    from remyelin.study.vocabulary import Mark


class Keep(StrEnum):
    """What becomes of the longitudinal tables of a run."""

    WHOLE = "whole"
    """One table of all patients, held in memory."""
    SPLIT = "split"
    """One file for each shard; figures are worked out shard by shard."""
    NONE = "none"
    """No tables; figures are worked out shard by shard."""


def keep_named(name: str) -> Keep:
    """Give what a word says of the tables.

    Raises
    ------
    UnknownNameError
        It is no such word.
    """
    known = [keep.value for keep in Keep]
    if name not in known:
        raise UnknownNameError("way to keep tables", name, known)
    return Keep(name)


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """What a run was asked to do.

    Attributes
    ----------
    study_id
        Study that is run.
    patients
        Patients per replicate, all arms together (1 to 1,000,000).
    replicates
        Repetitions of the trial with new patients (1 to 100,000).
    seed
        Seed of all random numbers (0 to 2**63 - 1).
    workers
        Processes that share the work (1 to 256); results do not depend on it.
    twins
        The same patients under every arm; never for prediction intervals of a trial.
    backend
        Engine that carries the patients: fused (compiled) or numpy (the slower reference).
    tables
        What becomes of the longitudinal tables.
    mechanism
        By which mechanism cell products act.
    """

    study_id: str
    patients: int
    replicates: int
    seed: int
    workers: int = 1
    twins: bool = False
    backend: Backend = DEFAULT_BACKEND
    tables: Keep = Keep.WHOLE
    mechanism: str = FIRST


SETTING_LIMITS: Mapping[str, tuple[int, int]] = {
    "patients": (1, 1_000_000),
    "replicates": (1, 100_000),
    "seed": (0, 2**63 - 1),
    "workers": (1, 256),
}
"""Smallest and largest value of each number of `RunSettings`."""


def checked(settings: RunSettings) -> RunSettings:
    """Give the settings back when numbers are whole, within `SETTING_LIMITS`, and flags are flags.

    Raises
    ------
    UsageError
        One is not; the message names it and what is allowed.
    """
    for name, (low, high) in SETTING_LIMITS.items():
        value: object = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise UsageError(
                f"{name} is {shown(value)}; allowed is a whole number from {low} to {high}"
            )
    if not isinstance(settings.twins, bool):
        raise UsageError(f"twins is {shown(settings.twins)}; allowed is True or False")
    return settings


@dataclass(frozen=True)
class Progress:
    """How far a run has come: ``done`` of ``total`` steps, and what is being done."""

    done: int
    total: int
    what: str


ProgressListener: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One outcome of the virtual study, over replicates.

    Its interval, and how it stands beside a published figure, are the matter of
    `remyelin.comparison`.

    Attributes
    ----------
    n_replicates, n_not_estimable
        Replicates that gave an estimate, and those that did not.
    median
        Median over replicates; nan where there is no estimate.
    mean, sd
        Over the finite estimates.
    values
        One value per replicate, nan where it could not be estimated.
    draws
        Draw of the parameters that each replicate took, aligned with ``values``; all 0 where the
        parameters are a point.
    """

    key: OutcomeKey
    definition: Definition
    n_replicates: int
    n_not_estimable: int
    median: float
    mean: float
    sd: float
    values: tuple[float, ...]
    draws: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Kaplan-Meier curve of one arm.

    Attributes
    ----------
    months, survival, low, high
        Steps of the event-free proportion: median and 5 to 95 % band over replicates, the same
        figures as those of the outcomes.
    risk_months, at_risk
        Times and patients still at risk, per trial (mean over replicates).
    published
        Published points: months, event-free proportion, mark; none before the comparison.
    """

    definition_id: str
    arm_id: str
    label: str
    months: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    risk_months: tuple[float, ...]
    at_risk: tuple[float, ...]
    published: tuple[tuple[float, float, Mark], ...] = ()


FIGURE_COLUMNS = (
    Column("study_id", Kind.TEXT, "", "study in the evidence base, else the study's own name"),
    Column("arm", Kind.TEXT, "", "arm, or a contrast written first_vs_second"),
    Column("subgroup", Kind.TEXT, "", "subgroup, all for everybody"),
    Column("outcome", Kind.TEXT, "", "name of the outcome"),
    Column("definition_id", Kind.TEXT, "", "definition of the endpoint"),
    Column("time_months", Kind.REAL, "months", "from baseline", nullable=True),
    Column("measure", Kind.TEXT, "", "statistical kind of the value"),
)
"""Columns that name a figure."""


def figure_cells(key: OutcomeKey) -> tuple[object, ...]:
    """Give what stands in `FIGURE_COLUMNS`."""
    return (
        *(key.study_id, key.arm, key.subgroup, key.outcome, key.definition_id),
        *(key.time_months, key.measure.value),
    )


SAMPLES = Table(
    "samples",
    "One row per predicted outcome and replicate.",
    (
        *FIGURE_COLUMNS,
        Column("draw", Kind.INTEGER, "", "draw of the parameters that the replicate took"),
        Column("replicate", Kind.INTEGER, "", "replicate of the trial"),
        Column("value", Kind.REAL, "", "the figure in this replicate", nullable=True),
    ),
)
"""Columns of `RunResult.samples`."""

_DTYPES = {Kind.INTEGER: "Int64", Kind.REAL: "float64", Kind.TEXT: "object", Kind.FLAG: "bool"}


def framed(rows: Sequence[tuple[object, ...]], table: Table) -> pd.DataFrame:
    """Give rows as a table with the columns and kinds of its schema."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(table.names), dtype=object)
    return frame.astype({column.name: _DTYPES[column.kind] for column in table.columns})


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """All that a run gives back.

    Attributes
    ----------
    parameters
        Parameters that the run used; of what was drawn, the values of the table.
    draws
        Draws of the parameters; None stands for a point.
    tables
        Longitudinal tables by name, all replicates stacked; none unless they are kept whole.
    edss_course
        arm_id, time_months, mean, low, high (5 to 95 % over replicates of the mean), n.
    record
        Run record: enough to repeat the run; holds only what JSON can hold.
    wall_seconds
        Duration of the run in seconds.
    baseline
        Where no whole tables are kept: ``arm_id`` (empty for all arms), ``covariate``, ``n``,
        ``mean`` and ``sd`` over all replicates.
    """

    study: Study
    settings: RunSettings
    parameters: ParameterTable
    predictions: tuple[Prediction, ...]
    tables: Mapping[str, pd.DataFrame]
    curves: tuple[Curve, ...]
    edss_course: pd.DataFrame
    record: Mapping[str, object]
    wall_seconds: float
    baseline: pd.DataFrame | None = None
    draws: ParameterDraws | None = None

    @property
    def drawn(self) -> ParameterDraws | None:
        """Draws of the parameters; None where they are a point."""
        draws = self.draws
        return None if draws is None or draws.origin is Origin.POINT else draws

    @property
    def samples(self) -> pd.DataFrame:
        """One row per prediction and replicate with the columns of `SAMPLES`."""
        rows = [
            (*figure_cells(prediction.key), draw, replicate, value)
            for prediction in self.predictions
            for replicate, (draw, value) in enumerate(
                zip(prediction.draws, prediction.values, strict=True)
            )
        ]
        return framed(rows, SAMPLES)
