"""`flask runs`: look at what was read of each source, and decide what stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from sightlines.cli.shell import command_settings, command_site, print_json, telling_errors
from sightlines.observations.run_decisions import accept_run, rollback_run
from sightlines.observations.run_rows import all_runs, run_of, runs_of
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from sightlines.observations.run_rows import RunRow

_JSON = click.option("--json", "as_json", is_flag=True, help="Report for machines.")
_RUN = click.argument("run_id", metavar="RUN")


@click.group("runs")
def runs_group() -> None:
    """Look at the runs of sources and decide which stand."""


@runs_group.command("list")
@click.argument("source", required=False)
@_JSON
def list_command(source: str | None, as_json: bool) -> None:
    """List the runs of all sources, or of one, those read last first."""
    with telling_errors():
        ledger = command_site().ledger
        rows = all_runs(ledger) if source is None else runs_of(ledger, source)
    if as_json:
        print_json([_report(row) for row in rows])
        return
    for row in rows:
        missing = f", {row.n_missing} missing" if row.n_missing else ""
        click.echo(
            f"{row.id}  {row.retrieved_at:%Y-%m-%d %H:%M}  {row.outcome:<11}  {row.source}  "
            f"{row.observations} observations{missing}"
        )
    if not rows:
        click.echo("There is no run.")


@runs_group.command("show")
@_RUN
@_JSON
def show_command(run_id: str, as_json: bool) -> None:
    """Show all that the record knows of a run."""
    with telling_errors():
        report = _report(run_of(command_site().ledger, run_id))
    if as_json:
        print_json(report)
        return
    for name, value in report.items():
        if value not in (None, "", {}, []):
            click.echo(f"{name.replace('_', ' ')}: {clean(_in_words(value))}")


@runs_group.command("accept")
@_RUN
def accept_command(run_id: str) -> None:
    """Let a run stand that was quarantined or rolled back."""
    with telling_errors():
        run = accept_run(
            command_site().ledger,
            command_settings().lake_folder,
            run_id,
            now=datetime.now(UTC),
        )
    click.echo(
        f"{run.id} stands for {run.source}: {run.observations} observations, "
        f"{run.n_missing} missing"
    )


@runs_group.command("rollback")
@_RUN
@click.option("--reason", default="", help="Why; stays in the ledger.")
def rollback_command(run_id: str, reason: str) -> None:
    """Take a run back: the one before it stands again."""
    with telling_errors():
        ledger = command_site().ledger
        run = run_of(ledger, run_id)
        lake = command_settings().lake_folder
        stands = rollback_run(ledger, lake, run_id, reason=reason, now=datetime.now(UTC))
    now = "no run" if stands is None else f"run {stands.id}"
    click.echo(f"{run.id} is rolled back; {now} stands for {run.source}")


def _report(row: RunRow) -> dict[str, Any]:
    """Return a run without what only the record needs."""
    hidden = ("extent", "created", "reinstated", "missing_times", "parameters_digest")
    report = {name: value for name, value in vars(row).items() if name not in hidden}
    for name in ("observations_file", "base_map_file", "subjects_file", "missing_file"):
        report[name] = None if report[name] is None else asdict(report[name])["path"]
    return report


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} ({n})" for name, n in sorted(value.items()))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return str(value)
