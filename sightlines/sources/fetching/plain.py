"""A file at an address of the web, taken anew only if its server says that it has changed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sightlines.sources.fetching.limits import Fetched, Unchanged

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.addresses import Address
    from sightlines.sources.fetching.limits import Validators
    from sightlines.sources.fetching.transport import Transport

# The endings that say something about a format; of others the content decides.
_ENDINGS = frozenset(
    (".csv", ".tsv", ".txt", ".json", ".geojson", ".jsonl", ".xml", ".kml", ".kmz", ".gpx", ".zip",
     ".gz", ".bz2", ".xlsx", ".xls", ".ods", ".osm", ".pbf", ".gpkg", ".fgb", ".parquet")
)  # fmt: skip
# Content types that name a format for certain, for addresses without an ending.
_TYPES = {
    "text/csv": ".csv",
    "application/json": ".json",
    "application/geo+json": ".geojson",
    "application/vnd.google-earth.kml+xml": ".kml",
}


def fetch_plain(
    address: Address, stem: Path, transport: Transport, known: Validators | None
) -> Fetched | Unchanged:
    """Fetch the file at `address.url`.

    Parameters
    ----------
    address
        Of the source.
    stem
        The file that is written, without its ending.
    transport
        What it is asked through.
    known
        What the server said last time; None for: send it whatever happened.

    Raises
    ------
    FetchFailedError
        If it did not come.
    """
    return download(address.url, stem, transport, known)


def download(
    url: str, stem: Path, transport: Transport, known: Validators | None, ending: str = ""
) -> Fetched | Unchanged:
    """Fetch one file.

    Parameters
    ----------
    url
        Of the file.
    stem, transport, known
        As for `fetch_plain`.
    ending
        Of the file that is written, such as `.csv`; "" for: as the address or the server says.

    Raises
    ------
    FetchFailedError
        If it did not come.
    """
    part = stem.with_name(f"{stem.name}.part")
    answer = transport.download(url, part, known=known)
    if not answer.is_modified:
        return Unchanged(url, answer.etag, answer.last_modified, transport.n_requests)
    kind = answer.content_type.partition(";")[0].strip()
    ending = ending or _ending(url) or _TYPES.get(kind, "")
    path = part.rename(stem.with_name(stem.name + ending))
    return Fetched(
        path,
        url,
        answer.etag,
        answer.last_modified,
        transport.n_requests,
        transport.n_bytes,
        dict(transport.notes),
    )


def _ending(url: str) -> str:
    """Return the endings of a file's name that readers know, `.osm.pbf` for example."""
    endings = PurePosixPath(unquote(urlsplit(url).path)).suffixes
    known = [ending.casefold() for ending in endings[-2:] if ending.casefold() in _ENDINGS]
    return "".join(known)
