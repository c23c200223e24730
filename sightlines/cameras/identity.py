"""Which name a camera keeps: the same one through re-imports, moves and corrections.

A *camera id* is 80 bits of SHA-256, written as 16 characters of lower-case base32. It is made from
the source's id and the source's own id of the record (*native id*). A record without a native id
is named by its position, its content and its *ordinal* among identical ones, so ten identical rows
stay ten cameras and a re-import finds the same ten.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sightlines.schema import short_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def camera_ids(
    sources: Sequence[str],
    native_ids: Sequence[str | None],
    positions: Iterable[tuple[float | None, float | None]],
    contents: Sequence[str],
) -> list[str]:
    """Name cameras.

    Parameters
    ----------
    sources
        Source id of each record.
    native_ids
        The source's own id of each record; None where it has none.
    positions
        Longitude and latitude of each, WGS 84 degrees; None for records without a position.
    contents
        What the source said of each, as text; only used where there is no native id.

    Returns
    -------
    list of str
        One id a record, aligned with the input; the order of identical records does not matter.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    ids = []
    for source, native_id, (lon, lat), content in zip(
        sources, native_ids, positions, contents, strict=True
    ):
        if native_id is not None:
            ids.append(short_digest("native", source, native_id))
            continue
        place = "nowhere" if lon is None or lat is None else f"{lon:.7f} {lat:.7f}"
        key = ("content", source, place, content.replace("\0", ""))
        ids.append(short_digest(*key, str(seen[key])))
        seen[key] += 1
    return ids
