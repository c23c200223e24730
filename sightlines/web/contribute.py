"""Contributions: one camera by form, many by file; both become submissions for a moderator.

Nothing about the sender is read: no address, no agent, no cookie. A file is parsed in Python,
shown back, and stored only when a person confirms the preview; the confirming form carries the
same text once more, so nothing waits on the server in between.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request

from sightlines.attributes import ATTRIBUTES
from sightlines.errors import (
    Fault,
    SourceRefusedError,
    SubmissionInvalidError,
    TokenInvalidError,
)
from sightlines.observations.ceiling import take_place
from sightlines.observations.submissions import submit
from sightlines.sources.contribution import read_file, read_form
from sightlines.web.folium_map import build_picker
from sightlines.web.form_token import check_token, make_token
from sightlines.web.map_page import map_config
from sightlines.web.site import site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as WerkzeugResponse

    from sightlines.sources.reading import Reading

blueprint = Blueprint("contribute", __name__)

CAMERA_FORM = "contribute"
FILE_FORM = "contribute-file"
PREVIEW_ROWS = 20
FAULTS_SHOWN = 200


@blueprint.get("/contribute")
def contribute_form() -> str:
    """Show the form for one camera; `lon` and `lat` in the address fill the position in."""
    return _form(dict(request.args.items()), faults=[])


@blueprint.post("/contribute")
def contribute() -> WerkzeugResponse | tuple[str, int]:
    """Take one camera, or show the form again with every fault named."""
    _check_form(CAMERA_FORM)
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
    _check_form(FILE_FORM)
    confirmed = request.form.get("confirmed") == "1"
    try:
        content = _content(confirmed=confirmed)
        reading = read_file(content, row_limit=site().settings.upload_limit_rows)
        _refuse_faults(reading)
        if not confirmed:
            return _preview(content, reading)
        _take(reading)
    except SubmissionInvalidError as reason:
        return _file_form(faults=reason.faults), 422
    except SourceRefusedError as reason:
        return _file_form(faults=[Fault(0, "file", "unreadable", str(reason))]), 422
    return redirect("/contribute/thanks", 303)


def _check_form(form: str) -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise TokenInvalidError("This form came from another site: open it here and send it again.")
    check_token(site().signing_key, form, request.form.get("token", ""))


def _refuse_faults(reading: Reading) -> None:
    if reading.faults:
        raise SubmissionInvalidError(list(reading.faults))


def _take(reading: Reading) -> None:
    """Store a reading as one submission, unless it has faults or the hour is full."""
    _refuse_faults(reading)
    here, now = site(), datetime.now(UTC)
    take_place(here.ledger, ceiling=here.settings.rate_submissions_per_hour, now=now)
    submit(here.ledger, reading.observations, received_on=now.date())


def _content(*, confirmed: bool) -> bytes:
    """Return the bytes of the file, or of the text that a confirmed preview sends back."""
    limit = site().settings.upload_limit_bytes
    if confirmed:
        # A browser writes the line ends of a text area as CR LF.
        text = request.form.get("content", "").replace("\r\n", "\n")
        content = text.encode("utf-8", "surrogatepass")
    else:
        upload = request.files.get("file")
        content = upload.stream.read(limit + 1) if upload is not None else b""
    if not content.strip():
        raise SubmissionInvalidError([Fault(0, "file", "empty", "Choose a file with rows in it.")])
    if len(content) > limit:
        sentence = f"A file may have at most {limit:,} bytes: split it."
        raise SubmissionInvalidError([Fault(0, "file", "too_large", sentence)])
    return content


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
        token=make_token(site().signing_key, FILE_FORM),
    )


def _preview(content: bytes, reading: Reading) -> str:
    rows: list[dict[str, Any]] = reading.observations.slice(0, PREVIEW_ROWS).to_pylist()
    return render_template(
        "contribute/preview.html",
        content=content.decode(reading.encoding or "utf-8"),
        reading=reading,
        rows=rows,
        columns=_columns_used(reading),
        token=make_token(site().signing_key, FILE_FORM),
    )


def _columns_used(reading: Reading) -> list[str]:
    """Return the attributes that at least one row has a value for."""
    table = reading.observations
    return [row.name for row in ATTRIBUTES if table[row.name].null_count < max(table.num_rows, 1)]
