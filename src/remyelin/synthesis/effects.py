"""Effects of studies and discrepancies of the model: what a calibration says of their size.

The discrepancy of a figure is that of its kind and of its kind under its treatment together; the
spread between studies is that of its kind. Both are on the figure's scale, and figures that fall
where others of their class rise carry them with the opposite sign.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.errors import InputError
from remyelin.synthesis.scale import Scale

Reals = NDArray[np.float64]

LOWER_IS_MORE: Final = frozenset({"relapse_free", "progression_free", "mri_activity_free", "neda3"})
"""Outcomes that fall where others of their class rise."""

NO_TREATMENT: Final = "none"
"""Treatment of patients who are given nothing, placebo included."""

TAU, DELTA, DELTA_ARM, SHIFT = "tau", "delta", "delta_arm", "shift"
_SEPARATOR: Final = " | "
_CONTRAST: Final = "contrast)"
_HEAD: Final = "# remyelin effects "

TAU_SCALE: Final = {Scale.PROPORTION: 0.4, Scale.RATIO: 0.25, Scale.CHANGE: 0.2}
"""Scale of the half-normal prior of the spread between studies (assumed; times or divided by 2)."""

TAU_CONTRAST: Final = 0.1
"""The same for contrasts of two arms of one study (assumed; times or divided by 2)."""

DISCREPANCY_SCALE: Final = {Scale.PROPORTION: 0.3, Scale.RATIO: 0.1, Scale.CHANGE: 0.15}
"""Scale of the half-normal prior of the discrepancy of a class (assumed; times or divided by 2)."""


@dataclass(frozen=True)
class Carried:
    """Which effects a figure carries.

    Attributes
    ----------
    kind, arm_kind
        Names of its kind, and of its kind under its treatment.
    scale
        Its scale.
    sign
        -1 where more of the outcome means less of its class.
    """

    kind: str
    arm_kind: str
    scale: Scale
    sign: float

    @property
    def tau_scale(self) -> float:
        """Scale of the prior of the spread between studies."""
        return TAU_CONTRAST if self.kind.endswith(_CONTRAST) else TAU_SCALE[self.scale]


def carried(
    outcome: str, outcome_class: str, scale: Scale, treatment: str, *, contrast: bool
) -> Carried:
    """Say which effects a figure carries.

    Parameters
    ----------
    outcome, outcome_class
        What is counted, and its class.
    scale
        Scale of the figure.
    treatment
        Class of treatment; placebo counts as none.
    contrast
        Whether two arms are compared.
    """
    kind = f"{outcome_class} ({scale.value}{' contrast' if contrast else ''})"
    given = NO_TREATMENT if treatment in ("", "placebo", NO_TREATMENT) else treatment
    sign = -1.0 if outcome in LOWER_IS_MORE else 1.0
    return Carried(kind, f"{kind}{_SEPARATOR}{given}", scale, sign)


@dataclass(frozen=True)
class Effects:
    """Draws of all effects.

    Attributes
    ----------
    columns
        Names: ``tau``, ``delta``, ``delta_arm`` or ``shift``, and of what, after a colon.
    values
        Shape (draws, columns).
    """

    columns: tuple[str, ...]
    values: Reals

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.values)

    def _column(self, what: str, name: str) -> Reals | None:
        wanted = f"{what}:{name}"
        return self.values[:, self.columns.index(wanted)] if wanted in self.columns else None

    def tau(self, one: Carried) -> float:
        """Give the spread between studies: root mean square over the draws, else of its prior."""
        found = self._column(TAU, one.kind)
        return one.tau_scale if found is None else float(np.sqrt(np.mean(found**2)))

    def knows(self, one: Carried) -> bool:
        """Whether the calibration had figures of this kind under this treatment."""
        return self._column(SHIFT, one.arm_kind) is not None

    def discrepancy(self, one: Carried, draws: Sequence[int]) -> tuple[Reals, float]:
        """Give the discrepancy of a figure.

        Parameters
        ----------
        one
            What the figure carries.
        draws
            Draw of each replicate.

        Returns
        -------
        tuple
            What the calibration learnt, in every replicate; and the SD of what it could not learn,
            where it had no figure of the kind, or none under the treatment.
        """
        take = np.asarray(draws, dtype=np.intp) % len(self)
        learnt, unknown = np.zeros(len(take)), 0.0
        for name, spread in ((one.kind, DELTA), (one.arm_kind, DELTA_ARM)):
            shift = self._column(SHIFT, name)
            if shift is not None:
                learnt = learnt + one.sign * shift[take]
                continue
            sizes = self._column(spread, one.scale.value)
            assert sizes is not None
            unknown += float(np.mean(sizes**2))
        return learnt, math.sqrt(unknown)

    def text(self, about: Mapping[str, object]) -> str:
        """Give the draws as CSV text with a first line of what they are."""
        out = io.StringIO()
        out.write(_HEAD + json.dumps({"format": 1, **about}) + "\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([f"{value:.4g}" for value in row] for row in self.values)
        return out.getvalue()

    @classmethod
    def parse(cls, text: str, *, name: str = "effects") -> Effects:
        """Read what `text` gives.

        Raises
        ------
        InputError
            It is no such text.
        """
        head, _, body = text.partition("\n")
        problem = "it is no file of effects"
        if not head.startswith(_HEAD):
            raise InputError(name, [problem])
        rows = list(csv.reader(io.StringIO(body)))
        try:
            values = np.array([[float(cell) for cell in row] for row in rows[1:]])
        except ValueError:
            raise InputError(name, [problem]) from None
        if values.ndim != 2 or not np.isfinite(values).all():
            raise InputError(name, [problem])
        return cls(tuple(rows[0]), values)
