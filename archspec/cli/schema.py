"""`archspec schema`: the JSON Schema of specs, or of recipes, out."""

from __future__ import annotations

import click

from archspec.cli import terminal


@click.command(short_help="The JSON Schema of specs or recipes, for editors.")
@click.option("--recipe", is_flag=True, help="Print the JSON Schema of recipes instead.")
def schema(recipe: bool) -> None:
    """Print the JSON Schema of specs, with which editors check and complete them.

    \b
    Examples:
      archspec schema > archspec.schema.json
      archspec schema --recipe > recipe.schema.json

    An editor that knows YAML uses it for a spec whose first line is
    `# yaml-language-server: $schema=archspec.schema.json`.
    """
    import json

    if recipe:
        from archspec.training.schema import generate as of_recipes

        generated = of_recipes()
    else:
        from archspec.frontend.schema.editor_schema import editor_schema

        generated = editor_schema()
    terminal.output(json.dumps(generated, indent=2, ensure_ascii=False), "json")
