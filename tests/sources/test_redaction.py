"""What is blacked out in texts from outside, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.free_text import canonical, clean
from sightlines.sources.redaction import holds_a_secret, names_a_person, redact


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
        ("call +31612345678.", "call [redacted]."),
        ("call 0161 912 2000.", "call [redacted]."),
        ("Jan 0612345678", "Jan [redacted]"),
        ("Tel.0612345678, evenings", "Tel.[redacted], evenings"),
        ("tel:004917012345678", "tel:[redacted]"),
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
        "0612345678",
        "Nr. 00123456",
        "opened 01122023 and 12312023",
        "POINT (8.0123456789 47.01234567)",
        "8,01234567 47,01234567",
        "+24.9384567, +60.1699123",
        "https://example.org/id/0123456789?n=0123456789",
        "6e1b2c3d-0123-4567-89ab-012345678901",
        "2019-05-31T08:00:00+02:00",
        "Mo-Fr 08:00-12:00,13:00-18:30; PH off",
        "Q54808145",
        "01.02.2023-05.06.2023",
        "ABC-123",
        "2665331741",
        "Chester Road / Sir Matt Busby Way",
    ],
)
def test_redact_leaves_plain_texts_alone(text):
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("0612345678", "[redacted]"),
        ("044 123 45 67", "[redacted]"),
        ("06.12.34.56.78", "[redacted]"),
        ("a red ABC-123 and AB-12-CD, AB-123-CD.", "a red [redacted] and [redacted], [redacted]."),
    ],
)
@pytest.mark.parametrize("key", ["note", "description", "description_de", "comments"])
def test_redact_blacks_out_more_where_people_write_freely(text, redacted, key):
    assert redact(text, key) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "HWY-401 at CAM-123",
        "EN-62676, A4-12, CCTV-123, ABC-1234, x-ABC-123",
        "from 01.02.2023 to 2023-02-01, 01-02-2023",
        "47.0123456 8.0123456",
        "lens 2.8-12 mm, 08:00-20:00",
    ],
)
def test_redact_leaves_plain_words_of_people_alone(text):
    assert redact(text, "note") == text


@pytest.mark.parametrize("key", ["ref", "native_id", "camera_id", "start_date", "postal_code"])
def test_redact_takes_no_identifier_for_a_telephone_number(key):
    assert redact("No 0612345678", key) == "No 0612345678"


_SECRETS = (
    "rtsp://admin:pass@10.0.0.5/live",
    "http://user:secret@example.org/",
    "192.168.1.64",
    "2001:db8:0:0:0:0:0:1",
    "someone@example.org",
    "+44 161 912 2000",
    "+31612345678",
    "0161 912 2000",
)


@given(st.text(), st.sampled_from(_SECRETS), st.text())
def test_redact_blacks_a_secret_out_whatever_stands_around_it(before, secret, after):
    shown = redact(clean(f"{before} {secret} {after}"))
    assert secret not in shown
    assert "[redacted]" in shown


@given(st.text())
def test_redact_changes_nothing_more_the_second_time(text):
    once = redact(clean(text), "note")
    assert redact(once, "note") == once


@pytest.mark.parametrize(
    "header",
    [
        "담당자", "연락처", "Ansprechpartner", "Telefon", "Telefonnummer", "Téléphone", "Courriel",
        "Référent", "contactpersoon", "e-mailadres", "聯絡人", "联系电话", "連絡先", "担当者",
        "ผู้รับผิดชอบ", "เบอร์โทรศัพท์", "Контактный телефон", "Ответственное лицо", "Referente",
        "Responsable", "Osoba kontaktowa", "Yetkili Kişi", "Cep Telefonu", "penanggung_jawab",
        "no_hp", "yhteyshenkilö", "puhelin", "verantwortliche_person", "Correo electrónico",
        "OVDPhone", "Номер телефона", "אחראי", "المسؤول",
    ],
)  # fmt: skip
def test_names_a_person_knows_headers_of_many_languages(header):
    assert names_a_person(canonical(header))


@pytest.mark.parametrize(
    "header",
    [
        "microphone", "Responsable du traitement", "Kontaktzone", "담당부서", "관리기관명",
        "contact:website", "telescopic", "portable", "Standort", "管理者", "responsible_body",
    ],
)  # fmt: skip
def test_names_a_person_leaves_other_headers_alone(header):
    assert not names_a_person(canonical(header))


@pytest.mark.parametrize(
    "header", ["관리기관전화번호", "廠商電話", "videoUrl", "Camera IP", "傳真"]
)
def test_holds_a_secret_knows_telephones_and_feeds(header):
    assert holds_a_secret(canonical(header))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/1.jpg?X-Amz-Security-Token=abc",
        "https://example.org/1.jpg?api_key=abc",
        "https://example.org/00001.mp4",
    ],
)
def test_redact_blacks_out_addresses_with_tokens_and_films(url):
    assert redact(url) == "[redacted]"


def test_redact_blacks_out_who_did_it_where_people_write_freely():
    text = "Type: Dome. Mapped by: Kofi Mensah on a walk"
    assert redact(text, "description") == "Type: Dome. Mapped by: [redacted] on a walk"
