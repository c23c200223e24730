"""Boundary files: polygons with a name and a code, perhaps with populations.

Read by GDAL through GeoPandas, which opens by content: for the command line only, never for what
visitors send.

Terms
-----
level
    What kind of areas they are, for example `ward`; an area's code is `level:code`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import shapely

from sightlines import schema
from sightlines.errors import SourceRefusedError
from sightlines.sources.boundary_columns import find_code_column, find_name_column, text_of
from sightlines.sources.boundary_files import in_wgs84, open_boundaries, polygons_of
from sightlines.sources.free_text import TEXT_LIMIT, clean
from sightlines.sources.population import (
    Figure,
    PopulationTable,
    find_population_column,
    read_population,
    read_population_table,
    read_year,
)
from sightlines.sources.shapes import as_multipolygon

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    import geopandas

# Levels that come with the system, from hexagons and from OpenStreetMap's own boundaries.
_RESERVED_LEVELS = frozenset({"country"})
_RESERVED_STARTS = ("h3-", "osm-")


@dataclass(frozen=True)
class AreaReading:
    """The areas of one boundary file.

    Parameters
    ----------
    areas
        Rows of `schema.AREA`, by code.
    notes
        Number of features by reason.
    columns
        `name`, `code`, `population` -> the column that was taken for it.
    """

    areas: pa.Table
    notes: dict[str, int]
    columns: dict[str, str]


def read_boundaries(  # noqa: PLR0913 - one parameter an option of `flask import-areas`
    path: Path,
    *,
    level: str | None,
    name: str | None,
    code: str | None,
    population: str | None,
    crs: str | None,
    source: str,
    licence: str,
) -> AreaReading:
    """Read areas from a boundary file.

    Parameters
    ----------
    path
        Shapefile (zipped), GeoPackage, GeoJSON, TopoJSON or what else GDAL reads.
    level
        None for a slug of the file's name; never one that the system makes itself: `country`,
        `h3-...`, `osm-...`.
    name, code
        Columns; None to find them by their names and by what is unique.
    population
        `FILE`, `FILE:COLUMN` for a table joined by code or name, `:COLUMN` for a column of the
        boundary file; None for such a column of the boundary file if there is one.
    crs
        For example `EPSG:2263`, overruling the file; None for what the file says, or WGS 84 where
        it says nothing and its numbers are degrees.
    source, licence
        Ids, for every area.

    Returns
    -------
    AreaReading
        Valid MultiPolygons in WGS 84; features of one code are one area.

    Raises
    ------
    SourceRefusedError
        If the file, a named column or the population table cannot be read, no polygon is in it, or
        the level's name is taken.
    """
    level = _level(level or path.stem)
    frame, notes = open_boundaries(path)
    frame, shapes = polygons_of(in_wgs84(frame, crs, notes), notes)
    columns = _columns(frame, name, code)
    names, keys = _names_and_keys(frame, columns)
    figures = _figures(frame, population, (keys, names), columns)
    areas: dict[str, dict[str, object]] = {}
    pieces: dict[str, list[shapely.MultiPolygon]] = {}
    for index, key in enumerate(keys):
        pieces.setdefault(key, []).append(shapes[index])
        areas.setdefault(
            key,
            {
                "name": names[index],
                "level": level,
                **_population_columns(figures[index], source),
                "source": source,
                "licence": licence,
            },
        )
    for key, area in areas.items():
        area["geometry"] = shapely.to_wkb(_dissolve(pieces[key], notes))
    _give_codes(areas, level, is_name="code" not in columns)
    _note_populations(areas, population, notes)
    rows = sorted(areas.values(), key=lambda area: str(area["code"]))
    table = pa.Table.from_pylist(rows, schema=schema.AREA)
    return AreaReading(table, dict(sorted(notes.items())), columns)


def _level(text: str) -> str:
    """Return the level's name, unless areas of that level come from elsewhere."""
    level = slug(text)
    if level in _RESERVED_LEVELS or level.startswith(_RESERVED_STARTS):
        raise SourceRefusedError(
            f"The level {level[:40]!r} is made by Sightlines itself: name another with --level, "
            "for example ward."
        )
    return level


def _population_columns(
    found: tuple[Figure, str | None] | None, source: str
) -> dict[str, int | str | None]:
    figure, table = found or (None, None)
    return {
        "population": figure.population if figure else None,
        "population_year": figure.year if figure else None,
        "population_source": (table or source) if figure else None,
    }


def slug(text: str) -> str:
    """Return lower-case words joined by `-`, for an address; letters of any script stay."""
    return re.sub(r"[\W_]+", "-", clean(text).casefold()).strip("-") or "area"


def _columns(frame: geopandas.GeoDataFrame, name: str | None, code: str | None) -> dict[str, str]:
    texts = {
        str(column): [text_of(value) for value in frame[column]]
        for column in frame.columns
        if column != frame.geometry.name
    }
    by_word = {column.casefold(): column for column in texts}
    for wanted in (name, code):
        if wanted is not None and wanted.casefold() not in by_word:
            raise SourceRefusedError(
                f"The file has no column {wanted[:40]!r}: it has {', '.join(texts)[:400]}."
            )
    columns: dict[str, str | None] = {
        "name": by_word[name.casefold()] if name else find_name_column(texts),
        "code": by_word[code.casefold()] if code else find_code_column(texts),
    }
    return {meaning: column for meaning, column in columns.items() if column is not None}


def _names_and_keys(
    frame: geopandas.GeoDataFrame, columns: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Return each feature's name, and the key that says which features are one area."""
    count = len(frame)
    numbers = [str(number) for number in range(1, count + 1)]
    codes = _texts(frame, columns.get("code"), numbers)
    names = _texts(frame, columns.get("name"), codes)
    return names, codes if "code" in columns else names


def _texts(
    frame: geopandas.GeoDataFrame, column: str | None, otherwise: Sequence[str]
) -> list[str]:
    if column is None:
        return list(otherwise)
    texts = [clean(text_of(value))[:TEXT_LIMIT] for value in frame[column]]
    return [text or other for text, other in zip(texts, otherwise, strict=True)]


def _dissolve(pieces: list[shapely.MultiPolygon], notes: Counter[str]) -> shapely.MultiPolygon:
    if len(pieces) == 1:
        return pieces[0]
    notes["area:dissolved"] += len(pieces)
    whole, _ = as_multipolygon(shapely.union_all(pieces))
    return pieces[0] if whole is None else whole


def _give_codes(areas: dict[str, dict[str, object]], level: str, *, is_name: bool) -> None:
    """Give each area its code; two that would look alike in an address are numbered."""
    used: set[str] = set()
    for key, area in areas.items():
        plain = slug(key) if is_name else re.sub(r"[^\w.-]+", "-", key).strip("-") or "area"
        code, number = plain, 1
        while code in used:
            number += 1
            code = f"{plain}-{number}"
        used.add(code)
        area["code"] = f"{level}:{code}"


def _figures(
    frame: geopandas.GeoDataFrame,
    population: str | None,
    keys: tuple[list[str], list[str]],
    columns: dict[str, str],
) -> list[tuple[Figure, str | None] | None]:
    """Return for each feature its figure and the table it comes from."""
    file_name, column = _file_and_column(population)
    if file_name:
        table = read_population_table(Path(file_name), column)
        columns["population"] = table.headers[table.column]
        return _joined(table, keys)
    headers = [str(header) for header in frame.columns if header != frame.geometry.name]
    number = find_population_column(headers, column)
    if number is None:
        if column:
            raise SourceRefusedError(f"The file has no column {column[:40]!r}.")
        return [None] * len(frame)
    columns["population"] = headers[number]
    year = read_year(headers[number])
    counts = [read_population(text_of(value)) for value in frame[headers[number]]]
    return [None if count is None else (Figure(count, year), None) for count in counts]


def _file_and_column(population: str | None) -> tuple[str, str | None]:
    if not population or Path(population).is_file():
        return population or "", None
    file_name, _, column = population.rpartition(":")
    return (file_name, column or None) if ":" in population else (population, None)


def _joined(
    table: PopulationTable, keys: tuple[list[str], list[str]]
) -> list[tuple[Figure, str | None] | None]:
    """Join by codes or by names, whichever the table has more of."""
    best = max(keys, key=table.matches)
    figures = table.figures(best)
    if not figures:
        raise SourceRefusedError(
            "The population table has no code or name of these areas with a readable number."
        )
    return [(figures[key], table.file_name) if key in figures else None for key in best]


def _note_populations(
    areas: dict[str, dict[str, object]], population: str | None, notes: Counter[str]
) -> None:
    missing = sum(area["population"] is None for area in areas.values())
    if population is not None and missing:
        notes["population:missing"] = missing
