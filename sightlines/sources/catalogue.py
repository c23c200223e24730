"""The catalogue: sources that are known already, one TOML file each.

A catalogued source is a mapping (`columns.mapping`) with a table `[source]` that says who publishes
it: about 20 lines. Its id is the file's name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.errors import RequestInvalidError
from sightlines.sources.columns.mapping import Mapping, mapping_from_toml

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = ("title", "licence", "publisher", "page", "file")


@dataclass(frozen=True)
class CataloguedSource:
    """One entry.

    Parameters
    ----------
    id
        Of the source, as everywhere.
    title, licence
        As people read it; as in `licences`, or another in words.
    publisher, page, file
        Who publishes it, where it is described, where it lies; "" where not said.
    mapping
        How its file is read.
    """

    id: str
    title: str
    licence: str
    mapping: Mapping
    publisher: str = ""
    page: str = ""
    file: str = ""


def find_source(folder: Path, source: str) -> CataloguedSource | None:
    """Return the entry of a source.

    Parameters
    ----------
    folder
        Of the catalogue.
    source
        Its id.

    Returns
    -------
    CataloguedSource or None
        None where the catalogue does not know it.

    Raises
    ------
    RequestInvalidError
        If the entry is broken; the sentence names what is wrong.
    """
    path = folder / f"{source}.toml"
    # An id is a file's name and nothing that leads elsewhere.
    if path.name != f"{source}.toml" or path.parent != folder or not path.is_file():
        return None
    return read_entry(path)


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
        If it is broken, or its table `[source]` lacks title or licence.
    """
    text = path.read_text(encoding="utf-8")
    mapping = mapping_from_toml(text)
    said = tomllib.loads(text).get("source")
    if not isinstance(said, dict) or not {"title", "licence"} <= said.keys():
        raise RequestInvalidError(f"{path.name}: [source] must say title and licence.")
    unknown = [key for key, value in said.items() if key not in _KEYS or not isinstance(value, str)]
    if unknown:
        raise RequestInvalidError(
            f"{path.name}: [source] knows no {unknown[0]!r}: use {', '.join(_KEYS)}."
        )
    return CataloguedSource(id=path.stem, mapping=mapping, **said)
