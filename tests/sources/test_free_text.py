"""What is taken off texts from outside, and what is blacked out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.free_text import canonical, clean, publishable_tags, redact


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  plain ", "plain"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("a\r\nb\tc", "a  b c"),
        ("\u202eevil\u202c", "evil"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("lone\ud800surrogate", "lonesurrogate"),
        ("join\u200ced", "join\u200ced"),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 4),
    ],
)
def test_clean_takes_off_what_hides_or_reorders(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("rtsp://admin:admin@10.0.0.5:554/live", "[redacted]"),
        ("see https://cam.example.org/live/index.m3u8 now", "see [redacted] now"),
        ("http://user:secret@example.org/", "[redacted]"),
        ("http://192.168.1.64/view", "[redacted]"),
        ("http://[2001:db8::1]/view", "[redacted]"),
        ("at 192.168.1.64:8080", "at [redacted]"),
        ("fe80::1:2 and 2001:db8:0:0:0:0:0:1", "[redacted] and [redacted]"),
        ("call +44 161 912 2000", "call [redacted]"),
        ("031-5189-2114", "[redacted]"),
        ("(555) 123-4567", "[redacted]"),
        ("someone@example.org", "[redacted]"),
    ],
)
def test_redact_blacks_out_feeds_addresses_and_numbers(text, redacted):
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/cameras/12",
        "2019-05-31",
        "08:00-20:00",
        "60.1699",
        "-2.284777",
        "+24.9384",
        "338-23",
        "HWY 427 401 RAMP",
        "E05015247",
        "2665331741",
        "Chester Road / Sir Matt Busby Way",
    ],
)
def test_redact_leaves_plain_texts_alone(text):
    assert redact(text) == text


def test_publishable_tags_drop_editors_and_black_out_webcams():
    kept, reasons = publishable_tags(
        {"uid": "77", "user": "somebody", "contact:webcam": "http://example.org/", "ref": "A1"}
    )
    assert kept == {"contact:webcam": "[redacted]", "ref": "A1"}
    assert reasons == ("raw:person_dropped", "raw:redacted")


def test_publishable_tags_are_bounded_in_time_and_size():
    tags = {f"key{number}": "a" * 200_000 for number in range(600)}
    before = time.perf_counter()
    kept, reasons = publishable_tags(tags)
    assert time.perf_counter() - before < 5
    assert len(kept) == 500
    assert reasons == ("raw:cut",)


@given(st.text())
def test_redact_and_clean_never_fail(text):
    assert clean(redact(clean(text))) is not None


@pytest.mark.parametrize("key", ["camera:type", " Camera Type", "CAMERA_TYPE", "camera-type"])
def test_canonical_writes_a_key_in_one_way(key):
    assert canonical(key) == "camera_type"
