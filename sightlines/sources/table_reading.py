"""From a table to a reading: find or take its mapping, place its rows, normalise them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.finding import Ask, complete, find_mapping, sample_of
from sightlines.sources.columns.mapping import OSM_IDS, attribute_of, mapping_to_toml
from sightlines.sources.columns.placing import Placer
from sightlines.sources.columns.rows import MappedRows
from sightlines.sources.free_text import TEXT_LIMIT, clean
from sightlines.sources.reading import Reading, collect, rows_of
from sightlines.sources.table import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import shapely

    from sightlines.sources.columns.mapping import Mapping
    from sightlines.sources.content import Content
    from sightlines.sources.table import Table, TableRow

    Parse = Callable[[Content, Layout], Table]

# What is read of a contribution, but says more of the sender or the file than of the camera.
_NOT_OF_CONTRIBUTIONS = frozenset(
    {"native_id", "osm_type", *OSM_IDS, "tags", "place", "last_edited_at"}
)


@dataclass(frozen=True)
class ReadingOptions:
    """What whoever gives a file says about it.

    Parameters
    ----------
    encoding
        Of a text file; None means: find out.
    kind
        One of `attributes.KINDS` for every row that names none; None means: find out.
    mapping
        How a table is read; None means: find out.
    crs
        Of a table's positions; None means: find out.
    extent
        Ground that the source covers, WGS 84; None for not stated.
    is_strict
        True for contributions: see `reading.collect`.
    with_base_map
        Whether an OpenStreetMap extract's streets and areas are read besides its cameras.
    title
        What its source is called, which may say what kind of device it lists; None for unknown.
    """

    encoding: str | None = None
    kind: str | None = None
    mapping: Mapping | None = None
    crs: str | None = None
    extent: shapely.Geometry | None = None
    is_strict: bool = False
    with_base_map: bool = True
    title: str | None = None

    @property
    def layout(self) -> Layout:
        """Return what is said of how the file is written."""
        layout = self.mapping.layout if self.mapping is not None else Layout()
        return layout if self.encoding is None else replace(layout, encoding=self.encoding)


def read_table(content: Content, parse: Parse, options: ReadingOptions) -> Reading:
    """Read a table of cameras.

    Parameters
    ----------
    content
        The file.
    parse
        The parser of its format.
    options
        What is said about it.

    Returns
    -------
    Reading
        Lines without any content are no rows. A row without a position is an observation that is
        not locatable; for a contribution it is a fault.

    Raises
    ------
    SourceRefusedError
        If it is no such table or has more rows than `content.limits`.
    """
    table = parse(content, options.layout)
    sample = sample_of(table)
    if not sample:
        raise SourceRefusedError("The table has a header but no rows.")
    mapping, notes = _mapping(content, table, sample, options)
    kept: frozenset[str] | None = None
    left_out: tuple[str, ...] = ()
    if options.is_strict:
        mapping, kept, left_out = of_contribution(mapping, table.headers)
    placer = Placer(table.headers, mapping.position, options.extent, sample)
    rows = MappedRows(table, mapping, placer, kept=kept, is_strict=options.is_strict)
    collected = collect(
        rows_of(rows.batches(content.limits.rows)), strict=options.is_strict, kind=mapping.kind
    )
    collected.note_left_out(left_out)
    collected.notes.update(table.notes)
    collected.notes.update(notes)
    return collected.as_reading(
        table.format,
        encoding=table.layout.encoding,
        crs=mapping.position.crs,
        mapping=mapping.shown(),
        mapping_file=mapping_to_toml(mapping),
        left_out=left_out,
    )


def of_contribution(
    mapping: Mapping, headers: Sequence[str], attributes: Sequence[Attribute] = ATTRIBUTES
) -> tuple[Mapping, frozenset[str], tuple[str, ...]]:
    """Return how a table is read that people send: what nobody asked for is left.

    Parameters
    ----------
    mapping
        Of the whole table.
    headers
        Of the table.
    attributes
        The attribute table.

    Returns
    -------
    mapping
        Without a native id, which would say what the sender calls it.
    kept
        Headers that stand in `raw`: attributes, the day it was seen, and positions; kind, status
        and the like are read, not kept.
    left_out
        Headers of which nothing is read or kept, cleaned.
    """
    columns = {
        header: meaning
        for header, meaning in mapping.columns.items()
        if meaning not in _NOT_OF_CONTRIBUTIONS
    }
    position = mapping.position
    places = {header for header in (position.x, position.y, position.point) if header is not None}
    asked_for = {attribute.name for attribute in attributes} | {"observed_at"}
    said = {header for header, meaning in columns.items() if attribute_of(meaning) in asked_for}
    read = {*columns, *places}
    left_out = tuple(clean(header)[:TEXT_LIMIT] for header in headers if header not in read)
    return replace(mapping, columns=columns), frozenset(said | places), left_out


def _mapping(
    content: Content, table: Table, sample: Sequence[TableRow], options: ReadingOptions
) -> tuple[Mapping, dict[str, int]]:
    ask = Ask(
        content.stem,
        options.crs,
        options.kind,
        options.extent,
        options.is_strict,
        options.title or "",
    )
    if options.mapping is None:
        return find_mapping(table, sample, ask)
    return complete(options.mapping, table, sample, ask)
