"""Settings that hold for every test."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Examples are the same on every run, and a busy machine fails no test by its slowness.
settings.register_profile("remyelin", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("remyelin")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the wheel test last: it takes longest and needs everything else to work."""
    items.sort(key=lambda item: item.get_closest_marker("wheel") is not None)
