"""What the record asks of a reader, said here because the readers live beside this package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    import shapely


class Rows(Protocol):
    """Rows of `schema.READ`, passed through batch by batch, as often as wanted."""

    @property
    def num_rows(self) -> int:
        """Return how many there are."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Pass through them in the order of the source."""


class Reading(Protocol):
    """What a reader has made of a file (`sources.reading.Reading` is one)."""

    @property
    def format(self) -> str:
        """Return what kind of file it was, for example `osm_pbf`."""

    @property
    def encoding(self) -> str | None:
        """Return its character encoding; None for a binary file."""

    @property
    def crs(self) -> str | None:
        """Return its coordinate reference system, for example `EPSG:4326`."""

    @property
    def rows_read(self) -> int:
        """Return the observations and the rejected rows together."""

    @property
    def rows(self) -> Rows:
        """Return the rows that were taken."""

    @property
    def rejected(self) -> Mapping[str, int]:
        """Return reason -> rows that were not taken."""

    @property
    def notes(self) -> Mapping[str, int]:
        """Return reason -> rows that were taken with a remark."""

    @property
    def mapping(self) -> Mapping[str, str]:
        """Return column -> attribute."""

    @property
    def extent(self) -> shapely.Geometry | None:
        """Return the ground that the source covers, WGS 84; None where it states none."""

    @property
    def base_map(self) -> pa.Table | None:
        """Return a table of `schema.BASE_MAP_FEATURE`; None where there is none."""

    @property
    def areas(self) -> pa.Table | None:
        """Return a table of `schema.AREA`; None where there is none."""
