"""What holds of all tests: properties are tried on the same examples in every run, as long as each
takes; and what is there before the first test is left alone by the garbage collector.
"""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from tests.marks import ONE_THREAD

os.environ.update(dict.fromkeys(ONE_THREAD, "1"))

settings.register_profile(
    "archspec",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("archspec")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Heavy tests come first, so that no process is left with a long one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("heavy") is None)


def pytest_collection_finish() -> None:
    """The tests and modules are a million objects: looking through them at every collection takes
    longer than many a test.
    """
    gc.collect()
    gc.freeze()
