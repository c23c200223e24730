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
    source_licences
        Licence of each source.
    n_records
        Number of records in the file.
    bbox
        West, south, east, north in degrees; None for the whole set.
    """

    snapshot: str
    date: str
    attributions: Sequence[str]
    source_licences: Sequence[str]
    n_records: int
    bbox: Bbox | None = None

    @property
    def licences(self) -> list[str]:
        """Return the licences of the whole: what is merged with ODbL data is ODbL."""
        return [ODBL] if ODBL in self.source_licences else sorted(set(self.source_licences))

    @property
    def licence(self) -> str:
        """Return the licences of the whole as one SPDX expression; "" for no data."""
        return " AND ".join(self.licences)

    @property
    def attribution(self) -> str:
        """Return the line that must stand beside the data wherever it is shown."""
        return "; ".join(self.attributions)


def bbox_text(bbox: Bbox) -> str:
    """Write a box as addresses and citations have it: degrees with at most 7 decimals."""
    return ",".join(f"{edge:.7f}".rstrip("0").rstrip(".") for edge in bbox)


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
    where = "whole set" if release.bbox is None else f"bbox {bbox_text(release.bbox)}"
    day = release.date[:10] or "no date"
    licences = ", ".join(find(name).name for name in release.licences) or "No licence"
    return (
        f"{site_name}, snapshot {release.snapshot} ({day}), {where}: "
        f"{release.n_records:,} records. {release.attribution or 'No sources'}. {licences}."
    )
