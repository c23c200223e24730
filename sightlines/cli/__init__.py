"""The commands: `flask import`, `flask publish` and the rest, each in a module of its own.

A command's module is imported when the command is called, so that a web process, which loads this
package too, never pays for readers and statistics it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from flask.cli import AppGroup

if TYPE_CHECKING:
    import click

# Command -> module and function.
COMMANDS = {
    "import": ("sightlines.cli.reading", "import_command"),
    "import-areas": ("sightlines.cli.reading", "import_areas_command"),
    "publish": ("sightlines.cli.publishing", "publish_command"),
    "publisher": ("sightlines.cli.publishing", "publisher_command"),
    "statistics": ("sightlines.cli.publishing", "statistics_command"),
    "fetch": ("sightlines.cli.fetching", "fetch_command"),
    "runs": ("sightlines.cli.runs", "runs_group"),
    "matches": ("sightlines.cli.matching", "matches_group"),
    "osm-differences": ("sightlines.cli.mapping_back", "osm_differences_command"),
    "moderate": ("sightlines.cli.moderating", "moderate_group"),
    "write-docs": ("sightlines.cli.documenting", "write_docs_command"),
    "serve": ("sightlines.cli.serving", "serve_command"),
}


class Commands(AppGroup):
    """Look commands up by name and import only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, function = COMMANDS[cmd_name]
        return cast("click.Command", getattr(import_module(module), function))
