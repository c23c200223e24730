"""Which error becomes which status, in one table, and how it is told.

A person gets a page with one sentence, a machine `application/problem+json` (RFC 9457). No answer
holds a traceback or repeats what was sent.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from sightlines.errors import (
    LimitReachedError,
    NotFoundError,
    RecordBrokenError,
    RequestInvalidError,
    ServiceBusyError,
    SightlinesError,
    SnapshotBrokenError,
    SnapshotMissingError,
    SourceRefusedError,
    SubmissionInvalidError,
    TokenInvalidError,
)

if TYPE_CHECKING:
    from flask import Flask

LOG = logging.getLogger(__name__)

STATUS: dict[type[SightlinesError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    TokenInvalidError: HTTPStatus.FORBIDDEN,
    RequestInvalidError: HTTPStatus.BAD_REQUEST,
    SourceRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SubmissionInvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LimitReachedError: HTTPStatus.TOO_MANY_REQUESTS,
    ServiceBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    RecordBrokenError: HTTPStatus.SERVICE_UNAVAILABLE,
    SnapshotMissingError: HTTPStatus.SERVICE_UNAVAILABLE,
    SnapshotBrokenError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address. The map and the list of areas are.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that kind of request.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is larger than this site takes in one go.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. Please try again.",
}


def status_of(error: SightlinesError) -> HTTPStatus:
    """Look the status of an error up, the nearest ancestor in the table first."""
    for ancestor in type(error).__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def _answer(status: HTTPStatus, sentence: str) -> Response:
    if request.accept_mimetypes.best == "application/json" or request.path.endswith(
        (".json", ".geojson", ".mvt", "/view")
    ):
        problem = {"type": "about:blank", "title": status.phrase, "status": status.value}
        body = orjson.dumps({**problem, "detail": sentence})
        return Response(body, status, content_type="application/problem+json")
    return Response(render_template("error.html", status=status, sentence=sentence), status)


def tell(error: SightlinesError) -> Response:
    """Answer with an error of ours."""
    status = status_of(error)
    answer = _answer(status, str(error))
    if isinstance(error, LimitReachedError):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    elif status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "10"
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.error("%s", error)
    return answer


def tell_http(error: HTTPException) -> Response:
    """Answer with an error of the protocol: a wrong address, a wrong method, too large a body."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    answer = _answer(status, _SENTENCES.get(status, status.description or status.phrase))
    allow = error.get_response().headers.get("Allow")
    if allow:
        answer.headers["Allow"] = allow
    return answer


def register(app: Flask) -> None:
    """Give the application its error answers."""
    app.register_error_handler(SightlinesError, tell)
    app.register_error_handler(HTTPException, tell_http)
