"""What of a text from outside is blacked out, and which keys are not kept at all.

A live picture's address, an IP address, a telephone number, an e-mail address or a number plate
never enters the record, neither as an attribute nor in the source's own words that are kept beside
it (DEFINITIONS: nothing about a person; TAGS: feeds and stream URLs are never published).

Terms
-----
word
    A key or column header as `free_text.canonical` writes it: lower case, joined by `_`.
free text
    What people write in whole sentences, such as a note: there a number is rather somebody's
    telephone or plate than a reference.
"""

from __future__ import annotations

import re
from functools import lru_cache

REDACTED = "[redacted]"

_URL = re.compile(r"[a-z][a-z0-9+.-]{1,12}://[^\s<>\"']+", re.IGNORECASE)
_STREAM = re.compile(
    r"^(?:rts|rtm|rtp|mms|srt|udp)[a-z]*:|\.m3u8|\.mpd\b|mjpe?g|\.cgi\b|/live\b|/stream|livecam|webcam"
    r"|^[a-z][a-z0-9+.-]*://[^/\s]*@|\.(?:mp4|flv|webm|mov)\b"
    r"|[?&](?:[\w-]*(?:token|signature|passw(?:or)?d|secret|credential)|pwd|auth|(?:api_?)?key)=",
    re.IGNORECASE,
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4 = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?::[0-9]{{2,5}})?(?![\w.]*[0-9])")
_IPV6 = re.compile(
    r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})"
    r"(?![\w:])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\w.])(?:\+[0-9][0-9\s()./-]{6,18}[0-9]"
    r"|\(?[0-9]{2,5}\)?[\s/-][0-9]{3,4}[\s-][0-9]{3,4})(?![\w-]|\.\w)"
)
_PHONE_DIGITS = 10
# The shortest number that any of the patterns takes for a telephone has as many.
_SIGNS = re.compile(r"[@:.\-+/ ]")
_EIGHT_DIGITS = re.compile(r"(?:[0-9][^0-9]*){8}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]+")

# A trunk 0 with seven digits or more, or 00 and a country; not within an address or a decimal.
_UNDIVIDED_PHONE = re.compile(
    r"(?<![\w/=&#-])(?<![0-9][.,])0(?:[1-9][0-9]{6,12}|0[1-9][0-9]{7,12})(?!-?\w|[.,][0-9])"
)
_DIVIDED_PHONE = re.compile(
    r"(?<![\w,/-])(?<![0-9]\.)0[1-9][0-9]{0,3}"
    r"(?:(?P<sign>[ .-])[0-9]{2,4})(?:(?P=sign)[0-9]{2,4}){1,3}(?![\w-]|[.,][0-9])"
)
_DIVIDED_DIGITS = 9
_PLATE = re.compile(
    r"(?<![\w-])(?!(?:CAM|HWY|RTE|REF|PTZ|POL|SIG|ISO|DIN|IEC)-)"
    r"(?:[A-Z]{3}-[0-9]{3}|[A-Z]{2}-[0-9]{2,3}-[A-Z]{2})(?![\w-])"
)
# Who did it, in a sentence: names begin with capitals.
_BY_SOMEBODY = re.compile(
    r"\b((?i:mapped|reported|surveyed|submitted|contributed|photographed|recorded|added|created)"
    r"\s+(?i:by)\s*:?\s+)[A-Z][\w'.-]*(?:\s+[A-Z][\w'.-]*){0,2}"
)

_FREE_TEXT = re.compile(
    r"(?:^|_)(?:notes?|descriptions?|comments?|remarks?|fixme|details?|observations?|message|text"
    r"|memo)(?:_|$)"
)
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:ref|refs|reference|id|ids|code|no|nr|num|number|wikidata|date|time|geometry|wkt)"
    r"(?:_|$)"
)
_SECRET_KEY = re.compile(
    r"webcam|livecam|rtsp|stream|m3u8|video_?url|feed_?url|(?:^|_)fax|(?:^|_)ip$|ip_?addr|password"
    r"|login"
    # A body's telephone is nobody's own, but whoever answers it is somebody.
    r"|전화|電話|电话|팩스|傳真|传真"
)
_PERSON_KEY = re.compile(
    # Whoever wrote it down, by role, by name or by account.
    r"contributor|submitter|enumerator|user_?name|surname|(?:first|last|given|family)_?name"
    r"|(?:^|_)(?:reporter|author|creator|editor|uploader|surveyor|user|userid)s?(?:_|$)"
    r"|(?:^|_)author_?name"
    r"|(?:^|_)(?:submitted|reported|created|edited|updated|modified|entered|recorded|collected"
    r"|uploaded|added|surveyed|contributed|mapped|photographed)_?by(?:_|$)"
    r"|^(?:osm_)?(?:uid|changeset)$"
    # How to reach somebody; a body's website is no person's, and OSM's webcams are a secret.
    r"|(?:^|_)contact(?!_(?:website|webcam))(?:_|$)|(?:^|_)contact_?(?:name|person)"
    r"|(?:^|_)e_?mail(?:s|_|$)|(?:^|_)emailaddress"
    r"|(?:^|_)(?:tele|cell|mobile|work|home|contact)?phones?(?:no|nr|number)?[0-9]*(?:_|$)"
    r"|(?:^|_)tel(?:_|$)|^mobile(?:_(?:no|nr|number|phone|tel).*)?$"
    r"|(?<!micro)(?<!mega)(?<!head)phone_?(?:no|nr|number)?[0-9]*$"
    # The same in other languages.
    r"|(?:^|_)(?:telefono?|telefoon|t[eé]l[eé]phone|telefone|téléfono|teléfono|telefonu|telefonas"
    r"|puhelin|телефон\w*|τηλέφωνο|טלפון|هاتف|الهاتف|handy|celular|cellulare|rufnummer|durchwahl)"
    r"(?:nummer|numero|nr|no|numer)?[0-9]*(?:_|$)|telefon(?:nummer|nr|numaras\u0131)"
    r"|(?:^|_)(?:no|nomor|nomer)_(?:hp|telp|telepon|tel)(?:_|$)|(?:^|_)telepon(?:_|$)"
    r"|(?:^|_)(?:courriel|correo|eposta|e_?postas\u0131?|e_post|sähköposti|почта"
    r"|э_почта)(?:_|$)|e_?mail_?adres|correo_electr|メール|이메일|郵箱|邮箱|電子郵件|電郵|邮件"
    r"|เบอร_โทร|โทรศ|อีเมล"
    r"|ansprechpartner|ansprechperson|kontaktperson|contactpersoon|sachbearbeiter"
    r"|(?:^|_)(?:kontakt|kontaktní|kontaktowa|kontaktu|contacto|contatto|contato|interlocuteur"
    r"|r[eé]f[eé]rent|referente|respons[aá]ble|responsabile|responsável|verantwortlicher?"
    r"|verantwortliche_person|ansvarig|ansvarlig|yhteyshenkilö|vastuuhenkilö|yetkili|sorumlu"
    r"|penanggung|yetkili_kişi|zodpovědn[áaý]|odpowiedzialna|ответственн\w{2}|контакт\w*"
    r"|исполнитель|איש_קשר|אחראי)(?!_(?:du_traitement|del_tratamiento|del_trattamento"
    r"|pelo_tratamento))(?:_|$)"
    r"|담당자|연락처|책임자|성명|聯絡|联系|連絡先|連絡人|负责人|負責人|担当者|責任者|氏名|姓名|窗口"
    r"|承辦人|ผ_ร_บผ_ดชอบ|ผ_ต_ดต_อ|ผ_ประสานงาน|المسؤول|جهة_الاتصال|người_liên_hệ|điện_thoại"
    # What it was written down with.
    r"|^device$|^deviceid$|(?:^|_)gps_?device"
)


def names_a_person(word: str) -> bool:
    """Say whether a column is about whoever recorded a camera, or about another person.

    Parameters
    ----------
    word
        A canonical key.
    """
    return _PERSON_KEY.search(word) is not None


def holds_a_secret(word: str) -> bool:
    """Say whether a column holds live pictures, fax numbers, network addresses or passwords.

    Parameters
    ----------
    word
        A canonical key.
    """
    return _SECRET_KEY.search(word) is not None


def redact(text: str, word: str = "") -> str:
    """Black out what is somebody's own, or leads to a live picture.

    Stream addresses, addresses with credentials, IP addresses, telephone numbers and e-mail
    addresses; in free text also number plates and numbers that are only perhaps telephones.

    Parameters
    ----------
    text
        Cleaned text.
    word
        The canonical key that the text stands under; "" for none. Under a reference, an id or a
        date no undivided number is a telephone.

    Returns
    -------
    str
        With `REDACTED` in their place; the same text where there is none.
    """
    is_free = _is_free(word)
    if not is_free and (text.isdecimal() or not _may_hold_a_secret(text)):
        return text
    if _DECIMAL.fullmatch(text):
        return text
    if _SIGNS.search(text):
        text = _URL.sub(_redacted_url, text)
        for pattern in (_EMAIL, _IPV4, _IPV6):
            text = pattern.sub(REDACTED, text)
        text = _PHONE.sub(_redacted_phone, text)
    # A number that stands alone is an id, unless people wrote it where they write sentences.
    if not _IDENTIFIER.search(word) and (is_free or any(map(str.isalpha, text))):
        text = _UNDIVIDED_PHONE.sub(_redacted_undivided, text)
    if is_free:
        text = _PLATE.sub(REDACTED, _DIVIDED_PHONE.sub(_redacted_divided, text))
        text = _BY_SOMEBODY.sub(rf"\1{REDACTED}", text)
    return text


def _may_hold_a_secret(text: str) -> bool:
    """Say quickly whether a text has what every secret has, plates in free text apart."""
    if "@" in text or ":" in text or "+" in text or text.count(".") > 2:
        return True
    return len(text) > 7 and _EIGHT_DIGITS.search(text) is not None


@lru_cache(maxsize=10_000)
def _is_free(word: str) -> bool:
    return _FREE_TEXT.search(word) is not None


def _redacted_phone(found: re.Match[str]) -> str:
    """Black out what has as many digits as a telephone number; two road numbers have fewer."""
    number = found.group()
    if _DECIMAL.fullmatch(number):
        return number
    is_long = _digits(number) >= _PHONE_DIGITS
    return REDACTED if is_long or number.startswith("+") else number


def _redacted_undivided(found: re.Match[str]) -> str:
    return found.group() if _is_day(found.group()) else REDACTED


def _redacted_divided(found: re.Match[str]) -> str:
    """Black out what is longer than a date."""
    return REDACTED if _digits(found.group()) >= _DIVIDED_DIGITS else found.group()


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def _is_day(number: str) -> bool:
    """Say whether eight digits are a day, a month and a year of our time, in either order."""
    if len(number) != 8:
        return False
    first, second, year = int(number[:2]), int(number[2:4]), int(number[4:])
    return 1900 <= year <= 2100 and 1 <= min(first, second) <= 12 and max(first, second) <= 31


def _redacted_url(found: re.Match[str]) -> str:
    url = found.group()
    return REDACTED if _STREAM.search(url) or _IPV4.search(url) or "://[" in url else url
