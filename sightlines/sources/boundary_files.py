"""Boundary files as GDAL opens them: one layer of polygons, in WGS 84.

GDAL opens by content and follows what a file points to: for the command line only.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from sightlines.errors import SourceRefusedError
from sightlines.sources.reading import WGS84
from sightlines.sources.shapes import as_multipolygon, cut_jumps

if TYPE_CHECKING:
    from pathlib import Path

# Contents that make GDAL open other files or addresses (HOSTILE: GDAL opens by content).
_REDIRECTIONS = (b"<OGRVRTDataSource", b"gdal_streamed_alg", b"<OGRWFSDataSource", b"<GDAL_WMS")
_REFUSED = "The file is not a boundary file that can be read: {}"


def open_boundaries(path: Path) -> tuple[geopandas.GeoDataFrame, Counter[str]]:
    """Open a boundary file's first layer of shapes.

    Parameters
    ----------
    path
        Of any format that GDAL reads.

    Returns
    -------
    frame
        At least one feature, in the file's own coordinate system.
    notes
        Number of features or layers by reason, for the caller to add to.

    Raises
    ------
    SourceRefusedError
        If it is no such file, or one that only points to others.
    """
    notes: Counter[str] = Counter()
    try:
        with path.open("rb") as opened:
            head = opened.read(65_536)
    except OSError as reason:
        raise SourceRefusedError(f"The file cannot be opened: {reason.strerror}.") from reason
    if not head:
        raise SourceRefusedError("The file is empty.")
    if any(word in head for word in _REDIRECTIONS):
        raise SourceRefusedError(_REFUSED.format("it only points to other files."))
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            layers = [row[0] for row in pyogrio.list_layers(path) if row[1] is not None]
            if not layers:
                raise SourceRefusedError(_REFUSED.format("it holds no shapes."))
            frame = geopandas.read_file(path, layer=layers[0], datetime_as_string=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as reason:
        raise SourceRefusedError(_REFUSED.format("its format is unknown or broken.")) from reason
    except (pyogrio.errors.GeometryError, shapely.errors.GEOSException, ValueError) as reason:
        raise SourceRefusedError(_REFUSED.format("its shapes are broken.")) from reason
    if caught:
        notes["reader:warned"] = len(caught)
    if len(layers) > 1:
        notes["layer:left_out"] = len(layers) - 1
    if not isinstance(frame, geopandas.GeoDataFrame) or frame.empty:
        raise SourceRefusedError(_REFUSED.format("it holds no shapes."))
    return frame, notes


def in_wgs84(
    frame: geopandas.GeoDataFrame, crs: str | None, notes: Counter[str]
) -> geopandas.GeoDataFrame:
    """Reproject features to WGS 84.

    Parameters
    ----------
    frame
        Features.
    crs
        Overrules what the file says; None for what it says, or WGS 84 where it says nothing and
        its numbers are degrees.
    notes
        Counts by reason; changed in place.

    Raises
    ------
    SourceRefusedError
        If the coordinate system is unknown, or the shapes lie outside the world.
    """
    if crs is not None:
        try:
            frame = frame.set_crs(CRS.from_user_input(crs), allow_override=True)
        except CRSError as reason:
            raise SourceRefusedError(f"No coordinate system is called {crs[:40]!r}.") from reason
    elif frame.crs is None:
        if not _in_the_world(frame):
            raise SourceRefusedError(
                "The file does not say which coordinate system it is in: name it, as in EPSG:2263."
            )
        notes["crs:assumed"] = len(frame)
        frame = frame.set_crs(WGS84)
    frame = frame.to_crs(WGS84)
    if not _in_the_world(frame):
        raise SourceRefusedError(
            "The shapes lie outside the world: name the coordinate system they are in."
        )
    return frame


def _in_the_world(frame: geopandas.GeoDataFrame) -> bool:
    bounds = frame.total_bounds
    slack = 1e-6
    return bool(
        np.isfinite(bounds).all()
        and (np.abs(bounds[[0, 2]]) <= 180 + slack).all()
        and (np.abs(bounds[[1, 3]]) <= 90 + slack).all()
    )


def polygons_of(
    frame: geopandas.GeoDataFrame, notes: Counter[str]
) -> tuple[geopandas.GeoDataFrame, list[shapely.MultiPolygon]]:
    """Return the features that are polygons, and their shapes in the same order.

    Parameters
    ----------
    frame
        Features in WGS 84.
    notes
        Counts by reason; changed in place.

    Raises
    ------
    SourceRefusedError
        If there is no polygon.
    """
    kept: list[int] = []
    shapes: list[shapely.MultiPolygon] = []
    for index, shape in enumerate(frame.geometry):
        whole, is_cut = (shape, False) if shape is None else cut_jumps(shape)
        polygons, is_repaired = (None, False) if whole is None else as_multipolygon(whole)
        if polygons is None:
            notes["area:not_a_polygon"] += 1
            continue
        said = {"area:repaired": is_repaired, "area:cut_at_antimeridian": is_cut}
        notes.update(reason for reason, is_so in said.items() if is_so)
        kept.append(index)
        shapes.append(polygons)
    if not shapes:
        raise SourceRefusedError(_REFUSED.format("it holds no polygons."))
    return frame.iloc[kept], shapes
