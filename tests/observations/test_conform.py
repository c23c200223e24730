import pyarrow as pa
import pytest

from sightlines.errors import RecordBrokenError
from sightlines.observations.conform import conform

SCHEMA = pa.schema(
    [pa.field("kind", pa.string(), nullable=False), pa.field("height", pa.float64())]
)


def test_conform_leaves_a_column_empty_when_the_table_is_older_than_the_column():
    table = conform(pa.table({"kind": ["cctv"]}), SCHEMA)
    assert table.schema == SCHEMA
    assert table.to_pylist() == [{"kind": "cctv", "height": None}]


def test_conform_leaves_out_columns_that_the_schema_lacks():
    assert conform(pa.table({"kind": ["cctv"], "sender": ["me"]}), SCHEMA).column_names == [
        "kind",
        "height",
    ]


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"height": [1.0]}),
        pa.table({"kind": pa.array(["cctv", None])}),
        pa.table({"kind": ["cctv"], "height": ["tall"]}),
        pa.table([pa.array(["cctv"]), pa.array(["alpr"])], names=["kind", "kind"]),
        pa.table({"kind": pa.array([b"\xff"]).view(pa.string())}),
    ],
    ids=["column missing", "value missing", "another type", "column twice", "not UTF-8"],
)
def test_conform_refuses_a_table(table: pa.Table):
    with pytest.raises(RecordBrokenError):
        conform(table, SCHEMA)
