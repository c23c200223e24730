"""Opendatasoft portals: whole data sets come as exports, and must hold as many records as counted.

References
----------
Opendatasoft Explore API v2.1: `/catalog/datasets/{id}/exports/{format}` and `/records`, whose
`total_count` counts all records of a data set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.sources.fetching.answers import parse_json
from sightlines.sources.fetching.failures import AnswerRefusedError, ChangedError
from sightlines.sources.fetching.limits import Unchanged
from sightlines.sources.fetching.plain import download

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.addresses import Address
    from sightlines.sources.fetching.limits import Fetched, Validators
    from sightlines.sources.fetching.transport import Transport


def fetch_opendatasoft(
    address: Address, stem: Path, transport: Transport, known: Validators | None
) -> Fetched | Unchanged:
    """Fetch the export of a data set.

    Parameters
    ----------
    address, stem, transport, known
        As for `plain.fetch_plain`.

    Raises
    ------
    ChangedError
        If an export as GeoJSON or JSON holds more or fewer records than there are, also on a second
        try.
    FetchFailedError
        If it did not come.
    """
    root = f"{address.url.rstrip('/')}/api/explore/v2.1/catalog/datasets/{address.dataset}"
    for is_last in (False, True):
        due = None if address.format == "csv" else _total(transport.json(f"{root}/records?limit=0"))
        url = f"{root}/exports/{address.format}"
        found = download(url, stem, transport, known, f".{address.format}")
        if isinstance(found, Unchanged) or due is None:
            return found
        n = _records(found.path, transport.limits.page_bytes)
        if n is None:
            found.notes["count:not_checked"] = 1
        if n is None or n == due:
            return found
        if is_last:
            raise ChangedError(f"The export holds {n} records, but the portal counts {due}.")
        transport.notes["read_again"] += 1
        known = None
    raise AssertionError("the second try returns or raises")


def _total(answer: object) -> int:
    total = answer.get("total_count") if isinstance(answer, dict) else None
    if not isinstance(total, int) or isinstance(total, bool):
        raise AnswerRefusedError("The portal does not say how many records the data set has.")
    return total


def _records(path: Path, most_bytes: int) -> int | None:
    """Count the records of an export; None where it is too large to be held in memory."""
    if path.stat().st_size > most_bytes:
        return None
    try:
        root = parse_json(path.read_bytes())
    except ValueError as reason:
        raise AnswerRefusedError("The export is JSON that is broken or cut off.") from reason
    records = root.get("features") if isinstance(root, dict) else root
    if not isinstance(records, list):
        raise AnswerRefusedError("The export is JSON, but no list of records.")
    return len(records)
