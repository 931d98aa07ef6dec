"""Small specs, each with something that is hard to say in Python: names, references, counts,
conditions, values. Read by `tests.backends.python_source.test_source`.
"""

from __future__ import annotations

HARD = {
    "names that mean something in Python": (
        """
vars: {class: 4, lambda: 2, name: 3, x: 2, inputs: 2, layers: 2, keras: 5, l: 1, Filters: 6, filters: 2, BLOCKS: 1, i_: 1, print: 3}
input: [8, 8, 3]
blocks:
  x: {args: [x, name: 2, inputs: 1], layers: [Conv2D: {filters: $x * $name, kernel_size: $inputs}, Dense: {units: $class}]}
  keras: {args: [self, import: 2], layers: [x: {x: $self, name: $import}, ReLU]}
  build_model: {layers: [keras: {self: $lambda}]}
  numbered: {inputs: [class, x], layers: [{Concatenate: {}, from: [class, x]}]}
  make_divisible: {args: [name], layers: [Dense: {units: make_divisible($name)}]}
  range: {layers: [{ReLU: {}, repeat: 2}]}
  layer: {layers: [range, {Dense: {units: $Filters}}, Dense: {units: $filters}]}
layers:
  - {name: x, x: {x: $x, name: $name}}
  - {name: class, keras: {self: $keras, import: $layers}}
  - build_model
  - branches: {class: [ReLU], x: [{Dense: {units: 4}}], 1x1: [Dense: {units: $print}], def: [layer]}
    merge: Concatenate
  - {name: pass, numbered: {}, from: [prev, class]}
  - {Concatenate: {}, from: [x, class, pass]}
  - make_divisible: {name: 9 * $l * $inputs * $i_ * $BLOCKS}
"""
    ),
    "blocks that are called as modifiers": (
        """
vars: {which: call}
input: [8, 8, 4]
blocks:
  first: {args: [filters: 4], layers: [Conv2D: {filters: $filters, kernel_size: 1}]}
  call: {args: [training: true], layers: [first, {Dropout: {rate: 0.5}, call: {training: $training}}]}
layers:
  - {first: {}, repeat: 2}
  - {name: c, call: {training: false}}
  - $which
  - {residual: [call: {}], shortcut: [first], first: shortcut}
"""
    ),
    "texts that need care": (
        r"""
description: "A \"quoted\" text with \"\"\" and a back\\slash, \t a tab, ünïcode — and an end\""
source: 'it''s \N{BULLET} {braces} and "quotes"'
input: [4]
vars: {act: relu, word: "it's"}
layers:
  - {Dense: {units: 3, activation: $act}, when: "$word == \"it's\""}
  - {Dense: {units: 2}, when: "$word != 'its'", name: "a-$(1 if $word == 'x' else 2)"}
  - {Dense: {units: 2}, repeat: [{n: "p", u: 2}, {n: "q", u: 3}], name: d$n}
  - {Dense: {units: $row}, repeat: {row: [2, 3]}, name: "e$(['a', 'b'][$i])"}
"""
    ),
    "defaults of arguments": (
        """
vars: {width: 3, k: 2}
input: [8, 8, 2]
defaults:
  Conv2D: {kernel_size: $k, strides: "1 if $in.channels == 2 else 2"}
blocks:
  a:
    args: [n, wide: 2 * $n, here: $in.channels, size: [2, 2], none: null, last: $wide + $width]
    layers:
      - Conv2D: {filters: $wide, kernel_size: $size}
      - Conv2D: {filters: $here}
      - {Dense: {units: $last}, when: $none == null}
      - {Dense: {units: 1}, when: $none != null}
  b:
    args: [k: 1, m]
    defaults: {Conv2D: {filters: $k * $m, kernel_size: 1}, Dense: {units: $in.channels}}
    let: {unused: $m + 1, used: $also * 2, also: $k + $in.channels}
    layers: [Conv2D, Dense, {Dense: {units: $used}}]
layers:
  - a: {n: 2}
  - a: {n: 1, wide: 5, here: 2, size: 1, none: 4, last: 6}
  - a: {n: 1, wide: 5, size: [1, 2], none: null}
  - b: {m: 3}
  - b: {m: 1, k: 4}
  - Dense: {units: 2}
"""
    ),
    "references inward, over loops, to branches and inputs": (
        """
vars: {depth: 3}
inputs: {image: [16, 16, 3], mask: [16, 16, 1]}
blocks:
  backbone:
    args: [n]
    layers:
      - {name: stem, Conv2D: {filters: 4, kernel_size: 3, padding: same}}
      - {name: stage, Conv2D: {filters: 4, kernel_size: 3, padding: same}, repeat: $n}
      - name: fork
        branches: {left: [ReLU], right: [Conv2D: {filters: 4, kernel_size: 1}]}
        merge: Add
      - name: tail
        layers: [{name: inner, ReLU: {}}, Conv2D: {filters: 2, kernel_size: 1}]
      - {Concatenate: {}, from: [prev, stage1, fork.left, tail.inner]}
  two: {inputs: [a, b], layers: [{name: sum, Concatenate: {}, from: [a, b]}, {Concatenate: {}, from: [prev, a, b, sum]}]}
layers:
  - {name: first, backbone: {n: $depth}}
  - {name: second, backbone: {n: 2}, from: [first.stage2]}
  - {name: cell, two: {}, from: [prev, first.fork.right]}
  - {name: c0, ReLU: {}, from: first}
  - {name: c1, ReLU: {}}
  - {name: "c$(i + 2)", two: {}, from: ["c$i", prev], repeat: 3}
  - name: group
    layers:
      - {name: a, ReLU: {}}
      - {name: row, layers: [{name: in1, ReLU: {}}, {name: in2, Concatenate: {}, from: [in1, a, mask]}], repeat: 2}
      - {Concatenate: {}, from: [prev, row1.in1, row2.in2, cell]}
  - {Concatenate: {}, from: [prev, group.row1, group.a, mask, image, second.fork]}
  - residual: [{name: main, ReLU: {}}, {ReLU: {}}]
    shortcut: [{ReLU: {}, from: main}]
  - {Add: {}, from: [prev, shortcut]}
"""
    ),
    "outputs in loops, blocks, conditions and one another": (
        """
vars: {aux: true, deep: 2}
input: [8, 8, 3]
blocks:
  head: {args: [n], layers: [GlobalAveragePooling2D, Dense: {units: $n}]}
  stage:
    args: [n, out: true]
    layers:
      - Conv2D: {filters: $n, kernel_size: 1}
      - {name: tap, output: [], when: $out}
      - {name: head, output: [head: {n: $n}], when: $aux and $out}
layers:
  - {name: zero, output: [ReLU, {name: one, output: [{head: {n: 2}}]}, ReLU, {name: two, output: []}]}
  - {name: stage, stage: {n: 2 + $i, out: $i != 1}, repeat: 3}
  - {name: later, output: [head: {n: 5}], when: $deep > 1}
  - {name: g, repeat: $deep, layers: [ReLU, {name: o, output: [head: {n: $i + 1}]}]}
  - ReLU
"""
    ),
    "a choice of tensors": (
        """
vars: {wide: 8}
input: [8, 8, 3]
blocks:
  unit:
    inputs: [x]
    args: [n]
    let: {project: $in.channels != $n}
    layers:
      - {name: 0, Conv2D: {filters: $n, kernel_size: 1}, when: $project}
      - {name: 1, Conv2D: {filters: $n, kernel_size: 3, padding: same}, from: x}
      - {name: add, Add: {}, from: ["$(0 if project else 'x')", prev]}
      - {name: out, layers: [ReLU, Dense: {units: $prev.channels}], from: "$('prev' if $n == 8 else 'add')"}
layers:
  - {name: a, unit: {n: $wide}, repeat: 3}
  - {name: b, unit: {n: 2 * $wide}, repeat: 2}
"""
    ),
    "outputs in a row": (
        """
input: [8, 8, 3]
layers:
  - {name: zero, output: []}
  - Conv2D: {filters: 2, kernel_size: 1}
  - {name: x, output: []}
  - {name: y, output: [ReLU, {name: z, output: [Flatten]}, GlobalAveragePooling2D]}
  - {name: same, from: x, layers: []}
  - {Add: {}, from: [prev, x]}
"""
    ),
    "layers used again": (
        """
inputs: {a: [6, 6, 2], b: [6, 6, 2], c: [6, 6, 2]}
blocks:
  tower: {args: [n], layers: [{Conv2D: {filters: $n, kernel_size: 3, padding: same}, repeat: 2}, BatchNormalization, residual: [Dense: {units: $n}]]}
layers:
  - {name: t, tower: {n: 3}}
  - {name: t2, reuse: t, from: b}
  - {name: t3, reuse: t2, from: c}
  - {Concatenate: {}, from: [t, t2, t3]}
  - name: head
    layers:
      - branches: {p: [Dense: {units: 4}], q: [{Dense: {units: 4}}, {name: deep, ReLU: {}}]}
        merge: Add
      - {Concatenate: {}, from: [prev, t]}
      - {name: side, output: [Flatten, Dense: {units: 1}]}
      - Dense: {units: 9}
  - {reuse: head, name: head$i, repeat: {k: [0, 1]}}
  - {name: d, Dense: {units: 9}}
  - {reuse: d, repeat: 2, name: e}
  - {Concatenate: {}, from: [prev, head0, e1, head1.q.deep, head0.q]}
  - {name: att, MultiHeadAttention: {num_heads: 2, key_dim: 3, trainable: false}}
  - {reuse: att, name: att2, from: [prev, att]}
  - {name: drop, Dropout: {rate: 0.5}}
  - {name: twice, repeat: 2, layers: [{name: dense, Dense: {units: 4}}, {reuse: dense, name: again, when: $i == 5}]}
"""
    ),
    "every operator and function": (
        """
vars: {f: 4.0, h: 0.5, n: 3, flag: true, list: [3, 1, 2], rows: [{a: 1, b: [2, 3]}, {a: 2, b: [4]}], word: abc, none: null, mapping: {k: [1, 2]}}
input: [8, 8, 4]
layers:
  - {Dense: {units: $f * 2}}
  - {Dense: {units: "$f / 2 + max($list) - min(1, $n) + sum([$r['a'] for $r in $rows])"}}
  - {Dense: {units: "len($list[1:]) + len($list[::2]) + len($list[:$n - 1]) + abs(-$n) + round(2.5) + round($h, 1) * 2 + int(3.7)"}}
  - {Dense: {units: "floor($h) + ceil($h) + len(range(2, 8, 2)) + sum(range($n)) + make_divisible(11, 4) - 5 // 2 % 2"}}
  - {Dense: {units: "-$n + 2 ** $n ** 1 - -2 ** 2"}}
  - {Dense: {units: 3}, when: "$flag == true and not ($n != 3) and 2 < $n <= 3.0 and $n in $list and 1 not in $rows[0]['b'] and 'a' in $rows[0]"}
  - {Dense: {units: 4}, when: "$flag != false and (3 == $n or $flag == 1)"}
  - {Dense: {units: 5}, when: "$flag == 1 or $none != null or 1 in [true]"}
  - {Dense: {units: 6}, when: "not ($flag and $n > 5) and not not $flag and $word == 'abc'"}
  - {Dense: {units: "6 if $flag and $n > 2 else 7 if $n > 1 else 8"}}
  - {Dense: {units: "([1, 2] + [$n] * 2)[$n] + ([0] * 2 + [$v * 2 for $v in $list])[0]"}}
  - {Dense: {units: "(([1] + $list) * 2.0)[4.0] + [$v * 2 for $v in $list][-1]"}}
  - {Conv2D: {filters: 4, kernel_size: ["$list[1]", "$n - 1"], padding: "'same' if $flag else 'valid'"}}
  - {Dense: {units: $x + $y}, repeat: {x: "$list[:2]", y: "[$v['a'] for $v in $rows]"}}
  - {Dense: {units: $x}, repeat: {x: "$list + [4]"}, name: "u$x"}
  - {Dense: {units: $a + len($b)}, repeat: $rows}
  - {Dense: {units: $k}, repeat: $mapping}
  - {Dense: {units: 2}, repeat: $f / 2}
  - {Dense: {units: $j + 1}, repeat: {j: "range($n)"}}
  - {Reshape: {target_shape: "[$in.height * $in.shape[1], $prev.channels]"}}
  - {Reshape: {target_shape: $prev.shape}}
  - {Reshape: {target_shape: "$prev.shape[:1] + [$prev.shape[-1]]"}}
"""
    ),
    "unknown sizes and other dtypes": (
        """
inputs: {image: [null, null, 3], tokens: {shape: [5], dtype: int32}}
layers:
  - {Conv2D: {filters: 4, kernel_size: 3}, when: $in.height == null and $in.channels != null}
  - {Conv2D: {filters: 4, kernel_size: "3 if $in.width != null else 1"}}
  - {name: mean, GlobalAveragePooling2D: {}}
  - {name: o, from: image, output: [Conv2D: {filters: 2, kernel_size: 1}]}
  - {name: t, from: tokens, Rescaling: {scale: 0.5}}
  - {name: t2, Dense: {units: 4, dtype: float64, trainable: false}}
  - {Concatenate: {}, from: [mean, prev]}
"""
    ),
    "kinds and blocks by variables": (
        """
vars: {act: ELU, norm: BatchNormalization, merge: Maximum, block: b}
input: [8, 8, 4]
blocks:
  a: {args: [act, n: 4], layers: [{Dense: {units: $n}}, $act]}
  b: {args: [act, n: 3], layers: [$act: {}, a: {act: $act, n: $n}, $norm: {}]}
  c: {args: [n], layers: [Dense: {units: $n}]}
  d: {args: [n], layers: [c: {n: $n}, ReLU]}
  e: {args: [which, n], layers: [{$which: {n: $n}}, {$which: {n: 2}, name: second}, {ReLU: {}, when: $which == 'c'}]}
layers:
  - $block: {act: $act}
  - $block: {act: ReLU}
  - {$kind: {}, repeat: {kind: [ReLU, b_, ELU, Softmax]}, when: $kind != 'b_'}
  - e: {which: c, n: 4}
  - e: {which: d, n: 4}
  - {$one: {act: ReLU}, repeat: {one: [a, b]}, name: m}
  - branches: {p: [ReLU], q: [ELU]}
    merge: $merge
  - branches: {p: [ReLU], q: [ELU], r: {when: "$act == 'nothing'", layers: [ReLU]}}
    merge: {Concatenate: {axis: "-1 if $act == 'ELU' else -2"}}
  - branches: {p: [Dense: {units: 3}], q: {when: "$act == 'nothing'", layers: [ReLU]}}
    merge: Add
"""
    ),
    "counted automatic names": (
        """
vars: {n: 3, deep: [1, 2]}
input: [8, 8, 4]
blocks:
  a: {args: [first], layers: [{ReLU: {}, when: $first}, ReLU, {ReLU: {}, repeat: 2}, ELU]}
  b: {args: [n], layers: [{a: {first: $i == 0}, repeat: $n}, a: {first: true}]}
layers:
  - {ReLU: {}, repeat: $n}
  - {layers: [ReLU, ELU, a: {first: false}], repeat: 2}
  - {ReLU: {}, when: $i != 1, repeat: 3}
  - b: {n: 2}
  - b: {n: 1}
  - repeat: {d: $deep}
    layers: [{ReLU: {}, repeat: $d}]
  - {residual: [ReLU], repeat: 2}
  - {branches: {p: [ReLU], q: []}, merge: Add, repeat: 2}
  - {name: re_lu_30, ReLU: {}}
"""
    ),
    "residuals": (
        """
vars: {project: true}
input: [8, 8, 4]
blocks:
  r:
    args: [n, strides: 1]
    let: {fits: $strides == 1 and $in.channels == $n}
    layers:
      - residual:
          - residual: [Dense: {units: $in.channels}, residual: [ReLU]]
            shortcut: [ReLU]
          - Conv2D: {filters: $n, kernel_size: 1, strides: $strides}
        shortcut: {when: $fits, layers: []}
      - residual: [{layers: []}]
      - residual: [ReLU]
        shortcut: [{Dense: {units: $n}, when: $n > 4}]
      - residual: [ReLU, Dense: {units: $n}]
        shortcut: {when: "$n == 4 or $prev.channels == 5", layers: [Dense: {units: $n}, {name: way, ELU: {}}]}
layers:
  - {name: r, r: {n: 4 + $i, strides: "1 if $i == 0 else 2"}, repeat: 3}
  - {name: kept, ReLU: {}}
  - {name: sum, residual: [ReLU], shortcut: {when: $project, layers: [Dense: {units: $prev.channels}]}}
  - {Add: {}, from: [prev, kept, sum]}
"""
    ),
    "small objects of Keras": (
        """
vars: {decay: 1e-4, low: -0.5, axes: [1, -1]}
input: [8, 8, 4]
defaults: {Dense: {kernel_regularizer: {L2: {l2: $decay}}}}
layers:
  - Dense: {units: 4, kernel_initializer: {RandomUniform: {minval: $low, maxval: $(1 / 2), seed: 3}}, bias_constraint: {MaxNorm: {axis: [0]}}}
  - Dense: {units: 4, kernel_regularizer: null, kernel_initializer: he_normal, bias_initializer: {Constant: {value: 0.25}}}
  - ZeroPadding2D: {padding: [[1, 0], ["$prev.width - 7", 2]]}
  - LayerNormalization: {axis: [-1, -2]}
  - LayerNormalization: {axis: $axes}
  - LayerNormalization: {axis: ["$axes[0]", -1]}
  - LocalResponseNormalization: {depth_radius: 1}
  - StochasticDepth: {rate: $decay}
  - Slice: {axis: -1, stop: "$prev.channels - 1"}
  - branches: {x: [], s: [Parameter: {shape: [1, 1, $in.channels - 1], initializer: {Constant: {value: 0.5}}}]}
    merge: Multiply
"""
    ),
    "loops that cannot be loops": (
        """
vars: {table: [{kind: ReLU, n: 1}, {kind: Dense, n: 2}], total: 2}
input: [8, 8, 4]
blocks:
  dense: {args: [n], layers: [Dense: {units: $n}]}
  relu: {args: [n], layers: [ReLU]}
layers:
  - {layers: [{$b: {n: $n}}, {ReLU: {}, when: "$b == 'relu'"}, ReLU], repeat: [{b: relu, n: 1}, {b: dense, n: 2}, {b: relu, n: 3}]}
  - repeat: 2
    layers:
      - branches: {p: [ReLU], q: {when: $i == 0, layers: [ELU]}}
        merge: Concatenate
  - {repeat: 2, layers: [{repeat: $i + 1, layers: [ReLU, {Dense: {units: $total}, when: $i == 0}]}]}
  - {repeat: 1, name: once, ReLU: {}}
  - {repeat: 0, ReLU: {}}
  - {repeat: 3, layers: [{ReLU: {}, when: $i > 4}]}
"""
    ),
    "the input and nothing else": (
        """
input: [4]
layers:
  - {name: tap, output: []}
  - {ReLU: {}, when: false, name: never}
  - Dense: {units: 2}
"""
    ),
    "layers used again on other shapes, with outputs": (
        """
input: [6]
layers:
  - name: a
    layers:
      - {ReLU: {}, when: $prev.channels == 4}
      - {name: side, output: [Dense: {units: 2, trainable: false}], when: $prev.channels == 6}
      - {Slice: {axis: -1, stop: 4}}
      - {Slice: {axis: -1, stop: 3}, when: $prev.channels > 5}
  - {reuse: a}
  - {name: end, output: []}
  - {name: again, reuse: end}
  - Dense: {units: 2}
"""
    ),
    "whole floats in lists of integers": (
        """
input: [8]
vars: {n: 8, half: "[$n / 2, 2.0]"}
blocks:
  split: {args: [n], let: {shape: "[$n / 2, -1]"}, layers: [Reshape: {target_shape: $shape}, Reshape: {target_shape: "[-1, $n / 4]"}]}
layers:
  - split: {n: $n}
  - Reshape: {target_shape: $half}
  - {Reshape: {target_shape: [2, $n / 2]}}
"""
    ),
}
