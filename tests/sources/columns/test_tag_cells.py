"""OpenStreetMap's tags in one cell."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.columns.tag_cells import read_tags

TAGS = {"man_made": "surveillance", "name": 'Zoë\'s "corner", b'}
_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@pytest.mark.parametrize("text", [repr(TAGS), orjson.dumps(TAGS).decode()])
def test_read_tags_reads_json_and_a_python_dictionary(text):
    assert read_tags(text) == TAGS


def test_read_tags_reads_hstore():
    assert read_tags('"a"=>"1", "b:c"=>"x \\"y\\"", "d"=>NULL') == {"a": "1", "b:c": 'x "y"'}


@given(st.dictionaries(_TEXT, _TEXT))
def test_read_tags_gives_back_what_python_writes(tags):
    assert read_tags(repr(tags)) == tags


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "{1: 2}",
        "[1]",
        "{'a'",
        "{" * 50_000,
        "{'a':" * 5_000,
        "plain words",
        '"a"=>"b" and more',
        "{" + ",".join(f"'k{n}': 'v'" for n in range(600)) + "}",
        "{'a': '" + "x" * 200_000 + "'}",
    ],
)
def test_read_tags_refuses_what_is_none(text):
    assert read_tags(text) is None


def test_read_tags_takes_an_empty_cell_for_no_tags():
    assert read_tags(" ") == {}
