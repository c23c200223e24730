"""Areas: the table of a level, one area with its figures, and outlines for the map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from flask import Blueprint, Response, render_template, request

from sightlines.downloads.release import bbox_text
from sightlines.errors import NotFoundError, RequestInvalidError
from sightlines.licences import find
from sightlines.statistics.ground import NOT_COVERED
from sightlines.web.area_shapes import in_view, shapes_of, simplified
from sightlines.web.level_names import level_label
from sightlines.web.parameters import read_bbox
from sightlines.web.site import site

if TYPE_CHECKING:
    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("areas", __name__)

SHAPES_LIMIT = 2_000
ROWS_A_PAGE = 500
MAX_ZOOM = 24
# Columns a reader may sort the table by; figures start with the largest.
SORTS = ("name", "n_cameras", "density_per_km2", "rate_per_1000", "area_km2", "population")


@blueprint.get("/areas")
def areas_page() -> str:
    """Show the areas of one level as a table; `level`, `sort` and `all` in the address."""
    snapshot = site().snapshot()
    level = request.args.get("level") or _first_level(snapshot)
    if level not in snapshot.levels and snapshot.levels:
        raise NotFoundError("There are no areas of this level.")
    sort = request.args.get("sort", "n_cameras")
    if sort not in SORTS:
        raise RequestInvalidError(f"The table can be sorted by {', '.join(SORTS)}.")
    everything = request.args.get("all") == "1"
    rows = level_rows(snapshot, level)
    listed = _sorted(rows if everything else _known(rows), sort)
    page, pages = _page(listed.num_rows)
    return render_template(
        "areas/index.html",
        rows=listed.slice((page - 1) * ROWS_A_PAGE, ROWS_A_PAGE).to_pylist(),
        hidden=rows.num_rows - listed.num_rows,
        page=page,
        pages=pages,
        level=level,
        levels=[(name, level_label(name)) for name in snapshot.levels],
        sort=sort,
        everything=everything,
    )


@blueprint.get("/areas/<path:code>")
def area_page(code: str) -> str:
    """Show one area: its figures, what they rest on, and how they are made."""
    snapshot = site().snapshot()
    statistics = snapshot.statistics
    rows = statistics.filter(pc.equal(statistics["code"], code)).to_pylist()
    if not rows:
        raise NotFoundError("There is no area with this code.")
    area = rows[0]
    shape = snapshot.areas.filter(pc.equal(snapshot.areas["code"], code))["geometry"][0].as_py()
    bounds = shapely.from_wkb(shape).bounds
    titles = {row["id"]: row["title"] for row in snapshot.sources}
    return render_template(
        "areas/area.html",
        area=area,
        level=level_label(area["level"]),
        sources=[{"id": name, "title": titles[name]} for name in area["sources"]],
        bbox=bbox_text(bounds),
        hash=_map_hash(bounds),
    )


@blueprint.get("/areas.geojson")
def areas_geojson() -> Response:
    """Serve outlines and figures of a level (`level`, `bbox`, `zoom`), for the map's shading."""
    snapshot = site().snapshot()
    level = request.args.get("level", "")
    if level not in snapshot.levels:
        raise NotFoundError("There are no areas of this level.")
    shapes = shapes_of(snapshot, level)
    rows = in_view(shapes, read_bbox(request.args.get("bbox")), limit=SHAPES_LIMIT)
    outlines = shapely.to_geojson(simplified(shapes.geometries[rows], _zoom()))
    figures = snapshot.statistics.take(pa.array(shapes.figures[rows])).to_pylist()
    features = [
        {
            "type": "Feature",
            "id": row["code"],
            "geometry": orjson.Fragment(outline),
            "properties": row,
        }
        for row, outline in zip(figures, outlines, strict=True)
    ]
    body = {
        "type": "FeatureCollection",
        "snapshot": snapshot.id,
        "attribution": _attribution(snapshot, level),
        "features": features,
    }
    return Response(orjson.dumps(body), content_type="application/geo+json")


def _attribution(snapshot: Snapshot, level: str) -> str:
    """Name whose outlines the areas of a level are, and under which licence."""
    rows = snapshot.areas.filter(pc.equal(snapshot.areas["level"], level))
    pairs = rows.group_by(["source", "licence"]).aggregate([]).to_pylist()
    texts = (f"{row['source']} ({find(row['licence']).name})" for row in pairs)
    return "; ".join(sorted(texts))


def level_rows(snapshot: Snapshot, level: str) -> pa.Table:
    """Return the figures of the areas of a level, one row an area."""
    return snapshot.statistics.filter(pc.equal(snapshot.statistics["level"], level))


def _known(rows: pa.Table) -> pa.Table:
    """Keep the areas with a record or with ground that a source covers."""
    covered = pc.not_equal(rows["coverage"], NOT_COVERED)
    return rows.filter(pc.or_(covered, pc.greater(rows["n_records"], 0)))


def _first_level(snapshot: Snapshot) -> str:
    """Choose the level with the most areas that have records or covered ground."""
    statistics = snapshot.statistics
    named = pc.invert(pc.starts_with(statistics["level"], "h3-"))
    seen = statistics.filter(pc.and_(named, pc.greater(statistics["n_records"], 0)))
    counts = seen.group_by("level").aggregate([("code", "count")]).to_pylist()
    if not counts:
        return snapshot.levels[0] if snapshot.levels else ""
    return str(max(counts, key=lambda row: (row["code_count"], row["level"]))["level"])


def _sorted(rows: pa.Table, sort: str) -> pa.Table:
    """Sort rows by a column, unknown figures last, then by name and code."""
    keyed = rows.append_column("sort_name", pc.utf8_lower(rows["name"]))
    order = [("sort_name", "ascending"), ("code", "ascending")]
    if sort != "name":
        order.insert(0, (sort, "descending"))
    return keyed.sort_by(order).drop_columns(["sort_name"])


def _page(n_rows: int) -> tuple[int, int]:
    """Return the page of a table that was asked for, and how many there are; both from 1."""
    pages = max(1, math.ceil(n_rows / ROWS_A_PAGE))
    text = request.args.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not 1 <= page <= pages:
        raise RequestInvalidError(f"page takes a number from 1 to {pages}.")
    return page, pages


def _zoom() -> float:
    try:
        zoom = float(request.args.get("zoom", "8"))
    except ValueError:
        zoom = math.nan
    if not 0 <= zoom <= MAX_ZOOM:
        raise RequestInvalidError(f"zoom takes a number from 0 to {MAX_ZOOM}.")
    return zoom


def _map_hash(bounds: tuple[float, float, float, float]) -> str:
    """Return the map's address for a box: the zoom at which it fills about 800 pixels."""
    west, south, east, north = bounds
    width_deg = max(east - west, (north - south) * 1.5, 1e-4)
    zoom = max(1, min(19, math.floor(math.log2(360 * 800 / 256 / width_deg))))
    return f"#{zoom}/{(south + north) / 2:.4f}/{(west + east) / 2:.4f}"
