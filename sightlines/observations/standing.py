"""What stands of a source: its newest word on each camera that it has ever named.

Beside the observations of a run lie its subjects, one a row, and the rows of the cameras that the
source had listed before and no longer does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sightlines.errors import RecordBrokenError
from sightlines.observations.conform import conform
from sightlines.observations.lake import read_table, write_table
from sightlines.observations.subjects import natural_subjects
from sightlines.schema import OBSERVATION, STANDING, TIME

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.observations.lake import StoredFile
    from sightlines.observations.run_rows import RunRow

_SUBJECTS = pa.schema([pa.field("subject", pa.string(), nullable=False)])
# Holds that ended long ago no longer matter to anybody.
_TIMES_KEPT = 64


def observations_of(lake_folder: Path, run: RunRow) -> pa.Table:
    """Read the observations of a run.

    Returns
    -------
    pa.Table
        `schema.OBSERVATION`, in the order of the source.

    Raises
    ------
    RecordBrokenError
        If the file is not what was written.
    """
    return conform(read_table(lake_folder, run.observations_file), OBSERVATION)


def standing_of(lake_folder: Path, run: RunRow) -> pa.Table:
    """Read what stands of a source while a run of it stands.

    Parameters
    ----------
    lake_folder
        The lake's folder.
    run
        The run that stands; of contributions, one batch.

    Returns
    -------
    pa.Table
        `schema.STANDING`: the rows of the run in the order of the source, then those of cameras
        that the source had listed before. Each row has the licence under which it was read, which
        need not be that of the run. A run that was recorded without subjects has natural names.

    Raises
    ------
    RecordBrokenError
        If a file is not what was written.
    """
    rows = observations_of(lake_folder, run)
    if run.subjects_file is None:
        subjects = natural_subjects(rows)
    else:
        subjects = conform(read_table(lake_folder, run.subjects_file), _SUBJECTS)["subject"]
    if len(subjects) != rows.num_rows:
        raise RecordBrokenError("A run has another number of subjects than of observations.")
    columns = [*rows.columns, subjects, pa.nulls(rows.num_rows, TIME)]
    listed = pa.Table.from_arrays(columns, schema=STANDING)
    return pa.concat_tables([listed, missing_of(lake_folder, run)])


def missing_of(lake_folder: Path, run: RunRow) -> pa.Table:
    """Read the rows of the cameras that a source had listed before a run and no longer did in it.

    Returns
    -------
    pa.Table
        `schema.STANDING`, each row with `missing_since`.

    Raises
    ------
    RecordBrokenError
        If the file is not what was written.
    """
    if run.missing_file is None:
        return STANDING.empty_table()
    return conform(read_table(lake_folder, run.missing_file), STANDING)


def store_subjects(lake_folder: Path, run: str, subjects: pa.Array) -> StoredFile:
    """Write the subjects of a run's observations into the lake."""
    return write_table(lake_folder, f"subjects/{run}", pa.table([subjects], schema=_SUBJECTS))


def with_missing(lake_folder: Path, run: RunRow, missing: pa.Table) -> RunRow:
    """Write the rows of missing cameras into the lake.

    Parameters
    ----------
    lake_folder
        The lake's folder.
    run
        The run that no longer lists them.
    missing
        `schema.STANDING`, in any order.

    Returns
    -------
    RunRow
        The run with these missing rows in the place of those it had.
    """
    if not missing.num_rows:
        return replace(run, missing_file=None, n_missing=0, missing_times=[])
    times = sorted(pc.unique(missing["missing_since"].cast(pa.int64())).to_pylist())
    return replace(
        run,
        missing_file=write_table(lake_folder, f"missing/{run.id}", missing.sort_by("subject")),
        n_missing=missing.num_rows,
        missing_times=times[-_TIMES_KEPT:],
    )
