"""The pages that are only words: method and privacy."""

from __future__ import annotations

from flask import Blueprint, render_template

from sightlines.web.site import site

blueprint = Blueprint("texts", __name__)


@blueprint.get("/method")
def method() -> str:
    """Say how every published number is made."""
    return render_template("texts/method.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """Say what is kept of readers and contributors, and what cannot be protected."""
    return render_template("texts/privacy.html", settings=site().settings)
