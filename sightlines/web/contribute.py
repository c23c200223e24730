"""Contributions: one camera by form, many by file; both become submissions for a moderator.

Nothing about the sender is read: no address, no agent, no cookie. A file is read in a child of its
own, shown back, and stored only when a person confirms the preview; the confirming form carries the
same bytes once more, so nothing waits on the server in between.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request

from sightlines.attributes import ATTRIBUTES
from sightlines.errors import (
    Fault,
    SourceRefusedError,
    SubmissionInvalidError,
)
from sightlines.observations.ceiling import take_place
from sightlines.observations.submissions import submit
from sightlines.sources.child import Turns, read_in_child
from sightlines.sources.content import Content, Limits
from sightlines.sources.contribution import read_form
from sightlines.sources.free_text import clean
from sightlines.sources.register import BY_ID, FORMATS
from sightlines.web.folium_map import build_picker
from sightlines.web.form_token import make_token
from sightlines.web.map_page import map_config
from sightlines.web.sent_forms import check_sent
from sightlines.web.site import site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as WerkzeugResponse

    from sightlines.sources.reading import Reading

blueprint = Blueprint("contribute", __name__)

CAMERA_FORM = "contribute"
FILE_FORM = "contribute-file"
PREVIEW_ROWS = 20
NAME_LIMIT = 100
# What a person may switch to where letters look wrong in the preview.
ENCODINGS = (
    "utf-8", "cp1252", "iso8859-15", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256", "cp874",
    "cp949", "cp932", "big5hkscs", "gb18030", "utf-16",
)  # fmt: skip
TURNS = Turns(at_once=2)
EXTENSIONS = sorted({end for row in FORMATS if row.parse is not None for end in row.extensions})
FAULTS_SHOWN = 200


@blueprint.get("/contribute")
def contribute_form() -> str:
    """Show the form for one camera; `lon` and `lat` in the address fill the position in."""
    return _form(dict(request.args.items()), faults=[])


@blueprint.post("/contribute")
def contribute() -> WerkzeugResponse | tuple[str, int]:
    """Take one camera, or show the form again with every fault named."""
    check_sent(CAMERA_FORM)
    try:
        _take(read_form(request.form))
    except SubmissionInvalidError as reason:
        return _form(dict(request.form.items()), faults=reason.faults), 422
    return redirect("/contribute/thanks", 303)


@blueprint.get("/contribute/thanks")
def thanks() -> str:
    """Say what happens next."""
    return render_template("contribute/thanks.html", delay_s=site().settings.publish_delay_s)


@blueprint.get("/contribute/file")
def file_form() -> str:
    """Show the form for a file."""
    return _file_form(faults=[])


@blueprint.post("/contribute/file")
def contribute_file() -> WerkzeugResponse | str | tuple[str, int]:
    """Preview a file, name all its faults, or take it once the preview is confirmed."""
    check_sent(FILE_FORM)
    try:
        upload = _upload()
        reading = _read(upload)
        _refuse_faults(reading)
        if request.form.get("confirmed") != "1":
            return _preview(upload, reading)
        _take(reading)
    except SubmissionInvalidError as reason:
        return _file_form(faults=reason.faults), 422
    except SourceRefusedError as reason:
        return _file_form(faults=[Fault(0, "file", "unreadable", str(reason))]), 422
    return redirect("/contribute/thanks", 303)


@dataclass(frozen=True)
class _Upload:
    """A file that somebody sends, or sends again to confirm its preview."""

    content: bytes
    name: str
    encoding: str | None


def _read(upload: _Upload) -> Reading:
    """Read a file in a child of its own, within the limits of contributions."""
    settings = site().settings
    limits = Limits(rows=settings.upload_limit_rows, inflated_bytes=200 * 1024**2)
    content = Content.of_bytes(upload.content, upload.name, limits)
    return read_in_child("contribution", content, {"encoding": upload.encoding}, TURNS)


def _refuse_faults(reading: Reading) -> None:
    if reading.faults:
        raise SubmissionInvalidError(list(reading.faults))


def _take(reading: Reading) -> None:
    """Store a reading as one submission, unless it has faults or the hour is full."""
    _refuse_faults(reading)
    here, now = site(), datetime.now(UTC)
    take_place(here.ledger, ceiling=here.settings.rate_submissions_per_hour, now=now)
    submit(here.ledger, reading.observations, received_on=now.date())


def _upload() -> _Upload:
    """Return the file, or what a preview sends back of it."""
    limit = site().settings.upload_limit_bytes
    sent = request.files.get("file")
    encoding = request.form.get("encoding") or None
    if sent is not None:
        content, name = sent.stream.read(limit + 1), sent.filename or ""
    else:
        content, name = _decoded(request.form.get("content", "")), request.form.get("name", "")
    if not content.strip():
        raise SubmissionInvalidError([Fault(0, "file", "empty", "Choose a file with rows in it.")])
    if len(content) > limit:
        sentence = f"A file may have at most {limit:,} bytes: split it."
        raise SubmissionInvalidError([Fault(0, "file", "too_large", sentence)])
    return _Upload(content, Path(name).name[:NAME_LIMIT], encoding)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as reason:
        sentence = "The file did not come back whole: choose it again."
        raise SubmissionInvalidError([Fault(0, "file", "damaged", sentence)]) from reason


def _form(values: dict[str, str], *, faults: list[Fault]) -> str:
    here = site()
    return render_template(
        "contribute/index.html",
        map=build_picker(map_config(here.snapshot(), here.settings.site_name)),
        attributes=[row for row in ATTRIBUTES if row.form],
        values=values,
        faults=faults,
        faulty={fault.attribute for fault in faults},
        token=make_token(here.signing_key, CAMERA_FORM),
    )


def _file_form(*, faults: list[Fault]) -> str:
    return render_template(
        "contribute/file.html",
        faults=faults[:FAULTS_SHOWN],
        n_faults=len(faults),
        limits=site().settings,
        extensions=EXTENSIONS,
        token=make_token(site().signing_key, FILE_FORM),
    )


def _preview(upload: _Upload, reading: Reading) -> str:
    observations = reading.observations
    rows: list[dict[str, Any]] = observations.slice(0, PREVIEW_ROWS).to_pylist()
    counts = observations["camera_count"]
    return render_template(
        "contribute/preview.html",
        with_counts=counts.null_count < len(counts),
        n_cameras=sum(1 if n is None else n for n in counts.to_pylist()),
        content=base64.b64encode(upload.content).decode(),
        name=upload.name,
        encodings=_encodings(reading.encoding),
        format=BY_ID[reading.format].name,
        mapping={clean(column): attribute for column, attribute in reading.mapping.items()},
        reading=reading,
        rows=rows,
        columns=_columns_used(reading),
        token=make_token(site().signing_key, FILE_FORM),
    )


def _encodings(found: str | None) -> tuple[str, ...]:
    """Return the encodings that a person may switch to, the one found first; none for no text."""
    return () if found is None else tuple(dict.fromkeys((found, *ENCODINGS)))


def _columns_used(reading: Reading) -> list[str]:
    """Return the attributes that at least one row has a value for."""
    table = reading.observations
    return [row.name for row in ATTRIBUTES if table[row.name].null_count < max(table.num_rows, 1)]
