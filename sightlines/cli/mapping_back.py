"""`flask osm-differences`: bring back to OpenStreetMap what it may lack, for people to review."""

from __future__ import annotations

from pathlib import Path

import click

from sightlines.cli.shell import command_settings, command_site, print_json, telling_errors
from sightlines.downloads.osm_differences import differences_of, summary_text
from sightlines.downloads.osm_proposals import Tally
from sightlines.errors import RequestInvalidError


@click.command("osm-differences")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Report for machines.")
def osm_differences_command(out: Path, as_json: bool) -> None:
    """Write our differences from OpenStreetMap to OUT, to be opened and reviewed in JOSM.

    Nothing is sent anywhere. Prints how many there are, and what was left out and why.
    """
    tally = Tally()
    with telling_errors():
        settings = command_settings()
        snapshot = command_site().snapshot()
        written = differences_of(
            snapshot, tally, site_name=settings.site_name, removal_hold_s=settings.removal_hold_s
        )
        try:
            with out.open("wb") as file:
                file.writelines(written)
        except OSError as reason:
            raise RequestInvalidError(f"{out} cannot be written: {reason.strerror}.") from reason
    if as_json:
        names = ("new", "changed", "flagged", "withheld")
        numbers = {name: getattr(tally, name) for name in names}
        print_json({"snapshot": snapshot.id, **numbers, "left_out": dict(tally.left_out)})
        return
    click.echo(summary_text(tally))
    for reason_left_out, number in sorted(tally.left_out.items()):
        click.echo(f"  left out, {reason_left_out}: {number}")
