"""What a GeoPackage holds, looked at before GDAL opens it.

Stored queries are never run: a view that somebody has sent is a programme of theirs.

References
----------
OGC GeoPackage Encoding Standard 1.3 (12-128r18): 1.1.3 gpkg_contents, 2.1.5
gpkg_geometry_columns. SQLite, URI filenames (immutable), PRAGMA quick_check.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from sightlines.errors import SourceRefusedError

if TYPE_CHECKING:
    from pathlib import Path

LAYER_LIMIT = 1_000
_DAMAGED = "The GeoPackage is damaged: open it in a GIS and save it again."
_KINDS = ("features", "attributes", "aspatial")
_LAYERS = """
    SELECT contents.table_name, geometries.geometry_type_name
    FROM gpkg_contents AS contents
    LEFT JOIN gpkg_geometry_columns AS geometries ON geometries.table_name = contents.table_name
    WHERE contents.data_type IN (?, ?, ?) ORDER BY contents.rowid LIMIT ?
"""


class LayerName(NamedTuple):
    """A layer.

    Parameters
    ----------
    name
        Of the layer.
    geometry
        Name of its geometries' type in capitals; None for a table without geometry.
    """

    name: str
    geometry: str | None


def layers_of(path: Path) -> tuple[LayerName, ...]:
    """Check a GeoPackage and return its layers.

    Parameters
    ----------
    path
        A file, which is neither changed nor locked.

    Returns
    -------
    tuple of LayerName
        In the order in which they were made; no views, no virtual tables.

    Raises
    ------
    SourceRefusedError
        If it is damaged, no GeoPackage, or has more than `LAYER_LIMIT` layers.
    """
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            tables = _tables(database)
            found = database.execute(_LAYERS, (*_KINDS, LAYER_LIMIT + 1)).fetchall()
            _check_pages(database)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as reason:
        raise SourceRefusedError(_DAMAGED) from reason
    if len(found) > LAYER_LIMIT:
        raise SourceRefusedError(
            f"The GeoPackage holds more than {LAYER_LIMIT} layers: save the one that is meant by "
            "itself."
        )
    layers = tuple(
        LayerName(name, None if geometry is None else str(geometry).upper())
        for name, geometry in found
        if str(name).casefold() in tables
    )
    if not layers:
        raise SourceRefusedError(
            "The GeoPackage holds no table with rows of its own: save the layer as a table, not "
            "as a view."
        )
    return layers


def _tables(database: sqlite3.Connection) -> frozenset[str]:
    """Return the names of the tables that hold their own rows."""
    entries = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    if any(
        kind == "view" and str(name).casefold().startswith("gpkg_") for kind, name, _ in entries
    ):
        raise SourceRefusedError(
            "The GeoPackage's own tables are stored queries, which are not run: save it again."
        )
    names = {str(name).casefold() for kind, name, _ in entries if kind == "table"}
    if "gpkg_contents" not in names or "gpkg_geometry_columns" not in names:
        raise SourceRefusedError("The file is a database, but no GeoPackage.")
    return frozenset(
        str(name).casefold()
        for kind, name, words in entries
        if kind == "table" and not str(words).upper().lstrip().startswith("CREATE VIRTUAL")
    )


def _check_pages(database: sqlite3.Connection) -> None:
    """Look at all pages: GDAL ends at a damaged one as if nothing followed."""
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise SourceRefusedError(_DAMAGED)
