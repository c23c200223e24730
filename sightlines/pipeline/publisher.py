"""The publisher: the one process that looks every second whether there is anything to seal."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sightlines.errors import SightlinesError
from sightlines.observations.ceiling import forget_hours
from sightlines.observations.changes import state_token
from sightlines.pipeline.publication import publish

if TYPE_CHECKING:
    import threading

    from sightlines.observations.ledger import Ledger
    from sightlines.settings import Settings

LOG = logging.getLogger(__name__)

# After a failure the same input is tried again only this much later.
RETRY_S = 60.0


def run_publisher(settings: Settings, ledger: Ledger, stop: threading.Event) -> None:
    """Publish whenever the record has changed, until told to stop.

    Parameters
    ----------
    settings, ledger
        Where everything lies.
    stop
        Set it to end; a snapshot being sealed is finished first.
    """
    sealed: str | None = None
    wait_s = settings.publish_poll_s
    while not stop.is_set():
        now = datetime.now(UTC)
        forget_hours(ledger, now=now)
        token = state_token(
            ledger, now=now, delay_s=settings.publish_delay_s, hold_s=settings.removal_hold_s
        )
        wait_s = settings.publish_poll_s
        if token != sealed:
            try:
                manifest = publish(settings, ledger, now=now)
            except (SightlinesError, OSError) as reason:
                LOG.error("%s The current snapshot stays.", reason)  # noqa: TRY400  # a sentence, no traceback
                wait_s = RETRY_S
            else:
                LOG.info("Snapshot %s is current.", manifest.id)
                # The state before, not after: what came meanwhile must still be noticed.
                sealed = token
        stop.wait(wait_s)
