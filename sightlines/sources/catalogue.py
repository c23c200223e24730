"""The catalogue: sources that are known already, one TOML file each.

A catalogued source is a mapping (`columns.mapping`) with tables that say who publishes it
(`[source]`), how it is asked for (`[address]`), what ground it claims (`[extent]`) and what its
columns mean to people (`[meaning]`). Its id is the file's name. docs/fetching.md says more.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sightlines.errors import RequestInvalidError
from sightlines.sources.addresses import (
    Address,
    Extent,
    Table,
    check_country,
    check_url,
    read_address,
    read_extent,
    refuse_unknown,
    texts_of,
)
from sightlines.sources.columns.mapping import Mapping, mapping_from_toml

if TYPE_CHECKING:
    from pathlib import Path

# As long as the id of a source may be (`observations.origins.slug`).
_ID = re.compile(r"(?=.{1,64}$)[a-z0-9]+(_[a-z0-9]+)*")
_SAID_OF_A_SOURCE = ("title", "licence", "publisher", "country", "page", "file")
_MAPPING_TABLES = frozenset({"layout", "position", "columns", "values", "rows"})


@dataclass(frozen=True)
class CataloguedSource:
    """One entry.

    Parameters
    ----------
    id
        Of the entry: its file's name.
    title, licence
        As people read it; as in `licences`, or another in words.
    mapping
        How its file is read; None where the entry does not say: it is then found out.
    publisher, page, file
        Who publishes it, where it is described, what the file is called; "" where not said.
    country
        ISO 3166-1, two letters; "" for the world, or where not said.
    address
        How it is asked for; None for a source that only comes as a file.
    extent
        What ground it claims to cover; None where nothing is known.
    meaning
        Column -> what it means, a sentence for people.
    """

    id: str
    title: str
    licence: str
    mapping: Mapping | None = None
    publisher: str = ""
    country: str = ""
    page: str = ""
    file: str = ""
    address: Address | None = None
    extent: Extent | None = None
    meaning: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Return the id that the source has in the record: words joined by `-`."""
        return self.id.replace("_", "-")


def find_source(folder: Path, source: str) -> CataloguedSource | None:
    """Return the entry of a source.

    Parameters
    ----------
    folder
        Of the catalogue.
    source
        Its id, as in the catalogue or as in the record.

    Returns
    -------
    CataloguedSource or None
        None where the catalogue does not know it.

    Raises
    ------
    RequestInvalidError
        If the entry is broken; the sentence names what is wrong.
    """
    id_ = source.replace("-", "_")
    # An id is a file's name and nothing that leads elsewhere.
    if not _ID.fullmatch(id_):
        return None
    path = folder / f"{id_}.toml"
    return read_entry(path) if path.is_file() else None


def catalogue(folder: Path) -> list[CataloguedSource]:
    """Return all entries, by id.

    Raises
    ------
    RequestInvalidError
        If one is broken.
    """
    return [read_entry(path) for path in sorted(folder.glob("*.toml"))]


def read_entry(path: Path) -> CataloguedSource:
    """Read one file of the catalogue.

    Raises
    ------
    RequestInvalidError
        If it is broken, or its table `[source]` lacks title or licence; the sentence names the file
        and what is wrong.
    """
    try:
        return _entry(path.stem, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as reason:
        raise RequestInvalidError(f"{path.name} cannot be read as UTF-8 text.") from reason
    except RequestInvalidError as reason:
        raise RequestInvalidError(f"{path.name}: {reason}") from reason


def _entry(id_: str, text: str) -> CataloguedSource:
    if not _ID.fullmatch(id_):
        raise RequestInvalidError("an entry's name has at most 64 of a-z, 0-9 and single `_`.")
    mapping = mapping_from_toml(text)
    found = tomllib.loads(text)
    return CataloguedSource(
        id=id_,
        mapping=None if _MAPPING_TABLES.isdisjoint(found) else mapping,
        **_source(_table(found, "source")),
        address=read_address(_table(found, "address")) if "address" in found else None,
        extent=read_extent(_table(found, "extent")) if "extent" in found else None,
        meaning=texts_of("meaning", _table(found, "meaning")),
    )


def _table(found: Table, name: str) -> Table:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise RequestInvalidError(f"[{name}] must be a table.")
    return table


def _source(said: Table) -> dict[str, str]:
    refuse_unknown("source", said, _SAID_OF_A_SOURCE)
    texts = texts_of("source", said)
    if not (texts.get("title") and texts.get("licence")):
        raise RequestInvalidError("[source] must say title and licence.")
    check_country("source", texts.get("country", ""))
    if texts.get("page"):
        check_url("source", "page", texts["page"])
    return texts
