"""Administrative areas of an extract: boundary relations that close inside it.

A boundary cut by the extract's edge does not close and is no area: half a district would have the
wrong size.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import osmium
import pyarrow as pa
import shapely

from sightlines import schema
from sightlines.licences import ODBL
from sightlines.sources.free_text import TEXT_LIMIT, clean
from sightlines.sources.population import read_population, read_year
from sightlines.sources.shapes import as_multipolygon, cut_jumps

if TYPE_CHECKING:
    from osmium.osm import Area

_WKB = osmium.geom.WKBFactory()
_POPULATION_SOURCE = "OpenStreetMap"


class AreaRows:
    """Gathers administrative areas; `notes` counts those that had to be repaired or left out."""

    def __init__(self) -> None:
        self.notes: Counter[str] = Counter()
        self._rows: list[dict[str, object]] = []

    def add_area(self, area: Area) -> None:
        """Take an area if it is a boundary relation with an administrative level."""
        tags = area.tags
        level = tags.get("admin_level")
        if area.from_way() or tags.get("boundary") != "administrative" or not level:
            return
        if not level.isdecimal() or len(level) > 2:
            self.notes["area:level_unreadable"] += 1
            return
        try:
            shape = shapely.from_wkb(bytes.fromhex(_WKB.create_multipolygon(area)))
        except RuntimeError:  # no ring of it could be put together
            self.notes["area:not_assembled"] += 1
            return
        whole, is_cut = cut_jumps(shape)
        polygons, is_repaired = as_multipolygon(whole)
        if polygons is None:
            self.notes["area:not_assembled"] += 1
            return
        if is_repaired:
            self.notes["area:repaired"] += 1
        if is_cut:
            self.notes["area:cut_at_antimeridian"] += 1
        self._rows.append(self._row(dict(tags), level, area.orig_id(), polygons))

    def table(self) -> pa.Table:
        """Return the areas as a table of `schema.AREA`, by level and relation."""
        rows = sorted(self._rows, key=lambda row: str(row["code"]))
        return pa.Table.from_pylist(rows, schema=schema.AREA)

    def _row(
        self, tags: dict[str, str], level: str, relation: int, shape: shapely.MultiPolygon
    ) -> dict[str, object]:
        population = read_population(tags.get("population", ""))
        if population is None and "population" in tags:
            self.notes["area:population_unreadable"] += 1
        is_known = population is not None
        return {
            "code": f"osm-{int(level)}:r{relation}",
            "name": clean(tags.get("name", ""))[:TEXT_LIMIT] or f"Relation {relation}",
            "level": f"osm-{int(level)}",
            "population": population,
            "population_year": read_year(tags.get("population:date", "")) if is_known else None,
            "population_source": _POPULATION_SOURCE if is_known else None,
            "source": "",
            "licence": ODBL,
            "geometry": shapely.to_wkb(shape),
        }
