"""CKAN portals: the package says where its files lie.

References
----------
CKAN API guide, "Action API": `package_show`, `success` and `error`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from sightlines.sources.fetching.failures import AnswerRefusedError
from sightlines.sources.fetching.plain import download

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.addresses import Address
    from sightlines.sources.fetching.limits import Fetched, Unchanged, Validators
    from sightlines.sources.fetching.transport import Transport


def fetch_ckan(
    address: Address, stem: Path, transport: Transport, known: Validators | None
) -> Fetched | Unchanged:
    """Fetch a resource of a package: the one named, else the first of the format.

    Parameters
    ----------
    address, stem, transport, known
        As for `plain.fetch_plain`.

    Raises
    ------
    FetchFailedError
        If the portal knows no such package or resource, or the file did not come.
    """
    root = address.url.rstrip("/") + "/"
    asked = f"{root}api/3/action/package_show?id={quote(address.dataset, safe='')}"
    url = _resource(transport.json(asked), address)
    return download(
        urljoin(root, url), stem, transport, known, f".{address.format}" if address.format else ""
    )


def _resource(answer: object, address: Address) -> str:
    """Return the address of the resource that is meant."""
    if not isinstance(answer, dict) or answer.get("success") is not True:
        raise AnswerRefusedError(f"The portal does not give the package {address.dataset}.")
    package = answer.get("result")
    rows = package.get("resources") if isinstance(package, dict) else None
    resources = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for row in resources:
        is_meant = (
            row.get("id") == address.resource
            if address.resource
            else _format(row.get("format")) == address.format
        )
        if is_meant and isinstance(row.get("url"), str) and row["url"].strip():
            return str(row["url"]).strip()
    wanted = f"resource {address.resource}" if address.resource else f"file as {address.format}"
    raise AnswerRefusedError(f"The package {address.dataset} has no {wanted} any more.")


def _format(said: object) -> str:
    """Return a resource's format in one way: `.CSV`, `text/csv` and `CSV` are one."""
    word = said.casefold().strip().rpartition("/")[2] if isinstance(said, str) else ""
    word = word.removeprefix("vnd.").removeprefix(".")
    return "geojson" if word == "geo+json" else word
