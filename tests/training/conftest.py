from tests.training.forked import mother  # noqa: F401 - a fixture
from tests.training.test_faults import trained  # noqa: F401 - a fixture
