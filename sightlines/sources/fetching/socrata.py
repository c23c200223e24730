"""Socrata portals: pages of a data set, which must add up to the number of its rows.

References
----------
Socrata developers, "Paging through Data": `$limit`, `$offset`, and `$order=:id` without which the
order of rows is not defined; SoQL function `count(*)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sightlines.sources.fetching.failures import AnswerRefusedError, ChangedError
from sightlines.sources.fetching.joining import joined
from sightlines.sources.fetching.limits import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightlines.sources.addresses import Address
    from sightlines.sources.fetching.joining import Add
    from sightlines.sources.fetching.limits import Validators
    from sightlines.sources.fetching.transport import Transport

PAGE_ROWS = 10_000


def fetch_socrata(
    address: Address,
    stem: Path,
    transport: Transport,
    known: Validators | None,  # noqa: ARG001 - pages have no validators
) -> Fetched:
    """Fetch a data set, page by page, into one list of JSON.

    Parameters
    ----------
    address, stem, transport, known
        As for `plain.fetch_plain`.

    Raises
    ------
    ChangedError
        If its pages do not add up to the number of its rows, also on a second try.
    FetchFailedError
        If a page did not come.
    """
    url = f"{address.url.rstrip('/')}/resource/{address.dataset}.json"
    path = stem.with_name(f"{stem.name}.json")
    twice(transport, lambda: _read(url, path, transport))
    return Fetched(
        path,
        url,
        n_requests=transport.n_requests,
        n_bytes=transport.n_bytes,
        notes=dict(transport.notes),
    )


def twice(transport: Transport, read: Callable[[], None]) -> None:
    """Read a source that may change meanwhile, once again if it has.

    Parameters
    ----------
    transport
        Its notes say that it was read again.
    read
        Reads it.

    Raises
    ------
    ChangedError
        If it has changed both times.
    """
    try:
        read()
    except ChangedError:
        transport.notes["read_again"] += 1
        read()


def _read(url: str, path: Path, transport: Transport) -> None:
    due = _count(url, transport)
    with joined(path) as add:
        n = _pages(url, due, transport, add)
    if n != due or _count(url, transport) != due:
        raise ChangedError(f"The pages hold {n} rows, but the portal counted {due}.")


def _pages(url: str, due: int, transport: Transport, add: Add) -> int:
    n, before = 0, None
    while n < due:
        asked = {"$limit": PAGE_ROWS, "$offset": n, "$order": ":id"}
        page = transport.json(f"{url}?{urlencode(asked)}")
        if not isinstance(page, list):
            raise AnswerRefusedError("The portal answers with something that is no list of rows.")
        if not page:
            break
        if page == before:
            raise AnswerRefusedError("The portal sends the same page again and again.")
        add(page)
        n, before = n + len(page), page
    return n


def _count(url: str, transport: Transport) -> int:
    answer = transport.json(f"{url}?{urlencode({'$select': 'count(*) as n'})}")
    row = answer[0] if isinstance(answer, list) and answer else None
    said = row.get("n") if isinstance(row, dict) else None
    if not isinstance(said, str | int) or not str(said).isdecimal():
        raise AnswerRefusedError("The portal does not say how many rows the data set has.")
    return int(said)
