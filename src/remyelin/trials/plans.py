"""The plans of a run: one for each draw of the parameters, and which replicate takes which.

Replicate k takes draw k modulo the number of draws. A piece of work holds replicates of one draw
only: the engine has the parameters as constants of a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remyelin.errors import CohortError, UsageError
from remyelin.inputs import Inputs
from remyelin.parameters import Origin, ParameterDraws
from remyelin.parameters.request import refuse_unused
from remyelin.study.schema import Study
from remyelin.therapies.mechanisms import under
from remyelin.trials.plan import Plan
from remyelin.trials.prediction import Progress, ProgressListener, RunSettings


def draw_of(replicate: int, draws: int) -> int:
    """Give the draw that a replicate takes."""
    return replicate % draws


def replicates_of(draw: int, *, draws: int, replicates: int) -> range:
    """Give the replicates that take a draw."""
    return range(draw, replicates, draws)


@dataclass(frozen=True)
class Plans:
    """A run made ready: the same trial under each draw of the parameters.

    Attributes
    ----------
    inputs
        Parameters without the draws, protocols and definitions.
    draws
        Draws of the parameters.
    each
        The plan of each draw, with parameters, reference population and weights of its own.
    """

    inputs: Inputs
    draws: ParameterDraws
    each: tuple[Plan, ...]

    @classmethod
    def of(
        cls,
        study: Study,
        settings: RunSettings,
        inputs: Inputs,
        draws: ParameterDraws | None = None,
        progress: ProgressListener | None = None,
    ) -> Plans:
        """Make a run ready.

        What the mechanism of cells holds is the same in every draw. Under draws of a posterior a
        baseline that a draw cannot meet is met as nearly as can be, which `about_draws` tells.

        Parameters
        ----------
        study, settings, inputs
            What is run, how, and with which parameters, protocols and definitions.
        draws
            Draws of the parameters of ``inputs``; None: these parameters, once.
        progress
            Told how far the reference populations are that have to be made first.

        Raises
        ------
        UsageError
            There are more draws than replicates, or the draws are those of other parameters.
        CohortError
            The baseline table cannot be met under one of the draws, which is named.
        UnknownNameError, InputError
            As `Plan.of`.
        """
        draws = ParameterDraws.point(inputs.parameters) if draws is None else draws
        _check(draws, settings, inputs)
        each = []
        for draw in range(len(draws)):
            table = under(settings.mechanism, draws.table(draw))
            told = _told(progress, draw, len(draws))
            try:
                exact = draws.origin is not Origin.POSTERIOR
                plan = Plan.of(study, settings, inputs.with_parameters(table), told, exact=exact)
            except CohortError as error:
                if draws.origin is Origin.POINT:
                    raise
                raise CohortError(
                    f"draw {draw} of the parameters: {error}\nGive other draws with --parameters; "
                    "one that cannot be run is never left out unsaid."
                ) from error
            each.append(plan)
        base = inputs.with_parameters(under(settings.mechanism, inputs.parameters))
        return cls(base, draws, tuple(each))

    @classmethod
    def single(cls, plan: Plan) -> Plans:
        """Give a run in which every replicate has the same plan."""
        return cls(plan.inputs, ParameterDraws.point(plan.table), (plan,))

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.each)

    @property
    def first(self) -> Plan:
        """Plan of draw 0: study, settings, visits and protocols are those of every draw."""
        return self.each[0]

    @property
    def settings(self) -> RunSettings:
        """Settings of the run."""
        return self.first.settings

    @property
    def study(self) -> Study:
        """Study that is run."""
        return self.first.study

    @property
    def of_replicates(self) -> tuple[int, ...]:
        """Draw of each replicate."""
        return tuple(draw_of(k, len(self)) for k in range(self.settings.replicates))

    def about_draws(self) -> Mapping[str, object]:
        """Say for manifest and record where the parameters come from.

        Returns
        -------
        Mapping
            ``origin``, ``number`` and ``digest`` of the draws; ``of_replicates``, the draw of
            each replicate, unless the parameters are a point; ``baseline_missed`` for a posterior,
            by draw, the rows of the baseline table that it cannot meet.
        """
        draws = self.draws
        about: dict[str, object] = {
            "origin": draws.origin.value,
            "number": len(draws),
            "digest": draws.digest(),
        }
        if draws.origin is not Origin.POINT:
            about["of_replicates"] = list(self.of_replicates)
        if draws.origin is Origin.POSTERIOR:
            missed = {str(k): plan.weighting.missed for k, plan in enumerate(self.each)}
            about["baseline_missed"] = {k: list(rows) for k, rows in missed.items() if rows}
        return about


def _check(draws: ParameterDraws, settings: RunSettings, inputs: Inputs) -> None:
    here, there = inputs.parameters.digest(), draws.base.digest()
    if here != there:
        raise UsageError(
            f"the draws are those of parameter table {there}; the run has table {here}\n"
            "Give draws of the table that is run."
        )
    refuse_unused(len(draws), settings.replicates)


def _told(progress: ProgressListener | None, draw: int, draws: int) -> ProgressListener | None:
    """Tell how far the populations of all draws are, where there are several."""
    if progress is None or draws == 1:
        return progress

    def told(step: Progress) -> None:
        done, what = draw * step.total + step.done, f"{step.what} {draw + 1} of {draws}"
        progress(Progress(done, draws * step.total, what))

    return told
