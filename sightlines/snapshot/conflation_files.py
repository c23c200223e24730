"""Write what stands behind a snapshot's cameras, and read what the next publication starts from.

Apart from `evidence`, because only who publishes needs conflation itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pyarrow as pa

from sightlines.cameras.matches import EDGE, RECORD, Conflation, Rulings
from sightlines.cameras.parameters import parameters_as_plain
from sightlines.cameras.subjects import names_of, texts_of
from sightlines.errors import SightlinesError
from sightlines.snapshot.build import map_arrow, write_arrow
from sightlines.snapshot.evidence import PARAMETERS
from sightlines.snapshot.manifest import file_digest, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.cameras.parameters import Parameters

AGREEMENTS = "agreements"
RULINGS = "rulings"


def write_evidence(
    folder: Path,
    evidence: pa.Table,
    identities: pa.Table,
    conflation: Conflation,
    parameters: Parameters,
) -> None:
    """Write the files into the staging folder of a snapshot; parameters as their tables say."""
    write_arrow(folder / "evidence.arrow", evidence)
    write_arrow(folder / "identities.arrow", identities)
    write_arrow(folder / "records.arrow", conflation.records)
    write_arrow(folder / "edges.arrow", conflation.edges)
    agreements = [[*pair, place] for pair, place in sorted(conflation.agreements.items())]
    rulings = {name: sorted(pairs) for name, pairs in vars(conflation.rulings).items()}
    said = {**parameters_as_plain(parameters), AGREEMENTS: agreements, RULINGS: rulings}
    (folder / PARAMETERS).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))


def read_conflation(folder: Path, parameters: Parameters) -> Conflation | None:
    """Read what a snapshot's conflation came to, for the next one to start from.

    Parameters
    ----------
    folder
        Of the snapshot.
    parameters
        Those of the next one.

    Returns
    -------
    Conflation or None
        None where there is none, it is damaged, another version has written it, or its parameters
        were others: then everything is compared anew.
    """
    names = (PARAMETERS, "records.arrow", "edges.arrow")
    try:
        files = read_manifest(folder).files
        if any(file_digest(folder / name) != files.get(name) for name in names):
            return None
        said = orjson.loads((folder / PARAMETERS).read_bytes())
        agreements = {(one, other): place for one, other, place in said.pop(AGREEMENTS)}
        ruled = dict(said.pop(RULINGS))
        rulings = Rulings(**{name: frozenset(map(tuple, ruled[name])) for name in ruled})
        if said != parameters_as_plain(parameters):
            return None
        records, edges = (map_arrow(folder / name) for name in names[1:])
    except (SightlinesError, OSError, ValueError, TypeError, KeyError, pa.ArrowException):
        return None
    if not (records.schema.equals(RECORD) and edges.schema.equals(EDGE)):
        return None
    return Conflation(texts_of(names_of(records["subject"])), records, edges, agreements, rulings)
