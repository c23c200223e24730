"""From the rows of a table to rows of cameras, by a mapping: batch by batch, cell by cell."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.columns.count_parts import count_parts, sum_of
from sightlines.sources.columns.dates import days_of, iso_date, iso_time
from sightlines.sources.columns.enforced_rules import RuleCells
from sightlines.sources.columns.mapping import OSM_IDS, attribute_of
from sightlines.sources.columns.raw_cells import RawCells
from sightlines.sources.columns.remark_rows import is_remark, is_total
from sightlines.sources.columns.tag_cells import read_tags
from sightlines.sources.columns.value_words import CLOSED, choice_of
from sightlines.sources.free_text import publishable_tags
from sightlines.sources.reading import SourceRow, plain_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sightlines.sources.columns.mapping import Mapping
    from sightlines.sources.columns.placing import Placed, Placer
    from sightlines.sources.table import Table, TableRow

BATCH_ROWS = 1_000
_DATES = frozenset({"start_date", "observed_at"})
# Meanings below which a camera may be described in a sentence.
_TELLING = ("addr_full", "addr:full", "name", "description", "place", "purpose")
# Meanings that the normaliser does not read from a cell of its own.
_APART = frozenset(
    {"native_id", "osm_type", *OSM_IDS, "tags", "place", "last_edited_at", "enforcement"}
)
_LETTERS = {"n": "node", "w": "way", "r": "relation"}
# An element as OpenStreetMap's own address of it, or as its exports name it.
_ELEMENT = re.compile(
    r"(?:https?://(?:www\.)?(?:openstreetmap|osm)\.org/)?(node|way|relation)/([1-9][0-9]{0,18})/?"
)


class MappedRows:
    """The rows of a table as a mapping reads them.

    Parameters
    ----------
    table
        As its parser gives it.
    mapping
        How it is read.
    placer
        Reads its positions.
    kept
        Headers that stand in `raw`; None for all.
    is_strict
        Whether a row must have a position, as contributions must.
    """

    def __init__(
        self,
        table: Table,
        mapping: Mapping,
        placer: Placer,
        *,
        kept: frozenset[str] | None = None,
        is_strict: bool = False,
    ) -> None:
        self._table = table
        self._placer = placer
        self._is_strict = is_strict
        number = {header: index for index, header in enumerate(table.headers)}
        by_meaning: dict[str, list[int]] = {}
        for header, meaning in mapping.columns.items():
            by_meaning.setdefault(meaning, []).append(number[header])
        self._id = None if is_strict else _first(by_meaning, "native_id", "ref")
        # A column that is an id comes before what the format numbers its rows with.
        self._has_own_id = self._id is not None and "native_id" in by_meaning
        self._osm_type = _first(by_meaning, "osm_type")
        self._osm_ids = [
            (by_meaning[meaning][0], kind)
            for meaning, kind in OSM_IDS.items()
            if meaning in by_meaning and not is_strict
        ]
        self._tags = _first(by_meaning, "tags")
        self._place = by_meaning.get("place", [])
        self._edited = _first(by_meaning, "last_edited_at")
        parts = count_parts(mapping.columns)
        self._parts = [number[header] for header in parts]
        self._cells = [
            (index, meaning, _conversion(meaning, mapping))
            for meaning, indices in by_meaning.items()
            if meaning not in _APART
            for index in indices
            if index not in self._parts
        ]
        self._rules = RuleCells(by_meaning, mapping)
        self._told = [index for meaning in _TELLING for index in by_meaning.get(meaning, ())]
        self._raw = RawCells(
            (index, header)
            for index, header in enumerate(table.headers)
            if (kept is None or header in kept) and index != self._tags
        )

    def batches(self, row_limit: int | None = None) -> Iterator[list[SourceRow]]:
        """Pass through the table.

        Parameters
        ----------
        row_limit
            Most rows; None for no limit.

        Raises
        ------
        SourceRefusedError
            If the table has more.
        """
        rows = iter(self._table.rows)
        taken = 0
        while batch := list(islice(rows, BATCH_ROWS)):
            taken += len(batch)
            if row_limit is not None and taken > row_limit:
                raise SourceRefusedError(
                    f"The file has more than {row_limit} rows: send it in several parts."
                )
            places = self._placer.place(batch)
            raw, reasons = self._raw.of(batch)
            yield [
                self._row(row, placed, kept, noted)
                for row, placed, kept, noted in zip(batch, places, raw, reasons, strict=True)
            ]

    def _row(
        self, row: TableRow, placed: Placed, raw: dict[str, str], noted: set[str]
    ) -> SourceRow:
        cells = row.cells
        tags: dict[str, str] = {}
        if self._tags is not None:
            tags.update(read_tags(cells[self._tags]) or {})
            kept, reasons = publishable_tags(tags)
            raw.update(kept)
            noted.update(reasons)
        for index, key, convert in self._cells:
            text = cells[index]
            if text and key not in tags and (text := text if convert is None else convert(text)):
                tags[key] = text
        if self._parts and (count := sum_of(cells[index] for index in self._parts)):
            tags["camera_count"] = count
        if "enforcement" not in tags and (rule := self._rules.of(cells, tags.get("kind"))):
            tags["enforcement"] = rule
        return SourceRow(
            number=row.number,
            tags=tags,
            lon=placed.lon,
            lat=placed.lat,
            native_id=self._native_id(row),
            last_edited_at=None if self._edited is None else iso_time(cells[self._edited]),
            faults=(
                ()
                if placed.lon is not None and not row.faults
                else (*row.faults, *placed.faults, *self._further_faults(row, placed))
            ),
            raw=raw,
            place=self._place_of(cells) if self._place else None,
            notes=(*row.notes, *placed.notes, *noted),
        )

    def _native_id(self, row: TableRow) -> str | None:
        """Return the row's id; that of an OpenStreetMap element comes before any other."""
        for index, kind in self._osm_ids:
            number = plain_id(row.cells[index])
            if number is not None and number.isdecimal():
                return f"{kind}/{number}"
        if self._id is None or (row.native_id is not None and not self._has_own_id):
            return None if self._is_strict else row.native_id
        found = plain_id(row.cells[self._id])
        if found is None:
            return row.native_id
        element = _ELEMENT.fullmatch(found)
        if element is not None:
            return f"{element[1]}/{element[2]}"
        if self._osm_type is None:
            return found
        kind = row.cells[self._osm_type].strip().casefold()
        return f"{_LETTERS.get(kind, kind)}/{found}" if kind else found

    def _place_of(self, cells: Sequence[str]) -> str | None:
        return next((text for index in self._place if (text := cells[index].strip())), None)

    def _further_faults(self, row: TableRow, placed: Placed) -> tuple[Fault, ...]:
        """Reject what is no camera: an empty row, the sum of others, an offer without a place."""
        if placed.lon is not None or row.faults or placed.faults:
            return ()
        if not any(text and text.strip() for text in row.cells):
            return (Fault(row.number, "", "empty", "The row is empty."),)
        if is_total(row.cells):
            sentence = "This row adds up others: it is no camera of its own."
            return (Fault(row.number, "", "total", sentence),)
        if is_remark(row.cells, self._told):
            sentence = "This row is a remark on the table: it is no camera."
            return (Fault(row.number, "", "remark", sentence),)
        if self._is_strict:
            return (
                Fault(row.number, "lon", "no_position", "Longitude is missing."),
                Fault(row.number, "lat", "no_position", "Latitude is missing."),
            )
        return ()


def _first(by_meaning: dict[str, list[int]], *meanings: str) -> int | None:
    """Return the best column of the first of the meanings that any column has."""
    return next((by_meaning[meaning][0] for meaning in meanings if meaning in by_meaning), None)


def _conversion(meaning: str, mapping: Mapping) -> Callable[[str], str] | None:
    """Return what turns a cell into what the normaliser reads; None where it reads it as it is."""
    name = attribute_of(meaning)
    own = mapping.values.get(name, {})
    order = mapping.date_order

    def convert(text: str) -> str:
        text = text.strip()
        if text in own:
            return own[text]
        if name == "retention_days":
            return days_of(text)
        if name in _DATES:
            return iso_date(text, order) or text
        return choice_of(name, text) or text if name in CLOSED else text

    is_plain = not own and name not in (*CLOSED, *_DATES, "retention_days")
    return None if is_plain else lru_cache(maxsize=10_000)(convert)
