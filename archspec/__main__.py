"""``python -m archspec``."""

from archspec.cli.program import main

main(prog_name="archspec")
