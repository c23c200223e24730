"""Draw the base map once, into one archive of vector tiles (`archive` reads it).

The world, land and names of countries, is drawn up to `WORLD_ZOOM`; what extracts add, streets,
buildings, water, up to `HIGHEST_ZOOM`. A reader enlarges the highest tiles there are.

Terms
-----
band
    Zooms drawn in one go from the same features: those whose class appears by the band's first
    zoom, simplified for its last.

References
----------
PMTiles version 3, https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from freestiler import freestile
from pmtiles.reader import MmapSource, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from sightlines.schema import BASE_MAP_LAYERS
from sightlines.tiles.archive import HIGHEST_ZOOM, WORLD_ZOOM
from sightlines.tiles.generalise import WORLD_CLASS, generalise, lowest_zooms

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_BANDS = ((0, 1), (2, 3), (4, 4), (5, 5), (6, 6), *((z, z) for z in range(7, HIGHEST_ZOOM + 1)))
_EMPTY_TILE = gzip.compress(b"", mtime=0)


def build_base_map(features: pa.Table, target: Path) -> None:
    """Draw a base map into a PMTiles archive.

    Parameters
    ----------
    features
        `schema.BASE_MAP_FEATURE`, WGS 84; none at all gives an archive with one empty tile.
    target
        The archive; an older one is replaced once the new one is whole. The same features in the
        same order give the same bytes.
    """
    frame = _frame(features)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".base-map-") as name:
        unfinished = Path(name) / "whole.pmtiles"
        with unfinished.open("wb") as file:
            writer = Writer(file)
            for band, shown in _by_band(frame):
                for tile_id, content in _draw_band(shown, band, Path(name) / f"{band[0]}.pmtiles"):
                    writer.write_tile(tile_id, content)
            if not writer.tile_entries:
                writer.write_tile(0, _EMPTY_TILE)
            writer.finalize(
                {"tile_compression": Compression.GZIP, "tile_type": TileType.MVT},
                {"vector_layers": [{"id": layer, "fields": {}} for layer in BASE_MAP_LAYERS]},
            )
        unfinished.replace(target)


def _frame(features: pa.Table) -> pd.DataFrame:
    geometry = shapely.from_wkb(features["geometry"].to_numpy())
    broken = ~shapely.is_valid(geometry)
    geometry[broken] = shapely.make_valid(
        geometry[broken], method="structure", keep_collapsed=False
    )
    frame = features.drop_columns(["geometry"]).to_pandas().assign(geometry=geometry)
    frame["lowest_zoom"] = lowest_zooms(frame["layer"].tolist(), frame["class"].tolist())
    whole: pd.DataFrame = frame[~shapely.is_empty(geometry)]
    return whole


def _by_band(frame: pd.DataFrame) -> list[tuple[tuple[int, int], pd.DataFrame]]:
    """Return the features of each band, generalised for it.

    The world is simplified from band to band, the finest first: each starts from fewer points.
    """
    is_world = frame["class"] == WORLD_CLASS
    world, detail = frame[is_world], frame[~is_world]
    bands = []
    for first, last in reversed(_BANDS):
        shown = [generalise(detail[detail["lowest_zoom"] <= first], last)]
        if first <= WORLD_ZOOM:
            world = generalise(world, last)
            shown.append(world[world["lowest_zoom"] <= first])
        bands.append(((first, last), pd.concat(shown, ignore_index=True)))
    return bands[::-1]


def _draw_band(
    drawn: pd.DataFrame, band: tuple[int, int], path: Path
) -> Iterator[tuple[int, bytes]]:
    """Yield id and content of a band's tiles, by id."""
    first, last = band
    layers = {
        layer: gpd.GeoDataFrame(
            rows[["class", "name"]].reset_index(drop=True),
            geometry=rows["geometry"].to_numpy(),
            crs="EPSG:4326",
        )
        for layer in BASE_MAP_LAYERS
        if len(rows := drawn[drawn["layer"] == layer])
    }
    if layers:
        freestile(layers, path, min_zoom=first, max_zoom=last, generate_ids=False, quiet=True)
        with path.open("rb") as file:
            for tile, content in all_tiles(MmapSource(file)):
                yield zxy_to_tileid(*tile), content
