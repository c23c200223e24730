"""Which new runs must not stand until a person has looked at them.

A source that breaks looks like one whose cameras have gone. So what would take away too much, move
everything or lose its licence is kept aside, and the last good run stays.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from sightlines.licences import is_publishable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.observations.run_rows import RunRow
    from sightlines.observations.succession import Succession

# The share of a source's cameras that a run may lose.
LOSS_LIMIT_PERCENT = 5
SHIFT_LIMIT_M = 25.0


def quarantine_reason(
    run: RunRow,
    *,
    before: RunRow | None,
    past: Sequence[int],
    succession: Succession,
    publish_unstated: bool,
) -> str:
    """Say why a new run must not stand, if so.

    Parameters
    ----------
    run
        The new run.
    before
        The run of its source that stands; None where none does.
    past
        Numbers of observations of the source's accepted and superseded runs.
    succession
        Of the new run after the one that stands.
    publish_unstated
        Whether this site publishes what states no licence.

    Returns
    -------
    str
        Sentences; "" where it may stand, as a source's first run always may. Exactly 5 % less is
        still taken.
    """
    if before is None:
        return ""
    kept = 100 - LOSS_LIMIT_PERCENT
    median = statistics.median(past) if past else 0
    reasons = []
    if run.observations * 100 < median * kept:
        reasons.append(
            f"It has {run.observations} observations and the runs before it had {median:g} in the "
            f"median: more than {LOSS_LIMIT_PERCENT} % fewer."
        )
    if succession.n_lost * 100 > succession.n_stood * LOSS_LIMIT_PERCENT:
        reasons.append(
            f"It no longer lists {succession.n_lost} of {succession.n_stood} cameras: more than "
            f"{LOSS_LIMIT_PERCENT} %."
        )
    shift_m = succession.moved.shift_m
    if shift_m is not None and shift_m > SHIFT_LIMIT_M:
        reasons.append(f"Most of its positions have moved together, by {shift_m:.0f} m.")
    if _may_go_out(before, publish_unstated) and not _may_go_out(run, publish_unstated):
        reasons.append(
            f"Its licence is {run.licence}, which may not be published; it was {before.licence}."
        )
    return " ".join(reasons)


def _may_go_out(run: RunRow, publish_unstated: bool) -> bool:
    return is_publishable(run.licence, publish_unstated=publish_unstated)
