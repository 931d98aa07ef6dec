from tests.training.forked import mother  # noqa: F401 - a fixture
