"""ArcGIS servers: a layer's features, page by page, as GeoJSON in WGS 84.

A layer that cannot be paged is read by ranges of its object ids. The features must be as many as
the server counts, and none may come twice.

References
----------
ArcGIS REST API, "Query (Feature Service/Layer)": `resultOffset`, `resultRecordCount`,
`returnCountOnly`, `returnIdsOnly`; `maxRecordCount`, `objectIdField`,
`advancedQueryCapabilities.supportsPagination` and `supportedQueryFormats` of a layer; errors come
as `{"error": ...}` with the status 200.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sightlines.sources.fetching.esri_json import (
    WGS84_NUMBER,
    check_reference,
    feature_of,
)
from sightlines.sources.fetching.failures import AnswerRefusedError, ChangedError
from sightlines.sources.fetching.joining import joined
from sightlines.sources.fetching.limits import Fetched
from sightlines.sources.fetching.socrata import twice
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightlines.sources.addresses import Address
    from sightlines.sources.fetching.limits import Validators
    from sightlines.sources.fetching.transport import Transport

MOST_AT_ONCE = 2_000
_USUAL_AT_ONCE = 1_000
_SHOWN = 120
Json = dict[str, Any]


@dataclass(frozen=True)
class _Layer:
    """What a server says of a layer, as far as it matters."""

    url: str
    id_field: str | None
    at_once: int
    can_page: bool
    has_geojson: bool


def fetch_arcgis(
    address: Address,
    stem: Path,
    transport: Transport,
    known: Validators | None,  # noqa: ARG001 - pages have no validators
) -> Fetched:
    """Fetch all features of a layer into one GeoJSON file.

    Parameters
    ----------
    address, stem, transport, known
        As for `plain.fetch_plain`.

    Raises
    ------
    ChangedError
        If they are not as many as counted, also on a second try.
    FetchFailedError
        If a page did not come, or the server says that it cannot answer.
    """
    layer = _layer(address.url.rstrip("/"), transport)
    path = stem.with_name(f"{stem.name}.geojson")
    twice(transport, lambda: _read(layer, path, transport))
    return Fetched(
        path,
        layer.url,
        n_requests=transport.n_requests,
        n_bytes=transport.n_bytes,
        notes=dict(transport.notes),
    )


def _layer(url: str, transport: Transport) -> _Layer:
    said = _asked(transport, f"{url}?{urlencode({'f': 'json'})}")
    fields = said.get("fields") if isinstance(said.get("fields"), list) else []
    ids = [
        field.get("name")
        for field in fields or []
        if isinstance(field, dict) and field.get("type") == "esriFieldTypeOID"
    ]
    id_field = said.get("objectIdField") or next(iter(ids), None)
    at_once = said.get("maxRecordCount")
    advanced = said.get("advancedQueryCapabilities")
    return _Layer(
        url,
        id_field if isinstance(id_field, str) else None,
        min(MOST_AT_ONCE, at_once) if isinstance(at_once, int) and at_once > 0 else _USUAL_AT_ONCE,
        isinstance(advanced, dict) and advanced.get("supportsPagination") is True,
        "geojson" in str(said.get("supportedQueryFormats", "")).casefold(),
    )


def _read(layer: _Layer, path: Path, transport: Transport) -> None:
    due = _count(layer, transport)
    seen: set[object] = set()
    n = 0
    pages = _by_offset(layer, due, transport) if layer.can_page else _by_id(layer, transport)
    with joined(path, {"type": "FeatureCollection"}, "features") as add:
        for page in pages:
            n += len(page)
            if n > due:
                raise ChangedError(f"More features come than the {due} that the server counts.")
            _refuse_repeated(layer, page, seen)
            add(page)
    if n != due or _count(layer, transport) != due:
        raise ChangedError(f"The pages hold {n} features, but the server counted {due}.")


def _by_offset(layer: _Layer, due: int, transport: Transport) -> Iterator[list[Json]]:
    n = 0
    while n < due:
        asked: dict[str, object] = {"resultOffset": n, "resultRecordCount": layer.at_once}
        if layer.id_field:
            asked["orderByFields"] = layer.id_field
        page = _features(layer, {"where": "1=1", **asked}, transport)
        if not page:
            break
        yield page
        n += len(page)


def _by_id(layer: _Layer, transport: Transport) -> Iterator[list[Json]]:
    said = _asked(transport, _query(layer, {"where": "1=1", "returnIdsOnly": "true", "f": "json"}))
    name, ids = said.get("objectIdFieldName") or layer.id_field, said.get("objectIds") or []
    if not isinstance(name, str) or not isinstance(ids, list) or not all(map(_is_id, ids)):
        raise AnswerRefusedError("The server neither pages nor numbers its features.")
    ids = sorted(ids)
    for start in range(0, len(ids), layer.at_once):
        some = ids[start : start + layer.at_once]
        where = f"{name}>={some[0]} AND {name}<={some[-1]}"
        yield _features(layer, {"where": where}, transport)


def _features(layer: _Layer, asked: dict[str, object], transport: Transport) -> list[Json]:
    form = "geojson" if layer.has_geojson else "json"
    always = {"outFields": "*", "outSR": WGS84_NUMBER, "returnGeometry": "true", "f": form}
    said = _asked(transport, _query(layer, {**asked, **always}))
    found = said.get("features")
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise AnswerRefusedError("The server answers with something that is no list of features.")
    if layer.has_geojson:
        return found
    if found:
        check_reference(said.get("spatialReference"))
    return list(map(feature_of, found))


def _refuse_repeated(layer: _Layer, page: list[Json], seen: set[object]) -> None:
    """Refuse a page with a feature that has come already: the server pays no heed to offsets."""
    if layer.id_field is None:
        return
    for feature in page:
        id_ = (feature.get("properties") or {}).get(layer.id_field)
        if id_ is None:
            continue
        if not _is_id(id_) or id_ in seen:
            raise AnswerRefusedError("The server sends the same feature on two pages.")
        seen.add(id_)


def _count(layer: _Layer, transport: Transport) -> int:
    asked = {"where": "1=1", "returnCountOnly": "true", "f": "json"}
    count = _asked(transport, _query(layer, asked)).get("count")
    if not _is_id(count):
        raise AnswerRefusedError("The server does not say how many features the layer has.")
    return int(str(count))


def _query(layer: _Layer, asked: dict[str, Any]) -> str:
    return f"{layer.url}/query?{urlencode(asked)}"


def _asked(transport: Transport, url: str) -> Json:
    answer = transport.json(url)
    if not isinstance(answer, dict):
        raise AnswerRefusedError("The server answers with something that is no object.")
    if "error" in answer:
        said = answer["error"].get("message") if isinstance(answer["error"], dict) else None
        words = clean(said)[:_SHOWN] if isinstance(said, str) else ""
        raise AnswerRefusedError(f"The server says that it cannot answer: {words or 'no reason'}.")
    return answer


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
