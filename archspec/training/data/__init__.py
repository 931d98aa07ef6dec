"""Examples: `sources` finds them by the prefix of ``source:``, each kind in a module of its own;
`order` says in which order each epoch takes them; `batches` makes the batches of Keras's ``fit``.

A source is a class with two methods: ``contents()`` tells what there is, without Keras and without
reading all of it, and ``examples(part)`` reads it. A new kind is a module and its row in
`sources.SOURCES`.
"""
