"""The protocols, and the one call that fetches a source by whichever it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.errors import RequestInvalidError
from sightlines.sources.fetching.arcgis import fetch_arcgis
from sightlines.sources.fetching.ckan import fetch_ckan
from sightlines.sources.fetching.limits import Clock
from sightlines.sources.fetching.opendatasoft import fetch_opendatasoft
from sightlines.sources.fetching.overpass import fetch_overpass
from sightlines.sources.fetching.plain import fetch_plain
from sightlines.sources.fetching.socrata import fetch_socrata
from sightlines.sources.fetching.transport import Transport

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.catalogue import CataloguedSource
    from sightlines.sources.fetching.limits import Fetched, FetchLimits, Unchanged, Validators

# Reader, as `addresses.READERS` has them -> what fetches by it.
PROTOCOLS = {
    "overpass": fetch_overpass,
    "socrata": fetch_socrata,
    "arcgis": fetch_arcgis,
    "ckan": fetch_ckan,
    "opendatasoft": fetch_opendatasoft,
    "url": fetch_plain,
}


def fetch(
    entry: CataloguedSource,
    folder: Path,
    limits: FetchLimits,
    known: Validators | None,
    *,
    clock: Clock | None = None,
) -> Fetched | Unchanged:
    """Ask a publisher for a data set.

    Parameters
    ----------
    entry
        Of the catalogue.
    folder
        Where the file is written; whoever calls removes it.
    limits
        What it may cost.
    known
        What the server said of its file last time; None for: send it whatever happened.
    clock
        Time and chance; None for those of this machine.

    Returns
    -------
    Fetched or Unchanged
        The file, or that it is the one that is known.

    Raises
    ------
    RequestInvalidError
        If the entry has no address.
    FetchFailedError
        If it did not come, as one of the kinds in `failures`; nothing of it is to be taken.
    """
    if entry.address is None:
        raise RequestInvalidError(f"The catalogue has no address of {entry.id}.")
    transport = Transport(folder, limits, clock or Clock())
    return PROTOCOLS[entry.address.reader](entry.address, folder / entry.id, transport, known)
