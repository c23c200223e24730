"""The Arrow schemas: what a row of the lake and a row of a snapshot hold.

`OBSERVATION` is one statement of a source about one camera or site at one time; `CAMERA` is one
row of a snapshot. Both carry every attribute of the attribute table, by name. Nothing about a
contributor has a column in either, so no format can leak it. `VERSION` is the version of the
snapshot's schema (`docs/versioning.md`).
"""

from __future__ import annotations

import base64
import hashlib
import re

import pyarrow as pa

from sightlines.attributes import ATTRIBUTES, Attribute

VERSION = "1.2"

# The id of the source that people's accepted submissions belong to.
CONTRIBUTIONS = "contributions"

ID_BYTES = 10

SECTORS = pa.list_(
    pa.struct(
        [
            pa.field("bearing_deg", pa.float64()),
            pa.field("width_deg", pa.float64()),
            pa.field("width_source", pa.string()),
        ]
    )
)
TIME = pa.timestamp("s", tz="UTC")

_ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "choice": pa.string(),
    "choices": pa.list_(pa.string()),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.string(),
    "sectors": SECTORS,
}


def short_digest(*parts: str) -> str:
    """Name something by its parts.

    Parameters
    ----------
    *parts
        Texts in their order. Each is preceded by its length, so ("ab", "c") and ("a", "bc") get
        different names.

    Returns
    -------
    str
        16 lower-case base32 characters: the first 80 bits of a SHA-256, so that two of a thousand
        million names differ with a probability above 0.9999995.

    References
    ----------
    FIPS 180-4, Secure Hash Standard; RFC 4648, section 6.
    """
    digest = hashlib.sha256()
    for part in parts:
        text = part.encode()
        digest.update(f"{len(text)}:".encode())
        digest.update(text)
    return base64.b32encode(digest.digest()[:ID_BYTES]).decode().lower()


def is_short_digest(text: str) -> bool:
    """Say whether a text has the form that `short_digest` gives, before it names a file."""
    return re.fullmatch("[a-z2-7]{16}", text) is not None


def arrow_type(attribute: Attribute) -> pa.DataType:
    """Return the Arrow type of an attribute's column."""
    return _ARROW_TYPES[attribute.type]


def attribute_fields() -> list[pa.Field]:
    """Return one field an attribute, in the order of the table."""
    return [pa.field(row.name, arrow_type(row)) for row in ATTRIBUTES]


# What a reader fills in for each row it takes. `lon`, `lat` are WGS 84 degrees, both null for an
# observation without a position; `place` then names the area. `native_id` is the source's own id of
# the row and `native_version` its own number of the row's edition (that of an OpenStreetMap
# element). `raw` is the source's row as JSON.
READ_FIELDS: tuple[pa.Field, ...] = (
    pa.field("native_id", pa.string()),
    pa.field("native_version", pa.int64()),
    pa.field("kind", pa.string(), nullable=False),
    pa.field("status", pa.string(), nullable=False),
    pa.field("camera_count", pa.int64()),
    pa.field("lon", pa.float64()),
    pa.field("lat", pa.float64()),
    pa.field("place", pa.string()),
    pa.field("private_home", pa.bool_(), nullable=False),
    pa.field("observed_at", pa.string()),
    pa.field("last_edited_at", TIME),
    *attribute_fields(),
    pa.field("raw", pa.string(), nullable=False),
)

READ = pa.schema(READ_FIELDS)

# What the record adds: which run of which source said so, under which licence, read when.
OBSERVATION = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("run", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("retrieved_at", TIME, nullable=False),
        pa.field("ordinal", pa.int64(), nullable=False),
        *READ_FIELDS,
    ]
)

# A source's newest word on each of its cameras. `subject` names a camera of one source, the same
# through its runs, whatever happens to the source's own ids. `missing_since` is null while the
# source lists the camera; else it is when the first run without it was read, and the row is the
# last in which it stood.
STANDING = pa.schema(
    [
        *OBSERVATION,
        pa.field("subject", pa.string(), nullable=False),
        pa.field("missing_since", TIME),
    ]
)

# A row of a snapshot's evidence: what stands behind each camera, best statement first.
EVIDENCE = pa.schema([pa.field("camera", pa.string(), nullable=False), *STANDING])

# Who is who: the camera that a subject belongs to, or last belonged to; and in which turn the
# subject first gave a camera its name (1, 2, ...), null if it never has.
IDENTITY = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("camera", pa.string(), nullable=False),
        pa.field("turn", pa.int64()),
    ]
)

# How alike two observations of different sources are. `first` < `second` are subjects; `weight` is
# in bits; `agreement` says how the two sources agree (`cameras.accuracy`); `density_per_m2` is how
# densely the denser of the two lies there; `copied` whether they are alike to the last digit;
# `probability` how probable it is, given all rivals, that the two are one camera, or as good as one
# where nothing tells some of them apart; the columns of `COMPARISONS` hold the level that was found
# (0: not known on one side); `outcome` is one of OUTCOMES.
COMPARISONS = (
    "direction",
    "kind",
    "enforcement",
    "camera_type",
    "camera_mount",
    "operator",
    "manufacturer",
    "ref",
    "camera_count",
)
# match: one camera. rival: alike, but one of the two belongs to another camera. review: too
# uncertain, a person may decide. same, different: a person has decided.
OUTCOMES = ("match", "rival", "review", "same", "different")
MATCH = pa.schema(
    [
        pa.field("first", pa.string(), nullable=False),
        pa.field("second", pa.string(), nullable=False),
        pa.field("weight", pa.float64(), nullable=False),
        pa.field("distance_m", pa.float64(), nullable=False),
        pa.field("density_per_m2", pa.float64(), nullable=False),
        pa.field("agreement", pa.uint16(), nullable=False),
        pa.field("copied", pa.bool_(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        *(pa.field(name, pa.uint8(), nullable=False) for name in COMPARISONS),
        pa.field("outcome", pa.string(), nullable=False),
    ]
)

# A row of a snapshot. `removed_at` is when a camera was first missing from the last source that had
# listed it. `geometry` is WKB of a point, null where the position is unknown.
CAMERA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("counted", pa.bool_(), nullable=False),
        pa.field("counted_reason", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("verification", pa.string(), nullable=False),
        pa.field("camera_count", pa.int64(), nullable=False),
        pa.field("n_observations", pa.int64(), nullable=False),
        pa.field("observations", pa.list_(pa.string()), nullable=False),
        pa.field("runs", pa.list_(pa.string()), nullable=False),
        pa.field("sources", pa.list_(pa.string()), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("native_id", pa.string()),
        pa.field("place", pa.string()),
        pa.field("observed_at", pa.string()),
        pa.field("last_edited_at", TIME),
        pa.field("retrieved_at", TIME, nullable=False),
        pa.field("removed_at", TIME),
        *attribute_fields(),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("lon", pa.float64()),
        pa.field("lat", pa.float64()),
        pa.field("geometry", pa.binary()),
    ]
)

# An area that statistics are made for. `geometry` is WKB of a valid MultiPolygon, WGS 84.
AREA = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("population", pa.int64()),
        pa.field("population_year", pa.int64()),
        pa.field("population_source", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("geometry", pa.binary(), nullable=False),
    ]
)

# What the base map is drawn from. `layer` is one of BASE_MAP_LAYERS; `class` says what kind of it
# (a street's highway value, a place's rank, water's kind); `geometry` is WKB, WGS 84.
BASE_MAP_LAYERS = ("land", "water", "green", "square", "building", "street", "place")
BASE_MAP_FEATURE = pa.schema(
    [
        pa.field("layer", pa.string(), nullable=False),
        pa.field("class", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("geometry", pa.binary(), nullable=False),
    ]
)
