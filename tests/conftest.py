"""What holds of all tests: properties are tried on the same examples in every run, as long as each
takes.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "archspec",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("archspec")
