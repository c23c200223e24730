"""Bytes to text, strictly: eleven encodings and those that are none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.encoding import decode, find_encoding
from sightlines.sources.encoding_guess import guess_encodings, wider_encodings

KOREAN = "관리번호,위도,경도,설치장소\n1,37.5,127.0,경상북도 경산시 하양읍\n2,37.6,127.1,생활방범\n"
CHINESE = "編號,縣市,監視器編號\n1,台北市,中山北路民生西路口\n2,台北市,重慶南路\n"
MAINLAND = "经度,纬度,名称\n116.4,39.9,北京市朝阳区\n121.4,31.2,上海南京路监控摄像头\n"
JAPANESE = "緯度,経度,設置場所\n35.6,139.7,東京都新宿区\n35.7,139.8,渋谷駅前交差点 防犯カメラ\n"
FRENCH = "lon,lat,adresse\n2.3,48.8,Rue de l'Église à Orléans\n2.4,48.9,Général Lemonnier\n"
RUSSIAN = "широта,долгота,адрес\n55.7,37.6,Москва улица Ленина\n55.8,37.7,камера\n"
ARABIC = "خط العرض,خط الطول,المكان\n30.0,31.2,القاهرة ميدان التحرير\n30.1,31.3,شارع الملك\n"
THAI = "ชื่อ,lat,lng\nสี่แยกเพนียดช้าง,12.9,100.9\nจุดกลับรถโชคดีค้าไม้,12.8,100.8\n"


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        (KOREAN, "utf-8", "utf-8"),
        (KOREAN, "utf-8-sig", "utf-8"),
        (KOREAN, "utf-16", "utf-16"),
        (KOREAN, "utf-32", "utf-32"),
        (KOREAN, "utf-16-le", "utf-16-le"),
        (FRENCH, "utf-16-be", "utf-16-be"),
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "euc-kr", "cp949"),
        (CHINESE, "big5", "big5"),
        (JAPANESE, "shift_jis", "cp932"),
        (MAINLAND, "gb18030", "gb18030"),
        (MAINLAND, "gb2312", "gb18030"),
        (FRENCH, "latin-1", "cp1252"),
        (FRENCH.replace("'", "\u2019"), "cp1252", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        (ARABIC, "cp1256", "cp1256"),
        (THAI, "tis-620", "cp874"),
    ],
)
def test_decode_finds_the_encoding(text, written, name):
    assert decode(text.encode(written)) == (text, name)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("kr_gyeongsan_standard_cp949.csv", "cp949"),
        ("kr_jinju_cp949.csv", "cp949"),
        ("tw_taipei_cctv_big5.csv", "big5"),
        ("ca_ottawa_speed.csv", "utf-8"),
        ("fr_radars.csv", "utf-8"),
        ("th_pattaya_streamurls.csv", "utf-8"),
    ],
)
def test_find_encoding_finds_that_of_real_files(shared_data, name, encoding):
    assert find_encoding(Content.of_path(shared_data / "cameras" / name), None) == encoding


@pytest.mark.parametrize("written", ["cp1252", "mac-roman", "cp850"])
def test_decode_reads_paris_as_old_machines_wrote_it(shared_data, written):
    path = shared_data / "cameras" / "fr_paris_prefecture_geocoded.csv"
    text = path.read_text(encoding="utf-8").replace("\u2019", "'")
    assert decode(text.encode(written))[0] == text


def test_decode_takes_the_encoding_that_somebody_names():
    assert decode("서울".encode("cp949"), "cp949") == ("서울", "cp949")
    assert decode("Łódź".encode("cp1250"), "windows-1250") == ("Łódź", "cp1250")


def test_decode_takes_the_wider_encoding_when_the_one_named_is_too_narrow():
    assert decode("똠방각하".encode("cp949"), "euc-kr") == ("똠방각하", "cp949")


def test_decode_finds_letters_that_come_late_in_a_file():
    text = "a,b\n" + "1,2\n" * 500_000 + "경상북도 경산시,생활방범\n"
    assert decode(text.encode("cp949")) == (text, "cp949")


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"", None, "empty"),
        (b" \n", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        ("é".encode("latin-1"), "utf-8", "not encoded in UTF-8 from line 1"),
        ("a\nb\n서울\n".encode("cp949"), "utf-8", "line 3"),
        (b"PK\x03\x04", None, "spreadsheet"),
        (b"\x1f\x8b\x08", None, "gzip"),
        (b"%PDF-1.7", None, "PDF"),
        (b"\x89PNG\r\n", None, "picture"),
        (b"<html>", None, "HTML"),
        (b"\xef\xbb\xbf<html>", None, "HTML"),
        (b"<?php echo 1;", None, "program"),
        (b"#!/bin/sh\n", None, "program"),
        (b"lon,lat\n1,\x002", None, "not a table"),
        (bytes(range(1, 256)) * 20, None, "not a table"),
        (b"x", "klingon", "No encoding"),
        (b"x", "base64", "No encoding"),
    ],
)
def test_decode_refuses_with_a_sentence_that_says_why(content, encoding, words):
    with pytest.raises(SourceRefusedError, match=words):
        decode(content, encoding)


@pytest.mark.parametrize("header", ["PK,lon,lat", "fgb,lon,lat", "BZ,lon,lat"])
def test_decode_takes_a_table_that_starts_with_the_letters_of_another_format(header):
    assert decode(header.encode()) == (header, "utf-8")


@pytest.mark.parametrize(
    ("first", "then", "line"),
    [
        (["utf-8"] * 5, "cp949", 6),
        (["cp949"] * 5, "utf-8", 6),
        (["utf-8", "cp949"], "utf-8", 2),
        (["big5"] * 3, "utf-8", 4),
    ],
)
def test_decode_names_the_line_at_which_the_encoding_changes(first, then, line):
    text = "중구,경상북도 경산시\n" if "big5" not in first else "中山北路民生西路口\n"
    content = b"".join(text.encode(name) for name in [*first, then])
    with pytest.raises(SourceRefusedError, match=f"changes its encoding in line {line}:"):
        decode(content)


def test_decode_names_the_line_when_a_single_letter_is_of_another_encoding():
    content = "Café\n".encode() * 3 + "Zürich\n".encode("latin-1")
    with pytest.raises(SourceRefusedError, match="line 4"):
        decode(content)
    content = "Zürich\n".encode("latin-1") * 3 + "Café\n".encode()
    with pytest.raises(SourceRefusedError, match="line 4"):
        decode(content)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_decode_gives_utf8_back(text):
    content = ("a" + text).encode()
    assert decode(content) == ("a" + text, "utf-8")


@given(st.binary(max_size=400))
def test_decode_takes_or_refuses_anything(noise):
    try:
        text, name = decode(noise)
    except SourceRefusedError:
        return
    assert "\0" not in text
    assert text in (noise.decode(name), noise.decode(name)[1:])


def test_find_encoding_ends_soon_when_a_line_has_no_end():
    before = time.perf_counter()
    find_encoding(Content.of_bytes("é".encode("latin-1") * 20_000_000), None)
    assert time.perf_counter() - before < 10


def test_guess_encodings_gives_nothing_for_what_is_no_text():
    assert guess_encodings([bytes(range(1, 256)) * 20]) == ()


def test_wider_encodings_holds_every_letter_of_the_narrower():
    assert wider_encodings("euc_kr") == ("cp949",)
    assert wider_encodings("utf-8") == ()
