"""A fuzzer of the compiler: `corpus` → `mutations` → `law`; `python -m tests.fuzz` runs it."""
