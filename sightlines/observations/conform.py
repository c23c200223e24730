"""Holding what was stored against the schema of today.

Tables outlive the version that wrote them: a new attribute is a column that old rows leave empty.
A missing column that may not be empty, a value of another type or text that is not UTF-8 means
that the table is not what it claims to be.
"""

from __future__ import annotations

import pyarrow as pa

from sightlines.errors import RecordBrokenError


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Bring a stored table to a schema.

    Parameters
    ----------
    table
        Columns that the schema lacks are left out.
    schema
        `schema.READ`, `schema.OBSERVATION`, `schema.AREA` or `schema.BASE_MAP_FEATURE`.

    Returns
    -------
    pa.Table
        The same rows in the same order, with exactly the fields of the schema.

    Raises
    ------
    RecordBrokenError
        If a column is missing or empty in a row where it must not be, or has another type.
    """
    try:
        table.validate(full=True)
        columns = [_column(table, field) for field in schema]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as reason:
        raise RecordBrokenError(
            f"A stored table does not have the form it should have: {reason}"
        ) from reason
    return pa.Table.from_arrays(columns, schema=schema)


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    found = table.schema.get_all_field_indices(field.name)
    if len(found) > 1:
        raise RecordBrokenError(f"A stored table has the column {field.name!r} twice.")
    column = table.column(found[0]) if found else pa.nulls(table.num_rows)
    if not field.nullable and column.null_count:
        raise RecordBrokenError(
            f"A stored table lacks values of {field.name!r}, which may not be missing."
        )
    return column.cast(field.type)
