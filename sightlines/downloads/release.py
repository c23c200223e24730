"""What every file that leaves says of itself: which snapshot, which filters, whose data.

A *release* is a snapshot seen through a filter. Its citation names both, so that a figure quoted
from a file can be found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.licences import ODBL, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.geodesy import Bbox


@dataclass(frozen=True)
class Release:
    """One download's identity.

    Parameters
    ----------
    snapshot, date
        Id and date of the snapshot.
    attributions
        Whom to name, one text a source.
    n_records
        Number of records in the file.
    bbox
        West, south, east, north in degrees; None for the whole set.
    """

    snapshot: str
    date: str
    attributions: Sequence[str]
    n_records: int
    bbox: Bbox | None = None

    @property
    def licence(self) -> str:
        """Return the licence of the whole: OpenStreetMap merged with other data stays ODbL."""
        return ODBL

    @property
    def attribution(self) -> str:
        """Return the line that must stand beside the data wherever it is shown."""
        return "; ".join(self.attributions)


def citation(release: Release, site_name: str) -> str:
    """Write the line with which a view or a file is quoted.

    Parameters
    ----------
    release
        What is quoted.
    site_name
        Name of the site.

    Returns
    -------
    str
        One sentence with site, snapshot, filter, number of records, attribution and licence.
    """
    west_to_north = "" if release.bbox is None else ",".join(f"{edge:g}" for edge in release.bbox)
    where = f"bbox {west_to_north}" if west_to_north else "whole set"
    day = release.date[:10] or "no date"
    licence = find(release.licence)
    return (
        f"{site_name}, snapshot {release.snapshot} ({day}), {where}: "
        f"{release.n_records:,} records. {release.attribution or 'No sources'}. {licence.name}."
    )
