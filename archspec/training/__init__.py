"""Training: a recipe and a network in, a run out. Nothing below this room knows it.

How a recipe becomes a run, module by module:

- `recipe`: the recipe as data. `objects`: the classes of Keras that it may name, with their
  arguments, as literal tables. `shapes`: what a value of a recipe may be. `schema`: the keys of a
  recipe, in terms of `shapes`, and their JSON Schema.
- `library`: a name or a file → the text of a recipe, and the recipe for a network that names
  none. `reader`: that text, and ``--set`` → a `Recipe`, or complaints. `checks`: a recipe
  against its network and its data → complaints. None of these loads Keras.
- `data`: sources of examples by their prefix, the order of examples, and the batches of ``fit``.
- `model`: a recipe and a graph → a compiled Keras model. `checkpoint`: the state of a training
  ↔ one file. `callbacks`: what is done at the end of steps and epochs.
- `run`: the folder of a run: what is in it, its lock, whether it goes on. `trainer`: the whole of
  a training, in one process. `workers`: several processes, here or on several machines.
- `outcome`: how a run can end, with its exit code. `reports`: curves, tables and texts of a run.
"""
