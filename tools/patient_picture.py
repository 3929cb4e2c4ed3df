"""Make the picture of a virtual patient for the README.

Usage: python -m tools.patient_picture (or `make patient-picture`)
"""

from __future__ import annotations

from pathlib import Path

import remyelin as rm
from remyelin.reports.patient_picture import picture, written

TARGET = Path(__file__).resolve().parents[1] / "docs" / "img" / "patient.png"
THERAPIES = ("none", "natalizumab", "ahsct_cy200_ratg6")
YEARS, SEED = 15, 1


def main() -> None:
    """Simulate the default patient under three options and draw it."""
    course = rm.patient(years=YEARS, therapies=THERAPIES, seed=SEED)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(written(picture(course), "png"))
    print(f"{TARGET.name}: {course.matched.words()}; seed {SEED}")


if __name__ == "__main__":
    main()
