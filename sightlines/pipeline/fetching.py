"""From a publisher to the record: fetch a source, read what came, record how it went.

Nothing that goes wrong on the way changes what stands: the last good data stays until other data
has been read whole.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import shapely

from sightlines.antimeridian import cut_at_antimeridian
from sightlines.errors import RecordBrokenError, RequestInvalidError, SightlinesError
from sightlines.observations.fetches import (
    FAILED,
    FETCHED,
    QUARANTINED,
    UNCHANGED,
    record_fetch,
    validators,
)
from sightlines.observations.locks import locked
from sightlines.observations.run_rows import run_of
from sightlines.observations.runs import mend_times
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import WORLD_COUNTRIES
from sightlines.sources.country_codes import area_code
from sightlines.sources.fetching.limits import FetchLimits, Unchanged, Validators
from sightlines.sources.fetching.register import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sightlines.observations.fetches import FetchRow
    from sightlines.observations.ledger import Ledger
    from sightlines.pipeline.imports import ImportReport
    from sightlines.settings import Settings
    from sightlines.sources.addresses import Extent
    from sightlines.sources.catalogue import CataloguedSource
    from sightlines.sources.fetching.limits import Clock, Fetched

_FOLDER_PREFIX = "fetching-"


@dataclass(frozen=True)
class FetchReport:
    """What came of fetching one source.

    Parameters
    ----------
    source, title
        Of the source, as in the record.
    outcome
        One of `fetches.OUTCOMES`.
    message
        A sentence; "" where there is nothing to say.
    url
        What was asked for; "" where it did not come to that.
    run
        The run that came of it or that still stands; None where there is none.
    observations
        How many the run has; None where nothing was read.
    etag, last_modified
        What the server said of its file; None where it said nothing.
    n_requests, n_bytes
        What it has cost; bytes after unpacking.
    notes
        What else is worth knowing of the fetch, by reason.
    """

    source: str
    title: str
    outcome: str
    message: str = ""
    url: str = ""
    run: str | None = None
    observations: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    n_requests: int = 0
    n_bytes: int = 0
    notes: dict[str, int] = field(default_factory=dict)


def fetch_source(
    settings: Settings,
    ledger: Ledger,
    entry: CataloguedSource,
    *,
    now: datetime,
    anew: bool = False,
    clock: Clock | None = None,
) -> FetchReport:
    """Fetch a catalogued source and read it into observations.

    Parameters
    ----------
    settings, ledger
        Where to record it.
    entry
        Of the catalogue.
    now
        When it is fetched, UTC.
    anew
        Ask for the whole file even if its server would say that it has not changed: for an entry
        whose mapping has changed.
    clock
        Time and chance; None for those of this machine.

    Returns
    -------
    FetchReport
        Also of what failed: that is recorded, and what stood before stands.

    Raises
    ------
    RecordBrokenError
        If the record cannot be written.
    """
    url = entry.address.url if entry.address is not None else ""
    try:
        known = None if anew else validators(ledger, entry.source)
        with _folder(settings.instance) as folder:
            found = fetch(entry, folder, limits_of(settings), _validators(known), clock=clock)
            if isinstance(found, Unchanged):
                report = _unchanged(entry, found, known)
                if report.run is not None:
                    mend_times(ledger, settings.lake_folder, run_of(ledger, report.run), now=now)
            else:
                url = found.url
                report = _imported(settings, ledger, entry, found, now)
    except RecordBrokenError:
        raise
    except SightlinesError as reason:
        report = FetchReport(entry.source, entry.title, FAILED, str(reason), url)
    except OSError as reason:
        message = f"What came cannot be kept: {reason.strerror}."
        report = FetchReport(entry.source, entry.title, FAILED, message, url)
    _record(ledger, report, now)
    return report


def limits_of(settings: Settings) -> FetchLimits:
    """Return what the settings let a fetch cost."""
    return FetchLimits(
        total_bytes=settings.fetch_limit_bytes,
        total_s=float(settings.fetch_limit_s),
        private_hosts=frozenset(settings.fetch_private_hosts.split()),
    )


def ground_of(extent: Extent | None) -> shapely.Geometry | None:
    """Return the ground that a source claims to cover.

    Parameters
    ----------
    extent
        As the catalogue has it; None for nothing known.

    Returns
    -------
    shapely.Geometry or None
        WGS 84; a country as the world's base map draws it, a box cut at the antimeridian.

    Raises
    ------
    RequestInvalidError
        If the areas of the world do not have the country.
    """
    if extent is None:
        return None
    if extent.bbox is not None:
        west, south, east, north = extent.bbox
        corners = [(west, south), (east, south), (east, north), (west, north)]
        if west < east:
            return shapely.box(west, south, east, north)
        return cut_at_antimeridian(shapely.Polygon(corners))
    rows = pq.read_table(
        WORLD_COUNTRIES,
        columns=["geometry"],
        filters=[("code", "=", area_code(extent.country))],
    )
    if not rows.num_rows:
        raise RequestInvalidError(f"The outline of the country {extent.country} is not known.")
    outline: shapely.Geometry = shapely.from_wkb(rows["geometry"][0].as_py())
    return outline


@contextmanager
def _folder(instance: Path) -> Iterator[Path]:
    """Give an empty folder that is gone afterwards; one fetch at a time has one."""
    # A lock, so that nobody's folder is taken for one that a killed process has left behind.
    with locked(instance / "fetch.lock"):
        for left in instance.glob(f"{_FOLDER_PREFIX}*"):
            shutil.rmtree(left)
        with TemporaryDirectory(prefix=_FOLDER_PREFIX, dir=instance) as folder:
            yield Path(folder)


def _validators(known: FetchRow | None) -> Validators | None:
    return None if known is None else Validators(known.url, known.etag, known.last_modified)


def _unchanged(entry: CataloguedSource, found: Unchanged, known: FetchRow | None) -> FetchReport:
    # A server need not repeat its validators: those that were sent hold on.
    return FetchReport(
        entry.source,
        entry.title,
        UNCHANGED,
        url=found.url,
        run=known.run if known else None,
        etag=found.etag or (known.etag if known else None),
        last_modified=found.last_modified or (known.last_modified if known else None),
        n_requests=found.n_requests,
    )


def _imported(
    settings: Settings, ledger: Ledger, entry: CataloguedSource, found: Fetched, now: datetime
) -> FetchReport:
    """Read what has come; the same bytes as before change nothing."""
    report = import_file(
        settings,
        ledger,
        found.path,
        ImportOptions(source=entry.id, ground=ground_of(entry.extent)),
        now=now,
        entry=entry,
        url=found.url,
    )
    return FetchReport(
        entry.source,
        entry.title,
        _outcome(report),
        message=report.reason if report.outcome == QUARANTINED else "",
        url=found.url,
        run=report.run,
        observations=report.observations,
        etag=found.etag,
        last_modified=found.last_modified,
        n_requests=found.n_requests,
        n_bytes=found.n_bytes,
        notes=dict(found.notes),
    )


def _outcome(report: ImportReport) -> str:
    if report.outcome == QUARANTINED:
        return QUARANTINED
    return FETCHED if report.new else UNCHANGED


def _record(ledger: Ledger, report: FetchReport, now: datetime) -> None:
    record_fetch(
        ledger,
        source=report.source,
        attempted_at=now,
        outcome=report.outcome,
        message=report.message,
        url=report.url,
        etag=report.etag,
        last_modified=report.last_modified,
        run=report.run,
    )
