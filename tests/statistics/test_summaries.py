from __future__ import annotations

import numpy as np

from remyelin.statistics.summaries import ratio


def test_a_ratio_over_nothing_is_infinite_and_of_nothing_missing() -> None:
    found = ratio(np.array([3.0, 1.0, 0.0]), np.array([2.0, 0.0, 0.0]))
    assert found[:2].tolist() == [1.5, np.inf]
    assert np.isnan(found[2])
