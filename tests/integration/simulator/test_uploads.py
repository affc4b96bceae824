"""Files uploaded to be sent by their id: what is taken, what is refused, where they show."""

import pytest
import requests

from simulator.sample_files import document, picture

from .stand import CUSTOMER, NUMBER, SECRET, text_to

PNG = picture()
TOKEN = {"Authorization": "Bearer a-token"}


def upload(simulator, content=PNG, mime_type="image/png", number=NUMBER, headers=TOKEN, **fields):
    form = {"messaging_product": "whatsapp", "type": mime_type} | fields
    return requests.post(
        f"{simulator.url}/v21.0/{number}/media",
        data={name: value for name, value in form.items() if value},
        files={"file": ("foto.png", content, mime_type)},
        headers=headers,
        timeout=10,
    )


def by_id(kind, media_id, **more):
    return text_to(CUSTOMER) | {"type": kind, kind: {"id": media_id, **more}}


def error_of(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_an_uploaded_picture_is_sent_by_its_id_and_shown_on_the_phone(simulator):
    media_id = upload(simulator).json()["id"]

    assert simulator.send(by_id("image", media_id, caption="Mira")).status_code == 200

    shown = requests.get(f"{simulator.url}/sim/media/{media_id}", timeout=10)
    assert (shown.content, shown.headers["Content-Type"]) == (PNG, "image/png")
    row, sent = simulator.sent()
    assert (row["outcome"], row["accepted"], row["request"]["size"]) == (
        "uploaded",
        False,
        len(PNG),
    )
    assert sent["request"]["image"]["id"] == row["request"]["media_id"] == media_id


def test_a_document_goes_as_a_file_to_keep(simulator):
    media_id = upload(simulator, document(), "application/pdf").json()["id"]
    refused = simulator.send(by_id("image", media_id))

    assert simulator.send(by_id("document", media_id, filename="carta.pdf")).status_code == 200
    assert error_of(refused) == (400, 131053)
    shown = requests.get(f"{simulator.url}/sim/media/{media_id}", timeout=10)
    assert shown.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"headers": {}}, (401, 190)),
        ({"messaging_product": ""}, (400, 100)),
        ({"type": ""}, (400, 100)),
        ({"mime_type": "text/html"}, (400, 100)),
        ({"content": b"no picture"}, (400, 131053)),
        ({"content": PNG + bytes(5_000_000)}, (400, 131053)),
        ({"number": "99"}, (400, 100)),
    ],
)
def test_what_meta_does_not_take_is_refused(simulator, changed, error):
    assert error_of(upload(simulator, **changed)) == error


def test_an_id_that_is_not_the_numbers_own_is_refused(simulator):
    other = {"phone_number_id": "100200301", "app_secret": SECRET}
    simulator.control("PUT", "/stores/store-2", other)
    foreign = upload(simulator, number="100200301").json()["id"]

    assert error_of(simulator.send(by_id("image", foreign))) == (400, 100)
    assert error_of(simulator.send(by_id("image", "123"))) == (400, 100)
    assert simulator.send(by_id("image", "sample-image")).status_code == 200  # a customer's own


def test_uploads_meet_their_own_faults(simulator):
    simulator.arm(kind="upload", outcome="error", code=131000)
    simulator.arm(kind="upload", outcome="accept_then_reset")

    assert simulator.send().status_code == 200
    assert upload(simulator).status_code == 500
    with pytest.raises(requests.ConnectionError):
        upload(simulator)
    kept = simulator.sent()[-1]
    assert (kept["outcome"], kept["http_status"]) == ("uploaded", None)
    assert simulator.send(by_id("image", kept["request"]["media_id"])).status_code == 200


def test_uploads_can_be_forgotten(simulator):
    media_id = upload(simulator).json()["id"]

    assert simulator.control("DELETE", "/uploads").status_code == 204

    assert error_of(simulator.send(by_id("image", media_id))) == (400, 100)
