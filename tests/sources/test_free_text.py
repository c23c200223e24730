"""What is taken off texts from outside, and what is blacked out."""

import json
import time

import pytest

from sightlines.sources.free_text import canonical, clean, publishable_tags


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


@pytest.mark.parametrize("key", ["camera:type", " Camera Type", "CAMERA_TYPE", "camera-type"])
def test_canonical_writes_a_key_in_one_way(key):
    assert canonical(key) == "camera_type"


@pytest.mark.parametrize(
    "key",
    [
        "contributor", "Contributor Name", "contributor:id", "contributorName", "submitted_by",
        "_submitted_by", "Submitted By", "reporter", "reported by", "author", "Author:name",
        "first_name", "First Name", "firstName", "LASTNAME", "surname", "contact", "contact_name",
        "contact:phone", "CONTACT_EMAIL", "email", "E-Mail", "email_address", "phone", "Phone No",
        "telephone", "mobile", "mobile_number", "user", "USER", "user_name", "username", "osm_user",
        "userId", "created_by", "last_edited_by", "device", "GPS device", "gps_device_id",
        "deviceid", "uid", "changeset",
    ],
)  # fmt: skip
def test_publishable_tags_drop_columns_that_name_a_person(key):
    assert publishable_tags({key: "Erika", "ref": "A1"}) == ({"ref": "A1"}, ("raw:person_dropped",))


@pytest.mark.parametrize(
    "key",
    [
        "authority", "contact:website", "microphone", "device_type", "camera_uid", "mobile_camera",
        "operator", "name", "street_name", "operated_by", "installed_by", "usage",
        "contract", "phonetic_name",
    ],
)  # fmt: skip
def test_publishable_tags_keep_columns_that_name_none(key):
    assert publishable_tags({key: "Town"}) == ({key: "Town"}, ())


def test_publishable_tags_look_for_plates_and_numbers_where_people_write_freely():
    tags = {
        "note": "ABC-123 parked, call 0612345678",
        "ref": "ABC-123",
        "name": "ABC-123",
        "native_id": "0612345678",
    }
    kept, reasons = publishable_tags(tags)
    assert kept == {**tags, "note": "[redacted] parked, call [redacted]"}
    assert reasons == ("raw:redacted",)


def test_publishable_tags_leave_the_real_tags_of_swiss_cameras_alone(shared_data):
    elements = json.loads(
        (shared_data / "cameras" / "ch_osm_surveillance_elements.json").read_text(encoding="utf-8")
    )
    changed = set()
    for element in elements:
        kept, _ = publishable_tags(element["tags"])
        changed |= {
            key
            for key, value in element["tags"].items()
            if kept.get(key) != clean(value) and "webcam" not in f"{key} {value}".casefold()
        }
    # References, names, notes, dates, opening hours, Wikidata ids: all as they were.
    assert changed == {
        "contact:addr", "contact:email", "contact:facebook", "contact:fax", "contact:phone",
        "created_by",
    }  # fmt: skip
