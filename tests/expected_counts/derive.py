"""Derive what an import of each file of the shared camera data must report.

Run in this folder, with the folder that holds the 32 camera files:

    python derive.py ../../../shared/data/cameras > counts.toml

This is the judge of the import, so it uses nothing of Sightlines: the standard library, and what a
person knows who has looked at each file (how it is written, where its positions and its counts
stand, what its values mean). It may name files because it is a test; the product may not.

Each table of `counts.toml` is one file: `rows` = `observations` + the sum of `rejected`;
`cameras_counted` over the observations; `not_located` are observations without a position;
`kinds` counts the observations of the kinds named there, and says nothing of others.

Judgement calls, each from the project's definitions
----------------------------------------------------
- A line without any content is no row. A row is rejected only if it is empty, its position cannot
  be read, lies outside the world, or is (0, 0). A row without a position is an observation.
- 228.115 for 128.115 and 216.9947 in the Korean lists are out of range: the repair is likely, not
  certain. Their three cameras each are not counted. A wrong position inside the world stays.
- Lists of speed, red-light and section-control cameras are of the kind enforcement throughout,
  known by their own title; they count nothing. Level-crossing radars and the protected routes of
  the French list are enforcement too.
- A list called after speed cameras whose rows say what they are is read row by row: plate readers
  and traffic cameras count, speed cameras do not.
- A camera of a Korean council whose purpose is traffic or parking enforcement is still a camera of
  the standard list of closed-circuit cameras: its purpose is not its kind. It counts.
- Subtotals of a district are its cameras; the years beside them add up to more and are not used.
- `surveillance=red_light`, `maxspeed`, `guard` beside `surveillance:type=camera` are mistakes of
  tagging: a camera, counted. `surveillance:type=guard` is a guard and does not count.
  `surveillance=fake` is a recorded camera until somebody rules on dummies.
- A camera whose mount is a doorbell is a doorbell, although its type says fixed: a private home.
- Webcams are recorded cameras of a kind that the definitions do not know: unknown, counted.
- Cameras that watch who enters a low-traffic zone are not among the kinds of enforcement: counted.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import math
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COUNTED_KINDS = {"cctv", "alpr", "unknown"}


@dataclass
class Row:
    """What a row says; positions and counts as the file writes them, None for nothing."""

    lon: object = None
    lat: object = None
    kind: str = "unknown"
    cameras: object = None
    indoor: bool = False
    private_home: bool = False
    empty: bool = False


@dataclass
class File:
    """How to read one file, and which of its kinds the file leaves no doubt about."""

    rows: Callable[[Path], Iterator[Row]]
    kinds: tuple[str, ...] = ()


@dataclass
class Counts:
    rows: int = 0
    observations: int = 0
    cameras_counted: int = 0
    not_located: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


def judge(row: Row) -> str | None:
    """Return why a row is no observation; None if it is one."""
    if row.empty:
        return "empty"
    if row.lon is None or row.lat is None:
        return None
    try:
        lon, lat = float(str(row.lon)), float(str(row.lat))
    except ValueError:
        return "unreadable_position"
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return "unreadable_position"
    if abs(lon) > 180 or abs(lat) > 90:
        return "out_of_range"
    return "null_island" if lon == 0 and lat == 0 else None


def count(path: Path, known: File) -> Counts:
    counts = Counts()
    for row in known.rows(path):
        counts.rows += 1
        reason = judge(row)
        if reason is not None:
            counts.rejected[reason] += 1
            continue
        counts.observations += 1
        counts.not_located += row.lon is None or row.lat is None
        counts.kinds[row.kind] += 1
        if row.kind in COUNTED_KINDS and not row.indoor and not row.private_home:
            counts.cameras_counted += 1 if row.cameras is None else int(str(row.cameras))
    return counts


def content(path: Path) -> bytes:
    packed = path.read_bytes()
    return gzip.decompress(packed) if path.suffix == ".gz" else packed


def lines(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> Iterator[dict]:
    """Yield the rows of a delimited text by header; a line without content is none."""
    text = io.StringIO(content(path).decode(encoding), newline="")
    for line in csv.DictReader(text, delimiter=delimiter):
        yield {name: (cell or "").strip() for name, cell in line.items()}


def table(
    lon: str | None = None,
    lat: str | None = None,
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    kind: str = "unknown",
    cameras: str | None = None,
) -> Callable[[Path], Iterator[Row]]:
    """Read a delimited text with these columns, all of whose rows are of one kind."""

    def read(path: Path) -> Iterator[Row]:
        for line in lines(path, encoding, delimiter):
            yield Row(
                lon=line[lon] or None if lon else None,
                lat=line[lat] or None if lat else None,
                kind=kind,
                cameras=line[cameras] or None if cameras else None,
                empty=not any(line.values()),
            )

    return read


def records(path: Path) -> list[dict]:
    return json.loads(content(path))


def record_list(lon: str, lat: str, kind: str = "unknown") -> Callable[[Path], Iterator[Row]]:
    def read(path: Path) -> Iterator[Row]:
        for record in records(path):
            yield Row(record[lon], record[lat], kind)

    return read


def features(kind: str = "unknown") -> Callable[[Path], Iterator[Row]]:
    def read(path: Path) -> Iterator[Row]:
        for feature in json.loads(content(path))["features"]:
            lon, lat = feature["geometry"]["coordinates"][:2]
            yield Row(lon, lat, kind)

    return read


def elements(
    path: Path, record: str, lon: str, lat: str, space: str = ""
) -> Iterator[tuple[str | None, str | None]]:
    # Entities cannot hurt here: the files are read-only samples that lie beside the project.
    for element in ElementTree.fromstring(content(path)).iter(space + record):  # noqa: S314
        yield element.findtext(space + lon), element.findtext(space + lat)


def hong_kong_xml(path: Path) -> Iterator[Row]:
    for lon, lat in elements(path, "image", "longitude", "latitude"):
        yield Row(lon, lat)


def taiwan_freeway(path: Path) -> Iterator[Row]:
    space = "{http://traffic.transportdata.tw/standard/traffic/schema/}"
    for lon, lat in elements(path, "CCTV", "PositionLon", "PositionLat", space):
        yield Row(lon, lat, "cctv")


def where_are_the_eyes(path: Path) -> Iterator[Row]:
    space = "{http://earth.google.com/kml/2.0}"
    for place, _ in elements(path, "Placemark", f"Point/{space}coordinates", "name", space):
        lon, lat, _ = str(place).split(",")
        yield Row(lon, lat)


OSM_KINDS = {"camera": "cctv", "ALPR": "alpr", "guard": "guard"}  # others: a type not known


def osm_row(lon: object, lat: object, tags: dict[str, str]) -> Row:
    """Judge a node by its tags; all of them are `man_made=surveillance`, none is disused."""
    return Row(
        lon,
        lat,
        OSM_KINDS.get(tags.get("surveillance:type", ""), "unknown"),
        tags.get("camera:count"),
        indoor=tags.get("surveillance") == "indoor" or tags.get("indoor") == "yes",
        private_home="doorbell" in (tags.get("camera:type"), tags.get("camera:mount")),
    )


def switzerland_elements(path: Path) -> Iterator[Row]:
    for element in records(path):
        yield osm_row(element["lon"], element["lat"], element["tags"])


def switzerland_wkt(path: Path) -> Iterator[Row]:
    for line in lines(path):
        found = re.fullmatch(r"POINT \((\S+) (\S+)\)", line["geometry"])
        lon, lat = found.groups() if found else (None, None)
        yield osm_row(lon, lat, ast.literal_eval(line["tags"]))


UZBEK_KINDS = {"speed_camera": "enforcement", "alpr": "alpr", "traffic_camera": "cctv"}


def uzbekistan_csv(path: Path) -> Iterator[Row]:
    for line in lines(path):
        yield Row(line["longitude"], line["latitude"], UZBEK_KINDS[line["camera_type"]])


def uzbekistan_json(path: Path) -> Iterator[Row]:
    for record in records(path):
        yield Row(record["longitude"], record["latitude"], UZBEK_KINDS[record["camera_type"]])


ENFORCEMENT = "enforcement"
FILES = {
    "au_ballarat_cctv.csv": File(table("long", "lat")),
    "ca_ottawa_redlight.csv": File(
        table("LONGITUDE", "LATITUDE", kind=ENFORCEMENT), (ENFORCEMENT,)
    ),
    "ca_ottawa_speed.csv": File(table("Longitude", "Latitude", kind=ENFORCEMENT), (ENFORCEMENT,)),
    "ca_toronto_traffic.csv": File(table("Longitude", "Latitude")),
    "ch_osm_surveillance_elements.json": File(
        switzerland_elements, ("cctv", "alpr", "guard", "unknown")
    ),
    "ch_osm_surveillance_wkt.csv": File(switzerland_wkt, ("cctv", "alpr", "guard", "unknown")),
    "es_madrid_central.geojson": File(features()),
    "fr_paris_prefecture_addresses_only.csv": File(table(delimiter=";")),
    "fr_paris_prefecture_geocoded.csv": File(table("lon", "lat", delimiter=";")),
    "fr_paris_ville_addresses_only.csv": File(table(delimiter=";")),
    "fr_radars.csv": File(table("longitude", "latitude", kind=ENFORCEMENT), (ENFORCEMENT,)),
    "hk_traffic_cams.json": File(record_list("longitude", "latitude")),
    "hk_traffic_cams.xml": File(hong_kong_xml),
    "kr_gyeongsan_standard_cp949.csv": File(
        table("WGS84경도", "WGS84위도", encoding="cp949", cameras="카메라대수")
    ),
    "kr_hwaseong_latlon_only.csv": File(table("경도", "위도")),
    "kr_jinju_cp949.csv": File(table("경도", "위도", encoding="cp949", cameras="설치대수")),
    "kr_seoul_cctv_by_gu_2020.csv": File(table(cameras="소계")),
    "kr_seoul_cctv_derived.csv.gz": File(table("lng", "lat", cameras="cameraCount")),
    "sn_dakar.geojson": File(features()),
    "th_pattaya_streamurls.csv": File(table("lng", "lat")),
    "tw_freeway_cctv_tdx.xml": File(taiwan_freeway),
    "tw_speed_enforcement.geojson": File(features(ENFORCEMENT), (ENFORCEMENT,)),
    "tw_taipei_cctv_big5.csv": File(table("WGSX", "WGSY", encoding="big5")),
    "tw_taipei_police_cctv_no_coords.csv": File(table()),
    "uk_trafford_cctv.csv": File(table("lon", "lat")),
    "uk_trafford_cctv.geojson": File(features()),
    "us_alpr_deflock.json.gz": File(record_list("lon", "lat", "alpr"), ("alpr",)),
    "us_chicago_redlight.csv": File(
        table("LONGITUDE", "LATITUDE", kind=ENFORCEMENT), (ENFORCEMENT,)
    ),
    "us_chicago_speed.csv": File(table("LONGITUDE", "LATITUDE", kind=ENFORCEMENT), (ENFORCEMENT,)),
    "uz_speedcams.csv": File(uzbekistan_csv, (ENFORCEMENT, "alpr")),
    "uz_speedcams.json": File(uzbekistan_json, (ENFORCEMENT, "alpr")),
    "world_wherearetheeyes.kml": File(where_are_the_eyes),
}


def as_toml(name: str, counts: Counts, kinds: tuple[str, ...]) -> str:
    rejected = ", ".join(f"{reason} = {n}" for reason, n in sorted(counts.rejected.items()))
    named = ", ".join(f"{kind} = {counts.kinds[kind]}" for kind in kinds)
    return "\n".join(
        [
            f'["{name}"]',
            f"rows = {counts.rows}",
            f"observations = {counts.observations}",
            f"cameras_counted = {counts.cameras_counted}",
            f"not_located = {counts.not_located}",
            f"rejected = {{ {rejected} }}" if rejected else "rejected = {}",
            f"kinds = {{ {named} }}" if named else "kinds = {}",
            "",
        ]
    )


def main() -> None:
    folder = Path(sys.argv[1])
    there = {path.name for path in folder.iterdir()}
    if there != set(FILES):
        raise SystemExit(f"Not the files known here: {sorted(there ^ set(FILES))}")
    sys.stdout.write("# Written by derive.py; what it counts, and why so, stands there.\n\n")
    tables = [
        as_toml(name, count(folder / name, known), known.kinds) for name, known in FILES.items()
    ]
    sys.stdout.write("\n".join(tables))


if __name__ == "__main__":
    main()
