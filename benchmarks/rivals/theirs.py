"""Runs in the environment of the rivals and imports nothing of remyelin.

``python theirs.py FOLDER`` makes the cohort behind the tables that msclinical prints in its
description (600 patients, two years, seed 3), writes it as CSV, works the printed tables out again,
and writes what was found and the processor time that it took as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd
from msclinical.edssplus.core import Rules, events
from msclinical.multiverse.core import influence, run
from msclinical.sim.core import Model, simulate
from mstrial.endpoints.core import endpoints

SEED, PER_ARM = 3, 300
NOISE = (0.0, 0.15, 0.30)
CONFIRM_DAYS = (84, 168)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows, found, seconds = [], [], {}
    for noise in NOISE:
        tables = simulate(Model(n_per_arm=PER_ARM, rating_noise_p=noise, seed=SEED))
        for name, frame in tables.items():
            frame.to_csv(folder / f"{name}_{noise:g}.csv", index=False)
        for days in CONFIRM_DAYS:
            for reference in ("roving", "fixed"):
                rules = Rules(confirm_days=days, reference=reference)
                begin = time.process_time()
                made = events(tables["visits"], rules, components=("edss",))
                seconds[f"{noise:g}, {days} days, {reference}"] = time.process_time() - begin
                confirmed = made[made["status"] == "confirmed"]
                first = confirmed.groupby("patient", as_index=False).first()
                rows.append(
                    {
                        "noise": noise,
                        "confirm_days": days,
                        "reference": reference,
                        "events": len(confirmed),
                        "patients": len(first),
                    }
                )
                found.append(first.assign(noise=noise, confirm_days=days, reference=reference))
        if noise == NOISE[1]:
            begin = time.process_time()
            grid = run(tables["visits"], tables["relapses"], tables["mri"])
            seconds["multiverse"] = time.process_time() - begin
            begin = time.process_time()
            trial = endpoints(
                tables["patients"],
                tables["visits"],
                tables["relapses"],
                tables["mri"],
                composite=False,
            )
            seconds["endpoints"] = time.process_time() - begin
    pd.concat(found).to_csv(folder / "first_events.csv", index=False)
    grid.to_csv(folder / "grid.csv", index=False)
    result = {
        "events": rows,
        "multiverse": {
            "definitions": len(grid),
            "events": [int(grid["events"].min()), int(grid["events"].max())],
            "pira_share": [float(grid["pira_share"].min()), float(grid["pira_share"].max())],
            "influence": influence(grid).to_dict(orient="records"),
        },
        "endpoints": trial,
        "seconds": seconds,
    }
    (folder / "theirs.json").write_text(json.dumps(result, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
