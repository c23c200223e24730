"""The catalogue of sources, and the entries that ship."""

from pathlib import Path

import pytest

from sightlines.errors import RequestInvalidError
from sightlines.licences import find, is_publishable
from sightlines.pipeline.imports import CATALOGUE
from sightlines.sources.catalogue import catalogue, find_source, read_entry

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
    entries = catalogue(CATALOGUE)
    assert entries
    for entry in entries:
        path = CATALOGUE / f"{entry.id}.toml"
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40
        assert is_publishable(entry.licence, publish_unstated=False), entry.id
        assert find(entry.licence) is not None


def test_find_source_finds_an_entry_by_its_id(tmp_path):
    (tmp_path / "a.toml").write_text(ENTRY, encoding="utf-8")
    entry = find_source(tmp_path, "a")
    assert (entry.id, entry.title, entry.licence) == ("a", "A", "CC0-1.0")
    assert entry.mapping.position.x == "lon"
    assert find_source(tmp_path, "b") is None


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
