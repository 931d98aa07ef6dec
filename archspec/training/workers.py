"""Several processes that train one network, here or on several machines: Keras on JAX.

Not written yet: a launcher that starts them here and ends all when one dies (exit code 6), and
`joined`, which joins this process to the others.
"""
