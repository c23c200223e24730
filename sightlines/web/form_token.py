"""Signed, stateless form tokens: a form counts only if this site handed it out lately.

There is no session and no cookie to bind a token to, on purpose: a token says when a form was made
and nothing about for whom.
"""

from __future__ import annotations

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from sightlines.errors import TokenInvalidError

LIFETIME_S = 12 * 3600


def _serializer(key: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt="sightlines.form")


def make_token(key: bytes, form: str) -> str:
    """Make a token.

    Parameters
    ----------
    key
        The site's signing key.
    form
        Name of the form it is for.

    Returns
    -------
    str
        Safe in HTML and addresses.
    """
    return str(_serializer(key).dumps(form))


def check_token(key: bytes, form: str, token: str) -> None:
    """Refuse a form that this site did not hand out within the last 12 hours.

    Parameters
    ----------
    key
        The site's signing key.
    form
        Name of the form that was sent.
    token
        What came with it.

    Raises
    ------
    TokenInvalidError
        If the token is missing, forged, for another form or too old.
    """
    try:
        found = _serializer(key).loads(token, max_age=LIFETIME_S)
    except SignatureExpired:
        raise TokenInvalidError("This form is too old: open it again and send it.") from None
    except BadSignature:
        found = None
    if found != form:
        raise TokenInvalidError("This form did not come from this site: open it and send it again.")
