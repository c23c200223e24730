"""Make `world_countries.parquet` from Natural Earth as packaged by others.

Run from the root of the project, with the two unpacked files (README.md says where they come from):

    PYTHONPATH=. python data/areas/make_world_countries.py countries-10m.json naturalearth_lowres/

The same two files give the same bytes with the same version of pyarrow.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from sightlines.antimeridian import cut_at_antimeridian, polygonal
from sightlines.schema import AREA

OUT = Path(__file__).resolve().parent / "world_countries.parquet"
DECIMALS = 4

# The geometry's file has the older name; the population table has the one in use since 2019.
RENAMED = {"Macedonia": "North Macedonia"}


def main() -> None:
    """Read the two files named on the command line and write the countries beside this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("countries", type=Path, help="countries-10m.json of world-atlas")
    parser.add_argument("population", type=Path, help="folder naturalearth_lowres of geopandas")
    paths = parser.parse_args()
    countries = geopandas.read_file(paths.countries, layer="countries")
    # The package's quantisation leaves nothing of the Vatican.
    countries = countries[~countries.geometry.is_empty]
    lowres = geopandas.read_file(paths.population)
    population = dict(zip(lowres["name"], lowres["pop_est"].astype(int), strict=True))
    table = country_table(countries, population)
    pq.write_table(table, OUT, compression="zstd", compression_level=19)


def country_table(countries: geopandas.GeoDataFrame, population: dict[str, int]) -> pa.Table:
    """Return the countries as rows of `schema.AREA`, sorted by code.

    Parameters
    ----------
    countries
        Columns `id` (ISO 3166-1 numeric, absent for some), `name` and the geometry, WGS 84.
    population
        Residents by the country's name; countries without an entry get none.

    Returns
    -------
    pa.Table
        With the metadata of GeoParquet 1.1.
    """
    names = [RENAMED.get(name, name) for name in countries["name"]]
    shapes = [multipolygon(shape) for shape in countries.geometry]
    known = [population.get(name) for name in names]
    rows = pa.table(
        {
            "code": area_codes(list(countries["id"]), names, shapes),
            "name": names,
            "level": ["country"] * len(names),
            "population": known,
            "population_year": pa.nulls(len(names), pa.int64()),
            "population_source": [
                None if number is None else "Natural Earth pop_est" for number in known
            ],
            "source": ["natural-earth"] * len(names),
            "licence": ["public-domain"] * len(names),
            "geometry": shapely.to_wkb(shapes).tolist(),
        },
        schema=AREA,
    ).sort_by("code")
    return rows.replace_schema_metadata({"geo": json.dumps(geoparquet_metadata(shapes))})


def multipolygon(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Cut a country at the antimeridian, round it to 4 decimals (about 10 metres), mend it."""
    cut = [cut_at_antimeridian(part) for part in shapely.get_parts(shape)]
    whole = shapely.union_all(cut) if len(cut) > 1 else cut[0]
    return polygonal(shapely.transform(whole, lambda places: np.round(places, DECIMALS) + 0.0))


def area_codes(
    ids: list[str | None], names: list[str], shapes: list[shapely.MultiPolygon]
) -> list[str]:
    """Return a code a country: its number, else its name; a shared number goes to the largest."""
    largest: dict[str, float] = {}
    for number, shape in zip(ids, shapes, strict=True):
        if isinstance(number, str):
            largest[number] = max(largest.get(number, 0.0), shape.area)
    return [
        f"country:{number}"
        if isinstance(number, str) and shape.area == largest[number]
        else f"country:{slug(name)}"
        for number, name, shape in zip(ids, names, shapes, strict=True)
    ]


def slug(name: str) -> str:
    """Return a name in lower-case ASCII with hyphens for everything else."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def geoparquet_metadata(shapes: list[shapely.MultiPolygon]) -> dict[str, object]:
    """Return the `geo` metadata; without a `crs` it means longitude and latitude, WGS 84.

    References
    ----------
    GeoParquet 1.1.0, https://geoparquet.org/releases/v1.1.0/
    """
    column = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "bbox": shapely.total_bounds(shapes).tolist(),
    }
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


if __name__ == "__main__":
    main()
