"""``python -m remyelin.calibration``: calibrate the model, or go on with a calibration."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import fields
from pathlib import Path

from remyelin.calibration.calibrate import Settings, calibrate
from remyelin.calibration.record import write
from remyelin.errors import RemyelinError
from remyelin.inputs import Inputs

_NUMBERS = ("prior", "second", "repeats", "moves", "draws", "seed", "workers")


def main() -> int:
    """Run the command."""
    asked = argparse.ArgumentParser(prog="python -m remyelin.calibration", description=__doc__)
    defaults = {one.name: one.default for one in fields(Settings)}
    for name in _NUMBERS:
        asked.add_argument(f"--{name}", type=int, default=defaults[name])
    asked.add_argument("--folder", type=Path, default=Path("runs/calibration"))
    asked.add_argument("--package", type=Path, default=Path(__file__).parents[1])
    chosen = asked.parse_args()
    settings = Settings(**{name: getattr(chosen, name) for name in _NUMBERS})
    begun = time.monotonic()

    def tell(what: str, done: int, of: int) -> None:
        print(f"{time.monotonic() - begun:8.0f} s  {what}: {done} of {of}", flush=True)

    try:
        inputs = Inputs.packaged()
        done = calibrate(settings, chosen.folder, tell, inputs=inputs)
        write(done, inputs.parameters, chosen.package)
    except RemyelinError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
