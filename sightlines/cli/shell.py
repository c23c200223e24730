"""What all commands share: the settings of the application, reports, and errors as exit codes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import orjson
from flask import current_app

from sightlines.errors import SightlinesError, SubmissionInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.settings import Settings
    from sightlines.web.site import Site

REFUSED = 2


def command_site() -> Site:
    """Return the site of the application that the command runs in."""
    found: Site = current_app.extensions["sightlines"]
    return found


def command_settings() -> Settings:
    """Return the settings of the application that the command runs in."""
    return command_site().settings


@contextmanager
def telling_errors() -> Iterator[None]:
    """Turn an error of ours into its sentence on standard error and exit code 2."""
    try:
        yield
    except SightlinesError as reason:
        click.echo(str(reason), err=True)
        if isinstance(reason, SubmissionInvalidError):
            for fault in reason.faults:
                click.echo(f"row {fault.row}, {fault.attribute}: {fault.message}", err=True)
        raise click.exceptions.Exit(REFUSED) from reason


def print_json(report: object) -> None:
    """Write a report for machines: one JSON text, keys in their order."""
    click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
