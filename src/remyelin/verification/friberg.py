"""Check of the marrow equations against Friberg's own neutropenia, as a separate instance.

The patient model has two transit pools and a graft; Friberg 2002 has three and a drug that kills
what divides. Two coupled copies of the model's own blood step make his chain: the first carries
proliferating cells and pools 1 and 2, the second pool 3 and the circulation. The drug acts by
splitting: between steps, what divides is cut by the exact integral of the drug effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from remyelin.engine.numpy_backend import NUMPY
from remyelin.files import parse_yaml
from remyelin.parameters import bind
from remyelin.verification.bench import Bench, Parts
from remyelin.verification.check import Check, Finding, Group

DATA: Final = "friberg2002_docetaxel.yaml"

_HOURS: Final = 24.0
_DAYS: Final = 25
_POOLS_OF_THE_MODEL: Final = 3
"""Steps of the model's chain from progenitors to blood: its transit time is that of three."""

_STEPS: Final = (64, 128)
"""Steps a day; each has eight substeps."""

_UNLIMITED: Final = {"progenitor_cap": 10.0}
_ORDER: Final = (1.8, 2.2)
_SAFETY: Final = 1.25
"""Safety factor of the grid convergence index (Roache 1994, doi:10.1115/1.2910291)."""

_TOLERANCE: Final = 1e-10


@dataclass(frozen=True)
class Friberg:
    """Published parameters, times in days."""

    values: dict[str, float]

    @classmethod
    def load(cls) -> Friberg:
        """Read the parameters that come with the package."""
        text = files("remyelin.verification").joinpath(DATA).read_text(encoding="utf-8")
        data = parse_yaml(text, where=DATA)
        assert isinstance(data, dict)
        return cls({k: float(v) for k, v in data.items() if isinstance(v, int | float)})

    @property
    def baseline(self) -> float:
        """Neutrophils before the drug, 1e9/L."""
        return self.values["baseline_1e9_l"]

    @property
    def feedback(self) -> float:
        """Exponent of the feedback."""
        return self.values["feedback"]

    @property
    def rate(self) -> float:
        """Rate of transit between pools, per day."""
        pools = self.values["transit_pools"] + 1.0
        return pools * _HOURS / self.values["transit_time_h"]

    @cached_property
    def exchange(self) -> NDArray[np.float64]:
        """Matrix of the three-compartment pharmacokinetics, per day."""
        k = {n: _HOURS * self.values[f"k{n}_per_h"] for n in ("10", "12", "21", "13", "31")}
        return np.array(
            [
                [-(k["10"] + k["12"] + k["13"]), k["21"], k["31"]],
                [k["12"], -k["21"], 0.0],
                [k["13"], 0.0, -k["31"]],
            ]
        )

    @property
    def effect_per_mg(self) -> float:
        """Drug effect of one mg in the central volume."""
        v = self.values
        return v["slope_per_umol_l"] / (v["volume_l"] * v["molar_mass_mg_per_umol"])

    def dose_integral(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Integral of the drug effect from the dose to each time, from eigenvalues."""
        rates, vectors = np.linalg.eig(self.exchange)
        weights = vectors[0] * np.linalg.solve(vectors, [self.values["dose_mg"], 0.0, 0.0])
        grown = np.expm1(np.outer(times, rates)) / rates
        found: NDArray[np.float64] = np.real(grown @ weights) * self.effect_per_mg
        return found

    def exact(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Neutrophils by an independent integration of the published equations."""

        def change(_: float, y: NDArray[np.float64]) -> list[float]:
            drug = self.exchange @ y[:3]
            dividing, first, second, third, circulating = y[3:]
            call = (self.baseline / circulating) ** self.feedback
            kept = 1.0 - self.effect_per_mg * y[0]
            return [
                *drug,
                self.rate * dividing * (kept * call - 1.0),
                self.rate * (dividing - first),
                self.rate * (first - second),
                self.rate * (second - third),
                self.rate * (third - circulating),
            ]

        start = [self.values["dose_mg"], 0.0, 0.0, *[self.baseline] * 5]
        solved = solve_ivp(
            change,
            (0.0, float(times[-1])),
            start,
            method="LSODA",
            t_eval=times,
            rtol=_TOLERANCE,
            atol=_TOLERANCE,
        )
        found: NDArray[np.float64] = solved.y[-1]
        return found


def instance(bench: Bench, friberg: Friberg, steps: int) -> NDArray[np.float64]:
    """Neutrophils of Friberg's chain made of the model's own blood step.

    Parameters
    ----------
    bench
        Bench with the blood stage.
    friberg
        Published parameters.
    steps
        Steps a day.

    Returns
    -------
    NDArray[np.float64]
        Counts at the start and after each step of the coarsest grid.
    """
    table = bench.table.with_values({"marrow_feedback": friberg.feedback, **_UNLIMITED})
    stage = next(stage for stage in bench.stages if stage.name == "blood")
    parameters = bind(stage.parameters, table)
    parts = _two_copies(bench, friberg)
    cuts = np.diff(friberg.dose_integral(np.arange(_DAYS * steps + 1) / steps))
    counts = [friberg.baseline]
    for cut in cuts:
        marrow = parts["marrow"]
        call = (friberg.baseline / marrow.neutrophils[1]) ** friberg.feedback
        parts["marrow"] = marrow._replace(
            progenitors=marrow.progenitors * np.exp(-friberg.rate * call * cut)
        )
        asked = {name: parts[name] for name in stage.reads}
        given = stage.step(NUMPY, parameters, 1.0 / steps, **asked)["marrow"]
        parts["marrow"] = _coupled(given)
        counts.append(float(given.neutrophils[1]))
    return np.array(counts)[:: steps // _STEPS[0]]


def _two_copies(bench: Bench, friberg: Friberg) -> Parts:
    people = bench.newcomers(2, replicate=15)
    both = np.ones(2)
    state = people.state._replace(
        clock=people.state.clock._replace(recovery_left=both * 2.0 * _DAYS),
        marrow=people.state.marrow._replace(
            progenitors=both,
            transit_1=both,
            transit_2=both,
            neutrophils=both * friberg.baseline,
        ),
    )
    blood = people.traits.blood_traits._replace(
        transit_time=both * _POOLS_OF_THE_MODEL / friberg.rate,
        neutrophils=both * friberg.baseline,
    )
    traits = people.traits._replace(blood_traits=blood)
    return {**traits._asdict(), **state._asdict(), "levels": people.levels}


def _coupled(marrow: Any) -> Any:
    """Hand pool 2 of the first copy on to the second, and its count back for the feedback."""

    def pair(first: float, second: float) -> NDArray[np.float64]:
        return np.array([first, second])

    return marrow._replace(
        transit_1=pair(marrow.transit_1[0], marrow.transit_2[0]),
        neutrophils=pair(marrow.neutrophils[1], marrow.neutrophils[1]),
    )


def friberg_docetaxel(bench: Bench) -> list[Finding]:
    """Compare the chain with the published equations solved by an independent method."""
    friberg = Friberg.load()
    times = np.arange(_DAYS * _STEPS[0] + 1) / _STEPS[0]
    exact = friberg.exact(times)
    middle, fine = (instance(bench, friberg, steps) for steps in _STEPS)
    error = _SAFETY * float(np.abs(fine - middle).max())
    bound = "grid convergence index of two step sizes, order 1 (Roache 1994)"
    order = float(np.abs(middle - exact).max() / np.abs(fine - exact).max())
    grid = 1.0 / _STEPS[0]
    lowest = int(exact.argmin())
    return [
        Finding(
            f"largest distance from the published equations in {_DAYS} days, 1e9/L",
            float(np.abs(fine - exact).max()),
            0.0,
            error,
            bound,
        ),
        Finding(
            "lowest neutrophils, 1e9/L",
            float(fine.min()),
            float(exact.min()) - error,
            float(exact.min()) + error,
            f"published equations: {exact.min():.4f}; {bound}",
        ),
        Finding(
            "day of the lowest neutrophils",
            float(times[fine.argmin()]),
            float(times[lowest]) - 2.0 * grid,
            float(times[lowest]) + 2.0 * grid,
            f"published equations: {times[lowest]:.2f}; two steps of the grid",
        ),
        Finding(
            f"error at {_STEPS[0]} steps a day over that at {_STEPS[1]}",
            order,
            *_ORDER,
            "2 for a method of first order, to within higher orders",
        ),
    ]


CHECKS = (
    Check(
        "friberg_docetaxel",
        Group.MARROW,
        "The marrow equations with Friberg's parameters give his neutropenia after docetaxel.",
        friberg_docetaxel,
    ),
)
