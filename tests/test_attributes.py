"""The attribute table drives everything: a made-up row appears in each place without more code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sightlines.attributes import ATTRIBUTES, KINDS, OPERATOR_GROUPS, kind_of, operator_group

ROOT = Path(__file__).resolve().parents[1]

# Runs in a process of its own, because the tables of other modules are made of this one on import.
MADE_UP = """
import json, sys
from pathlib import Path
import sightlines.attributes as table
row = table.Attribute("shoe_size", "Size", "text", keys=("shoe:size",), form=True, help="Size.")
table.ATTRIBUTES = (*table.ATTRIBUTES, row)
table.BY_NAME["shoe_size"] = row
from sightlines import schema
from sightlines.cli.documenting import attributes_page
from sightlines.downloads.csv import COLUMNS
from sightlines.downloads.rows import PROPERTIES
from sightlines.settings import Settings
from sightlines.sources.content import Content
from sightlines.sources.contribution import read_file, read_form
from sightlines.web.application import create_app
form = read_form({"lon": "1", "lat": "2", "shoe_size": "43"}).observations
file = read_file(Content.of_bytes(b"lon,lat,shoe:size\\n1,2,44\\n")).observations
client = create_app(Settings(instance=Path(sys.argv[1]))).test_client()
print(json.dumps({
    "read": "shoe_size" in schema.READ.names,
    "observation": "shoe_size" in schema.OBSERVATION.names,
    "camera": "shoe_size" in schema.CAMERA.names,
    "form reader": form["shoe_size"].to_pylist() == ["43"],
    "file reader": file["shoe_size"].to_pylist() == ["44"],
    "geojson": "shoe_size" in PROPERTIES,
    "csv": "shoe_size" in COLUMNS,
    "docs": "`shoe_size`" in attributes_page(),
    "form page": 'name="shoe_size"' in client.get("/contribute").text,
}))
"""


def test_a_made_up_row_is_found_in_every_place(sample_instance):
    answer = subprocess.run(
        [sys.executable, "-c", MADE_UP, str(sample_instance)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    places = json.loads(answer.stdout)
    assert [place for place, found in places.items() if not found] == []
    assert len(places) == 9


def test_every_attribute_is_named_after_its_first_key():
    for row in ATTRIBUTES:
        if row.keys:
            assert row.name.replace("_", ":") == row.keys[0].replace("_", ":")


def test_every_alias_means_a_choice():
    for row in ATTRIBUTES:
        if row.choices:
            assert {choice for _, choice in row.aliases} <= set(row.choices)


@pytest.mark.parametrize(
    ("type_", "group"),
    [("government", "public"), ("police", "public"), ("business", "private"), (None, "unknown")],
)
def test_operator_group_knows_three_groups(type_, group):
    assert operator_group(type_) == group
    assert group in OPERATOR_GROUPS


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("camera", "cctv"), ("ALPR", "alpr"), ("guard", "guard"), (None, "unknown"), ("x", "unknown")],
)
def test_kind_of_takes_what_is_missing_as_unknown(type_, kind):
    assert kind_of(type_) == kind
    assert kind in KINDS
