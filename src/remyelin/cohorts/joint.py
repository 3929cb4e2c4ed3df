"""Joint enrolment: one pass from onset serves all studies that enrol from the same candidates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from remyelin.cohorts.enrolment import (
    LARGEST_WAVE,
    SMALLEST_WAVE,
    Cohort,
    Recruiter,
    open_places,
    screened,
)
from remyelin.errors import CohortError


def enrol_together(
    recruiters: Sequence[Recruiter], replicates: Sequence[int], counts: Sequence[int]
) -> tuple[Cohort, ...]:
    """Enrol several studies in one pass; each cohort is what `Recruiter.enrol` gives.

    Parameters
    ----------
    recruiters
        Studies that enrol from the same candidates.
    replicates
        Numbers of the replicates.
    counts
        Patients in each replicate, one number for each study.

    Raises
    ------
    CohortError
        The studies do not share their candidates, or candidates of one hardly ever enter.
    """
    if not all(recruiters[0].shares_candidates(other) for other in recruiters[1:]):
        raise CohortError(
            "studies that are enrolled together must have course, era, region, prior treatment, "
            "inputs and seed in common. Enrol them one by one."
        )
    joint = _Joint(recruiters, replicates, counts)
    while joint.waiting():
        joint.wave()
    return tuple(
        Cohort.joined([Cohort.joined(of[r]).part(0, count) for r in replicates])
        for of, count in zip(joint.found, counts, strict=True)
    )


class _Joint:
    """Studies on their way to be full."""

    def __init__(
        self, recruiters: Sequence[Recruiter], replicates: Sequence[int], counts: Sequence[int]
    ) -> None:
        self.recruiters, self.counts = recruiters, counts
        self.found: list[dict[int, list[Cohort]]] = [{r: [] for r in replicates} for _ in counts]
        self.seen = dict.fromkeys(replicates, 0)

    def waiting(self) -> dict[int, dict[int, int]]:
        """Give the open places of each study that is not full, by replicate."""
        places = (open_places(of, n) for of, n in zip(self.found, self.counts, strict=True))
        return {k: still for k, still in enumerate(places) if still}

    def wave(self) -> None:
        """Screen as many candidates as the emptiest study wants."""
        waiting = self.waiting()
        sizes: dict[int, int] = {}
        for k, still in waiting.items():
            for r, places in still.items():
                self.recruiters[k].check_yield(self.seen[r], places, self.counts[k])
                sizes[r] = max(sizes.get(r, 0), self.recruiters[k].wanted(places))
        limit = max(SMALLEST_WAVE, LARGEST_WAVE // len(sizes))
        sizes = {r: min(size, limit) for r, size in sizes.items()}
        number = [
            np.arange(self.seen[r], self.seen[r] + n, dtype=np.int64) for r, n in sizes.items()
        ]
        replicate = [np.full(n, r, dtype=np.int64) for r, n in sizes.items()]
        entered = screened(
            [self.recruiters[k] for k in waiting], np.concatenate(replicate), np.concatenate(number)
        )
        for r, n in sizes.items():
            self.seen[r] += n
            for k, cohort in zip(waiting, entered, strict=True):
                self.found[k][r].append(cohort.of(r))
