"""Look at where a form that was sent comes from, before anything of it is read."""

from __future__ import annotations

from flask import request

from sightlines.errors import TokenInvalidError
from sightlines.web.form_token import check_token
from sightlines.web.site import site


def check_sent(form: str) -> None:
    """Refuse a form that another site has sent, or that this one did not hand out.

    Parameters
    ----------
    form
        Name of the form, as its token was made for.

    Raises
    ------
    TokenInvalidError
        If the browser says that the form came from elsewhere, or its token is not ours.

    References
    ----------
    W3C, Fetch Metadata Request Headers, section 2.3 (`Sec-Fetch-Site`).
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise TokenInvalidError("This form came from another site: open it here and send it again.")
    check_token(site().signing_key, form, request.form.get("token", ""))
