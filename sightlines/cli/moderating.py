"""`flask moderate`: look at submissions and rule on them, without a browser."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click

from sightlines.cli.shell import command_site, print_json, telling_errors
from sightlines.observations.moderation import Decision, decide
from sightlines.observations.submissions import (
    pending,
    submission,
    submitted_observations,
)

_IDS = click.argument("submission_ids", nargs=-1, required=True)
_BY = click.option("--by", default=getpass.getuser, help="Pseudonym of the moderator.")
_REASON = click.option("--reason", default="", help="Why; stays in the ledger.")


@click.group("moderate")
def moderate_group() -> None:
    """Rule on what people have sent in."""


@moderate_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Report for machines.")
def list_command(as_json: bool) -> None:
    """List the submissions that wait for a decision, by the day they came."""
    rows = pending(command_site().ledger)
    if as_json:
        print_json(
            [
                {"id": row.id, "received_on": row.received_on, "n_observations": row.n_observations}
                for row in rows
            ]
        )
        return
    for row in rows:
        click.echo(f"{row.id}  {row.received_on}  {row.n_observations} cameras")
    if not rows:
        click.echo("Nothing is pending.")


@moderate_group.command("show")
@click.argument("submission_id")
def show_command(submission_id: str) -> None:
    """Print what a submission says, as JSON."""
    with telling_errors():
        ledger = command_site().ledger
        row = submission(ledger, submission_id)
        observations = submitted_observations(ledger, submission_id).to_pylist()
    said = [{k: v for k, v in found.items() if v is not None} for found in observations]
    print_json({"id": row.id, "state": row.state, "observations": said})


@moderate_group.command("accept")
@_IDS
@_BY
@_REASON
def accept_command(submission_ids: tuple[str, ...], by: str, reason: str) -> None:
    """Accept submissions: they are published once their batch is due."""
    _rule(submission_ids, "accepted", by, reason)


@moderate_group.command("reject")
@_IDS
@_BY
@_REASON
def reject_command(submission_ids: tuple[str, ...], by: str, reason: str) -> None:
    """Reject submissions: they are never published."""
    _rule(submission_ids, "rejected", by, reason)


def _rule(submission_ids: tuple[str, ...], decision: Decision, by: str, reason: str) -> None:
    with telling_errors():
        for submission_id in submission_ids:
            decide(
                command_site().ledger,
                submission_id,
                decision=decision,
                moderator=by,
                reason=reason,
                now=datetime.now(UTC),
            )
            click.echo(f"{submission_id} {decision}")
