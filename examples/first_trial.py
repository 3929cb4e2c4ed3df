"""Run a small MIST from Python and look at one outcome.

Usage: python examples/first_trial.py
"""

import remyelin as rm

if __name__ == "__main__":
    result = rm.run("mist", patients=60, replicates=2, seed=7)
    outcomes = result.outcomes
    edss = outcomes[outcomes["outcome"] == "edss"]
    print(edss[["arm", "time_months", "measure", "median", "low", "high", "observed"]])
    print(f"{len(result.tables['visits'])} visits of {len(result.tables['subjects'])} patients")
