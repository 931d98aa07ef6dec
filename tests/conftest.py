"""What holds of all tests: properties are tried on the same examples in every run, as long as each
takes; an interrupt reaches what it is sent to; and what is there before the first test is left alone
by the garbage collector.
"""

import gc
import os
import signal
import sys
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings

from tests.marks import ONE_THREAD
from tests.preloaded import preloaded, shared  # noqa: F401 - fixtures

os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
# Where Python may not keep what it compiles, each process that a test starts compiles archspec anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it leaves in the background so, and the commands that tests interrupt
    # would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
    """Each process of pytest-xdist begins with its share of the heavy tests: at the end, when one
    takes over what another has left, there are only short ones. A share is in the order of the
    files, for what the tests of a file have in common.
    """
    heavy = [item for item in items if item.get_closest_marker("heavy")]
    light = [item for item in items if not item.get_closest_marker("heavy")]
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    size = len(items) // count
    shares: list[list[pytest.Item]] = []
    for share in _parts(heavy, count):
        missing = max(0, size - len(share))
        shares.append(share + light[:missing])
        light = light[missing:]
    items[:] = [item for share in shares for item in share] + light


def _parts(items: list[pytest.Item], count: int) -> list[list[pytest.Item]]:
    """So many parts, as long as one another or one item shorter, in their order."""
    bounds = [len(items) * number // count for number in range(count + 1)]
    return [items[start:end] for start, end in pairwise(bounds)]


def pytest_collection_finish() -> None:
    """The tests and modules are a million objects: looking through them at every collection takes
    longer than many a test.
    """
    gc.collect()
    gc.freeze()
