"""Contributions by form and by file: all faults at once, nothing stored before a confirmation."""

import base64
import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest

from sightlines.observations.moderation import decide
from sightlines.observations.submissions import pending, submitted_observations
from sightlines.pipeline.publication import publish
from sightlines.web.application import create_app
from sightlines.web.contribute import TURNS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def token_of(page):
    return re.search(r'name="token" value="([^"]+)"', page).group(1)


def send(client, path="/contribute", headers=None, **fields):
    token = token_of(client.get(path).text)
    return client.post(path, data={"token": token, **fields}, headers=headers)


def send_file(client, content, name="cameras.csv"):
    token = token_of(client.get("/contribute/file").text)
    upload = (io.BytesIO(content), name)
    return client.post("/contribute/file", data={"token": token, "file": upload})


def hidden(preview, name):
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', preview)
    return html.unescape(found.group(1))


def confirm(client, preview, **changed):
    fields = {name: hidden(preview, name) for name in ("token", "name", "content")}
    encoding = re.search(r"<option>([^<]+)</option>", preview)
    said = {"confirmed": "1", "encoding": encoding.group(1) if encoding else ""}
    fields = {**fields, **said, **changed}
    return client.post("/contribute/file", data=fields, content_type="multipart/form-data")


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.fixture
def ledger(instance, opened):
    return opened(instance)


def test_contribute_form_asks_for_every_attribute_marked_for_it(client):
    page = client.get("/contribute?lat=60.17&lon=24.94").text
    for name in ("operator", "camera_type", "camera_direction", "height", "surveillance_zone"):
        assert f'name="{name}"' in page
    assert 'value="60.17"' in page
    assert "doorbell" not in page


def test_contribute_stores_one_pending_submission_without_anything_of_the_sender(client, ledger):
    answer = send(client, lon="24.94", lat="60.17", operator="City", camera_direction="0")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contribute/thanks")
    (row,) = pending(ledger)
    (camera,) = submitted_observations(ledger, row.id).to_pylist()
    assert (camera["lon"], camera["lat"], camera["operator"]) == (24.94, 60.17, "City")
    assert camera["camera_direction"][0]["bearing_deg"] == 0


def test_contribute_names_all_faults_at_once_and_keeps_what_was_written(client, ledger):
    answer = send(client, lon="", lat="95", height="tall", camera_type="flying", operator="Ours")
    assert answer.status_code == 422
    for name in ("lon", "lat", "height", "camera_type"):
        assert f'href="#{name}"' in answer.text
    assert 'value="Ours"' in answer.text
    assert pending(ledger) == []


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_contribute_refuses_a_form_without_our_token(client, ledger, token):
    fields = {"token": token, "lon": "24.94", "lat": "60.17"}
    assert client.post("/contribute", data=fields).status_code == 403
    assert pending(ledger) == []


def test_contribute_refuses_a_token_of_another_form(client):
    token = token_of(client.get("/contribute/file").text)
    fields = {"token": token, "lon": "24.94", "lat": "60.17"}
    assert client.post("/contribute", data=fields).status_code == 403


def test_contribute_refuses_a_form_that_another_site_sends(client):
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert send(client, headers=headers, lon="24.94", lat="60.17").status_code == 403


def test_contribute_stops_at_the_ceiling_of_the_hour(instance, opened):
    client = create_app(replace(instance, rate_submissions_per_hour=2)).test_client()
    codes = [send(client, lon="24.94", lat="60.17").status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert len(pending(opened(instance))) == 2


def test_contribute_refuses_what_is_too_large(client, instance):
    size = 2 * instance.upload_limit_bytes + 200_000
    answer = client.post("/contribute", data={"description": "x" * size})
    assert answer.status_code == 413
    assert "larger than" in answer.text


def test_contribute_file_shows_a_preview_and_stores_only_when_confirmed(client, ledger):
    content = "lon,lat,operator\n24.94,60.17,Ä & <b>B</b>\n24.95,60.16,C\n".encode()
    preview = send_file(client, content).text
    assert "2 rows read" in preview
    assert "<b>B</b>" not in preview
    assert pending(ledger) == []
    assert confirm(client, preview).status_code == 303
    (row,) = pending(ledger)
    assert row.n_observations == 2
    operators = submitted_observations(ledger, row.id)["operator"].to_pylist()
    assert operators == ["Ä & <b>B</b>", "C"]


def test_contribute_file_takes_geojson(client, ledger):
    content = (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        b' "geometry": {"type": "Point", "coordinates": [24.94, 60.17]}}]}'
    )
    assert confirm(client, send_file(client, content, "x.csv").text).status_code == 303
    assert pending(ledger)[0].n_observations == 1


def test_contribute_file_takes_a_spreadsheet_and_shows_what_its_columns_mean(client, ledger):
    content = workbook(["경도", "위도", "설치대수", "Farbe"], [24.94, 60.17, 3, "rot"])
    preview = send_file(client, content, "x.csv").text
    assert "Excel workbook" in preview
    for column, attribute in (("경도", "lon"), ("위도", "lat"), ("설치대수", "camera_count")):
        assert f"<td>{column}</td><td><code>{attribute}</code></td>" in preview
    assert "<code>Farbe</code>" in preview
    assert confirm(client, preview).status_code == 303
    observations = submitted_observations(ledger, pending(ledger)[0].id).to_pylist()
    assert [row["camera_count"] for row in observations] == [3]
    assert "rot" not in observations[0]["raw"]


def test_contribute_file_reads_again_in_the_encoding_that_a_person_names(client, ledger):
    content = "lon,lat,operator\n24.94,60.17,Жу\n".encode("cp1251")
    guessed = send_file(client, content).text
    again = confirm(client, guessed, confirmed="0", encoding="cp1251")
    assert again.status_code == 200
    assert "Жу" in again.text
    assert "written in cp1251" in again.text
    assert pending(ledger) == []
    assert confirm(client, again.text).status_code == 303
    observations = submitted_observations(ledger, pending(ledger)[0].id)
    assert observations["operator"].to_pylist() == ["Жу"]


@pytest.mark.parametrize("encoding", ["cp9999", "../utf-8", "zip", "undefined"])
def test_contribute_file_refuses_an_encoding_that_is_none(client, ledger, encoding):
    preview = send_file(client, b"lon,lat\n24.94,60.17\n").text
    assert confirm(client, preview, encoding=encoding).status_code == 422
    assert pending(ledger) == []


def test_contribute_file_takes_the_kind_from_the_name_of_the_file(client, ledger):
    preview = send_file(client, b"lon,lat\n24.94,60.17\n", "speed_cameras.csv").text
    assert "<td>enforcement</td>" in preview
    assert confirm(client, preview).status_code == 303
    (row,) = submitted_observations(ledger, pending(ledger)[0].id).to_pylist()
    assert row["kind"] == "enforcement"
    # The rule is read of the name too; of the name itself nothing is kept.
    assert row.pop("enforcement") == "maxspeed"
    assert "speed" not in str(row)


@pytest.mark.parametrize(
    "content",
    [
        b'<osm version="0.6"><node id="1" lat="60.17" lon="24.94">'
        b'<tag k="man_made" v="surveillance"/></node></osm>',
        b'{"elements":[{"type":"node","id":1,"lat":60.17,"lon":24.94,'
        b'"tags":{"man_made":"surveillance"}}]}',
    ],
)
def test_contribute_file_refuses_a_copy_of_openstreetmap(client, ledger, content):
    answer = send_file(client, content)
    assert answer.status_code == 422
    assert "OpenStreetMap&#39;s own data" in answer.text
    assert pending(ledger) == []


@pytest.mark.slow
def test_contribute_file_says_when_it_is_busy(client, ledger):
    with TURNS.taken(), TURNS.taken():
        answer = send_file(client, b"lon,lat\n24.94,60.17\n")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert send_file(client, b"lon,lat\n24.94,60.17\n").status_code == 200


@pytest.mark.parametrize("content", ["%%%", "a", "Zm9v="])
def test_contribute_file_refuses_content_that_came_back_damaged(client, ledger, content):
    preview = send_file(client, b"lon,lat\n24.94,60.17\n").text
    assert confirm(client, preview, content=content).status_code == 422
    assert pending(ledger) == []


def test_contribute_file_names_every_fault_by_row(client, ledger):
    content = b"lon,lat,height\n24.94,60.17,5\n999,60.17,tall\n24.94,,5\n"
    answer = send_file(client, content)
    assert answer.status_code == 422
    assert "Row 2" in answer.text
    assert "Row 3" in answer.text
    assert "Row 1," not in answer.text
    assert pending(ledger) == []


@pytest.fixture
def narrow(instance):
    """Return a client of a site that takes 100 kB in one go."""
    return create_app(replace(instance, upload_limit_bytes=100_000)).test_client()


def test_contribute_file_takes_what_its_preview_shows_whatever_the_script(narrow, ledger):
    row = "24.94,60.17," + "감시 카메라 " * 10 + "\n"
    content = ("lon,lat,description\n" + row * 500).encode()
    assert 90_000 < len(content) < 100_000
    assert confirm(narrow, send_file(narrow, content).text).status_code == 303
    assert pending(ledger)[0].n_observations == 500


def test_contribute_file_refuses_a_confirmed_text_that_is_too_large(narrow, ledger):
    token = token_of(narrow.get("/contribute/file").text)
    text = "lon,lat,description\n" + ("24.94,60.17," + "x" * 700 + "\n") * 150
    content = base64.b64encode(text.encode()).decode()
    fields = {"token": token, "confirmed": "1", "content": content}
    answer = narrow.post("/contribute/file", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert pending(ledger) == []


def test_contribute_file_shows_its_form_again_when_a_file_cannot_be_read(client):
    answer = send_file(client, b"\x00\x01\x02")
    assert 'name="file"' in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"\x00\x01\x02",
        b"[" * 100_000,
        b'{"type": "FeatureCollection", "features": null}',
        b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1e400, NaN]}}',
        b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>",
        b"a,b\n" + b"x," * 10_000,
        b"lon,lat\n" + b"1,1\n" * 6_000,
        b'lon,lat\n"1,1\n',
        "lon,lat\n24.9é,60".encode("latin-1"),
        b"PK\x03\x04 a spreadsheet",
    ],
)
def test_contribute_file_answers_what_is_broken_with_a_sentence(client, ledger, content):
    answer = send_file(client, content)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
    assert pending(ledger) == []


def test_accepted_contribution_is_published_as_unverified(client, instance, ledger):
    send(client, lon="24.94", lat="60.17", operator="City")
    (row,) = pending(ledger)
    decide(ledger, row.id, decision="accepted", moderator="owl", reason="", now=NOW)
    publish(instance, ledger, now=NOW)
    download = client.get("/download/cameras.geojson").json
    (camera,) = [f for f in download["features"] if f["properties"]["sources"] == ["contributions"]]
    assert camera["properties"]["verification"] == "unverified"
    assert camera["geometry"]["coordinates"] == [24.94, 60.17]
    assert camera["properties"]["retrieved_at"].endswith("T00:00:00Z")
    page = client.get(f"/cameras/{camera['id']}").text
    assert "Contributors" in page
    assert row.id not in page


def test_rejected_contribution_is_never_published(client, instance, ledger):
    before = client.get("/healthz").json["snapshot"]
    send(client, lon="24.94", lat="60.17")
    (row,) = pending(ledger)
    decide(ledger, row.id, decision="rejected", moderator="owl", reason="test", now=NOW)
    publish(instance, ledger, now=NOW)
    assert client.get("/healthz").json["snapshot"] == before


def test_hostile_contribution_is_text_everywhere(client, instance, ledger):
    attack = "</script><img src=x onerror=alert(1)>"
    send(client, lon="24.94", lat="60.17", operator=attack, description=attack)
    (row,) = pending(ledger)
    decide(ledger, row.id, decision="accepted", moderator="owl", reason="", now=NOW)
    publish(instance, ledger, now=NOW)
    features = client.get("/download/cameras.geojson").json["features"]
    (camera,) = [f for f in features if f["properties"]["operator"] == attack]
    for path in ("/", f"/cameras/{camera['id']}", "/areas", "/download"):
        assert "<img src=x" not in client.get(path).text
    csv = client.get("/download/cameras.csv").text
    assert attack in csv
