"""A spec with each layer that Keras lacks, and with what a spec can say besides layers in a row."""

EVERYTHING = """\
archspec: 1
name: everything
inputs: {left: [16, 16, 3], right: [16, 16, 3]}
layers:
  - {name: tower, from: left, Conv2D: {filters: 8, kernel_size: 3, activation: gelu}}
  - {name: other, reuse: tower, from: right}
  - {from: [tower, other], Concatenate: {}}
  - Conv2D: {filters: 8, kernel_size: 3, groups: 4, padding: same, dilation_rate: 2}
  - LocalResponseNormalization
  - StochasticDepth: {rate: 0.2}
  - Slice: {axis: -1, start: 1, stop: 4}
  - branches: {all: [], scale: [Parameter: {shape: [1, 1, 3], initializer: ones}]}
    merge: Multiply
  - {name: side, output: [Flatten, Dense: {units: 2}]}
  - Reshape: {target_shape: [-1, 3]}
  - MultiHeadAttention: {num_heads: 2, key_dim: 4}
  - {name: head, Dense: {units: 3}}
"""
