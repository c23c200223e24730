"""Whether a record counts as a camera in the published figures, and why not where it does not.

The ruling stands in DEFINITIONS ('What counts'): closed-circuit cameras, readers of number plates
and cameras of unknown kind count while they are active and not indoors. Enforcement cameras have a
figure of their own; guards and gunshot detectors are kept and shown, never counted.
"""

from __future__ import annotations

from sightlines.attributes import COUNTED_KINDS

COUNTED = "counted"


def counted_reason(
    kind: str, status: str, *, surveillance: str | None = None, indoor: bool | None = None
) -> str:
    """Rule on one record.

    Parameters
    ----------
    kind
        One of `attributes.KINDS`.
    status
        One of `attributes.STATUSES`.
    surveillance
        What it watches; None where unknown.
    indoor
        Whether it hangs indoors; None where unknown.

    Returns
    -------
    str
        `COUNTED`, or the first reason that stands against it: the kind, the status or `indoor`.
    """
    if kind not in COUNTED_KINDS:
        return kind
    if status != "active":
        return status
    if surveillance == "indoor" or indoor:
        return "indoor"
    return COUNTED
