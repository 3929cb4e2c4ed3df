"""Make reference values of negative binomial and Poisson rates with statsmodels.

Run in an environment of its own, which needs numpy and statsmodels only:
``python validation/rates/make.py``. The peer is no dependency of the package; tests read the file.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import statsmodels
import statsmodels.api as sm

TARGET = Path(__file__).with_name("rates.json")

FIELDS = ("seed", "patients", "rates", "dispersion", "short", "long")

CASES = {
    # name: seed, patients, rates by group, dispersion, shortest and longest follow-up in years
    "three groups": (1, 200, (0.3, 0.6, 0.2), 0.8, 0.3, 3.0),
    "two small groups": (11, 40, (0.5, 1.0), 1.5, 1.0, 2.0),
    "one group": (7, 80, (0.6,), 0.8, 0.5, 4.0),
    "equal follow-up": (4, 120, (0.8, 0.4), 1.0, 2.0, 2.0),
}


def case(
    *,
    seed: int,
    patients: int,
    rates: tuple[float, ...],
    dispersion: float,
    short: float,
    long: float,
) -> dict[str, object]:
    generator = np.random.default_rng(seed)
    years = np.round(generator.uniform(short, long, patients), 3)
    group = generator.permutation(np.arange(patients) % len(rates))
    mean = np.array(rates)[group] * years
    count = generator.poisson(mean * generator.gamma(1 / dispersion, dispersion, patients))
    design, offset = np.eye(len(rates))[group], np.log(years)
    model = sm.NegativeBinomial(count, design, offset=offset)
    fit = model.fit(disp=0, method="newton", maxiter=500, tol=1e-13)
    assert fit.mle_retvals["converged"]
    alpha = float(fit.params[-1])
    family = sm.families.NegativeBinomial(alpha=alpha)
    expected = sm.GLM(count, design, family=family, offset=offset).fit(tol=1e-14, maxiter=500)
    poisson = sm.GLM(count, design, family=sm.families.Poisson(), offset=offset).fit(tol=1e-14)
    return {
        "count": count.tolist(),
        "years": years.tolist(),
        "group": group.tolist(),
        "dispersion": alpha,
        "log_rate": expected.params.tolist(),
        "log_se": expected.bse.tolist(),
        "poisson_log_rate": poisson.params.tolist(),
        "poisson_log_se": poisson.bse.tolist(),
    }


if __name__ == "__main__":
    made = {
        "statsmodels": statsmodels.__version__,
        "numpy": np.__version__,
        "cases": {
            name: case(**dict(zip(FIELDS, given, strict=True))) for name, given in CASES.items()
        },
    }
    TARGET.write_text(json.dumps(made) + "\n", encoding="utf-8")
