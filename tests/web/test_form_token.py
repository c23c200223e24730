"""Form tokens."""

import time

import pytest

from sightlines.errors import TokenInvalidError
from sightlines.web import form_token
from sightlines.web.form_token import check_token, make_token


def test_check_token_takes_what_make_token_made():
    token = make_token(b"key", "form")
    check_token(b"key", "form", token)
    assert "." in token


@pytest.mark.parametrize(("key", "form"), [(b"another key", "form"), (b"key", "another form")])
def test_check_token_refuses_another_key_or_form(key, form):
    with pytest.raises(TokenInvalidError):
        check_token(key, form, make_token(b"key", "form"))


def test_check_token_refuses_one_changed_character():
    token = make_token(b"key", "form")
    with pytest.raises(TokenInvalidError):
        check_token(b"key", "form", ("A" if token[0] != "A" else "B") + token[1:])


def test_check_token_refuses_an_old_form(monkeypatch):
    token = make_token(b"key", "form")
    late = time.time() + form_token.LIFETIME_S + 2
    monkeypatch.setattr(time, "time", lambda: late)
    with pytest.raises(TokenInvalidError, match="too old"):
        check_token(b"key", "form", token)
