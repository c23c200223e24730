"""The catalogue of sources, and the entries that ship."""

from pathlib import Path

import pytest

from sightlines.errors import RequestInvalidError
from sightlines.observations.origins import slug
from sightlines.settings import ROOT
from sightlines.sources.addresses import Address, Extent
from sightlines.sources.catalogue import catalogue, find_source, read_entry

FOLDER = ROOT / "data" / "sources"

ENTRY = """
[source]
title = "A"
licence = "CC0-1.0"
[position]
form = "pair"
x = "lon"
y = "lat"
"""


def test_catalogue_reads_every_entry_that_ships():
    entries = catalogue(FOLDER)
    fetched = [entry for entry in entries if entry.address is not None]
    assert len(fetched) >= 30
    assert len({entry.country for entry in fetched} - {""}) >= 15
    for entry in entries:
        lines = (FOLDER / f"{entry.id}.toml").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 80, entry.id
        assert lines[0].startswith("# "), entry.id


def test_catalogue_reads_an_entry_from_before_there_were_addresses():
    entry = find_source(FOLDER, "uk_trafford_cctv")
    assert entry is not None
    assert entry.licence == "OGL-UK-3.0"
    assert entry.mapping.position.x == "lon"


def test_find_source_finds_an_entry_by_its_id(tmp_path):
    (tmp_path / "a.toml").write_text(ENTRY, encoding="utf-8")
    entry = find_source(tmp_path, "a")
    assert (entry.id, entry.title, entry.licence) == ("a", "A", "CC0-1.0")
    assert entry.mapping.position.x == "lon"
    assert find_source(tmp_path, "b") is None


def test_find_source_finds_an_entry_by_the_id_in_the_record(tmp_path):
    (tmp_path / "fi_town_cctv.toml").write_text(ENTRY, encoding="utf-8")
    for id_ in ("fi_town_cctv", "fi-town-cctv"):
        entry = find_source(tmp_path, id_)
        assert (entry.id, entry.source) == ("fi_town_cctv", slug("fi_town_cctv"))


def test_read_entry_says_nothing_of_what_stands_nowhere(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('[source]\ntitle = "A"\nlicence = "B"\n', encoding="utf-8")
    entry = read_entry(path)
    assert (entry.mapping, entry.address, entry.extent) == (None, None, None)
    assert (entry.country, entry.page, entry.meaning) == ("", "", {})


WHOLE = """
[source]
title = "A"
publisher = "The town"
country = "FI"
licence = "CC0-1.0"
page = "https://town.example/cameras"
[address]
reader = "opendatasoft"
url = "https://data.town.example"
dataset = "cameras@town"
format = "geojson"
seen = "github town/portal : list.json"
checked = "2026-05-31"
[extent]
bbox = [24, 60, 25.5, 61]
basis = "The town's border."
[columns]
ID = "native_id"
[meaning]
ID = "Number of the camera"
"""


def test_read_entry_reads_address_extent_and_meaning(tmp_path):
    path = tmp_path / "fi_town.toml"
    path.write_text(WHOLE, encoding="utf-8")
    entry = read_entry(path)
    assert entry.address == Address(
        "opendatasoft",
        url="https://data.town.example",
        dataset="cameras@town",
        format="geojson",
        seen="github town/portal : list.json",
        checked="2026-05-31",
    )
    assert entry.extent == Extent(bbox=(24.0, 60.0, 25.5, 61.0), basis="The town's border.")
    assert entry.meaning == {"ID": "Number of the camera"}
    assert (entry.country, entry.mapping.columns) == ("FI", {"ID": "native_id"})


OVERPASS = """
[source]
title = "A"
licence = "ODbL-1.0"
[address]
reader = "overpass"
query = 'node["man_made"="surveillance"](area.place);'
area = "FI"
seen = "the wiki"
"""


def test_read_entry_reads_a_query(tmp_path):
    path = tmp_path / "fi_osm.toml"
    path.write_text(OVERPASS, encoding="utf-8")
    address = read_entry(path).address
    assert (address.area, address.bbox, address.url, address.checked) == (
        "FI",
        None,
        "",
        "unverified",
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"opendatasoft"', '"ftp"', "reader is one of overpass, socrata"),
        ('"opendatasoft"', "7", "reader is one of"),
        ('reader = "opendatasoft"', "", "reader is one of"),
        ('format = "geojson"', "", "must say format"),
        ('format = "geojson"', 'format = "pdf"', "format is one of csv"),
        ('dataset = "cameras@town"', 'dataset = "../x"', "without slashes"),
        ('format = "geojson"', 'format = "csv"\nquery = "x"', "knows no 'query'"),
        ('format = "geojson"', "format = 7", "format must be a text"),
        ("seen =", "saw =", "knows no 'saw'"),
        ('seen = "github town/portal : list.json"', "", "must say seen"),
        ('"2026-05-31"', '"2026-02-31"', "checked is a date"),
        ('"2026-05-31"', '"yesterday"', "checked is a date"),
        ('"https://data.town.example"', '"ftp://data.town.example"', "address of http"),
        ('"https://data.town.example"', '"https://a:b@town.example"', "without a user"),
        ('"https://data.town.example"', '"https://town.example:x"', "address of http"),
        ('"https://data.town.example"', '"https:///x"', "address of http"),
        ('"https://data.town.example"', '"https://[::1"', "address of http"),
        ('"https://data.town.example"', '"https://a b"', "address of http"),
        ('"https://town.example/cameras"', '"javascript:alert(1)"', "page must be"),
        ('country = "FI"', 'country = "XX"', r"\[source\] country is a code"),
        ('country = "FI"', 'country = "fi"', r"\[source\] country is a code"),
        ("[24, 60, 25.5, 61]", "[24, 61, 25.5, 60]", "south is not below"),
        ("[24, 60, 25.5, 61]", "[25.5, 60, 24, 61]", "west must lie west"),
        ("[24, 60, 25.5, 61]", "[24, 60, 24, 61]", "west must lie west"),
        ("[24, 60, 25.5, 61]", "[60, 24, 61, 95]", "outside the world"),
        ("[24, 60, 25.5, 61]", "[nan, 60, 25.5, 61]", "outside the world"),
        ("[24, 60, 25.5, 61]", "[24, 60, 25.5]", "bbox is a list"),
        ("[24, 60, 25.5, 61]", '[24, 60, 25.5, "61"]', "bbox is a list"),
        ("[24, 60, 25.5, 61]", "true", "bbox is a list"),
        ("bbox =", 'country = "FI"\nbbox =', "either country or bbox"),
        ("bbox = [24, 60, 25.5, 61]", "", "either country or bbox"),
        ("bbox = [24, 60, 25.5, 61]", 'country = "QQ"', r"\[extent\] country"),
        ('basis = "The town\'s border."', "", "must say its basis"),
        ('ID = "Number of the camera"', "ID = 7", r"\[meaning\] ID must be a text"),
        ("[meaning]", "[meanings]", "knows no 'meanings'"),
        ("[meaning]", "[[meaning]]", r"\[meaning\] must be a table"),
        ("[address]", "[[address]]", r"\[address\] must be a table"),
    ],
)
def test_read_entry_says_what_is_wrong_with_an_address(tmp_path, old, new, words):
    assert old in WHOLE
    path = tmp_path / "fi_town.toml"
    path.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequestInvalidError, match=words) as refused:
        read_entry(path)
    assert str(refused.value).startswith("fi_town.toml: ")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('area = "FI"', "", "either area or bbox"),
        ('area = "FI"', 'area = "FI"\nbbox = [24, 60, 25, 61]', "either area or bbox"),
        ('area = "FI"', 'area = "Finland"', "ISO 3166"),
        ("(area.place)", "", r"its ground as \(area.place\)"),
        ('area = "FI"', "bbox = [24, 60, 25, 61]", r"its ground as \(\{\{bbox"),
        ('area = "FI"', 'area = "FI"\nurl = "http://a.example file:///etc"', "url must be"),
        ("query =", "question =", "knows no 'question'"),
    ],
)
def test_read_entry_says_what_is_wrong_with_a_query(tmp_path, old, new, words):
    path = tmp_path / "fi_osm.toml"
    path.write_text(OVERPASS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequestInvalidError, match=words):
        read_entry(path)


def test_read_entry_takes_a_box_across_the_antimeridian(tmp_path):
    path = tmp_path / "fj_town.toml"
    path.write_text(WHOLE.replace("[24, 60, 25.5, 61]", "[177, -19, -179, -16]"), encoding="utf-8")
    assert read_entry(path).extent.bbox == (177.0, -19.0, -179.0, -16.0)


@pytest.mark.parametrize("stem", ["A", "a-b", "a__b", "_a", "a_", "a.b", "ä", "x" * 65])
def test_read_entry_refuses_a_name_that_is_no_id(tmp_path, stem):
    path = tmp_path / f"{stem}.toml"
    path.write_text(ENTRY, encoding="utf-8")
    with pytest.raises(RequestInvalidError, match="name has at most 64"):
        read_entry(path)


def test_read_entry_says_that_a_file_is_no_text(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RequestInvalidError, match="cannot be read as UTF-8"):
        read_entry(path)


@pytest.mark.parametrize("id_", ["../a", "sub/../a", "/etc/passwd", "", "."])
def test_find_source_never_leaves_its_folder(tmp_path, id_):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.toml").write_text(ENTRY, encoding="utf-8")
    assert find_source(tmp_path / "inner", id_) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[columns]\n", "title and licence"),
        ("[source]\ntitle = 'A'\n", "title and licence"),
        (ENTRY.replace("title", "colour = 'x'\ntitle", 1), "colour"),
        (ENTRY.replace('"A"', "7"), "title"),
        (ENTRY.replace('"pair"', '"circle"'), "form is one of"),
    ],
)
def test_read_entry_names_what_is_wrong(tmp_path, text, words):
    path = Path(tmp_path / "a.toml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestInvalidError, match=words):
        read_entry(path)
