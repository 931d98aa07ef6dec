"""Operations: functions of `keras.ops`, in a file for each family; a row of a table each."""

OPS = "ops."
"""What the name of an operation begins with."""
