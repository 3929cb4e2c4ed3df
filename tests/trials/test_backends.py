"""A trial gives the same on either engine, with one worker or two."""

from __future__ import annotations

import pandas as pd

from remyelin.engine.backends import Backend
from remyelin.trials.plans import Plans
from remyelin.trials.work import run_replicates
from tests.trials import small


def tables(backend: Backend, *, workers: int = 1, replicates: int = 2) -> dict[str, pd.DataFrame]:
    plan = small.plan(backend=backend, workers=workers, replicates=replicates)
    return run_replicates(Plans.single(plan), None)


def test_the_compiled_engine_gives_what_the_reference_gives() -> None:
    reference, fused = tables(Backend.NUMPY), tables(Backend.FUSED)
    assert fused.keys() == reference.keys()
    for name, table in reference.items():
        pd.testing.assert_frame_equal(fused[name], table, rtol=1e-10, obj=name)


def test_the_compiled_engine_gives_the_same_bits_with_two_workers() -> None:
    alone, shared = tables(Backend.FUSED), tables(Backend.FUSED, workers=2)
    for name, table in alone.items():
        pd.testing.assert_frame_equal(shared[name], table, check_exact=True, obj=name)


def test_workers_beyond_the_replicates_become_threads() -> None:
    alone = tables(Backend.FUSED, replicates=1)
    threaded = tables(Backend.FUSED, workers=2, replicates=1)
    for name, table in alone.items():
        pd.testing.assert_frame_equal(threaded[name], table, check_exact=True, obj=name)
