"""`archspec schema`: the JSON Schema of specs out."""

from __future__ import annotations

import click

from archspec.cli import terminal


@click.command(short_help="The JSON Schema of specs, for editors.")
def schema() -> None:
    """Print the JSON Schema of specs, with which editors check and complete them.

    \b
    Examples:
      archspec schema > archspec.schema.json

    An editor that knows YAML uses it for a spec whose first line is
    `# yaml-language-server: $schema=archspec.schema.json`.
    """
    import json

    from archspec.frontend.schema.json_schema import generate

    terminal.output(json.dumps(generate(), indent=2, ensure_ascii=False), "json")
