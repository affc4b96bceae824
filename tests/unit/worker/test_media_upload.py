import time

import pytest

from common.errors import PermanentError, TemporaryError
from common.send_errors import rule_for
from worker.channels import media_upload
from worker.channels.cloud_api import Credentials
from worker.channels.media_upload import MediaUpload, Upload
from worker.media_sources import ForbiddenSourceError
from worker.picture_sources import PictureSources

CREDENTIALS = Credentials("100000000000001", "the-token")


@pytest.fixture
def upload(loopback):
    def send(*pieces, size=None, mime_type="image/png"):
        length = sum(map(len, pieces)) if size is None else size
        road = MediaUpload(loopback.url, "v21.0")
        return road.upload(CREDENTIALS, Upload(iter(pieces), length, mime_type))

    return send


def test_a_file_goes_out_in_pieces_as_the_form_graph_takes(loopback, answer, upload):
    loopback.answers(answer(200, {"id": "1234"}))

    assert upload(b"\x89PNG", b"more") == "1234"

    (request,) = loopback.requests
    headers = request["headers"]
    assert (request["method"], request["path"]) == ("POST", "/v21.0/100000000000001/media")
    assert headers["authorization"] == "Bearer the-token"
    assert headers["content-length"] == str(len(request["body"]))
    assert "transfer-encoding" not in headers
    boundary = headers["content-type"].partition("boundary=")[2]
    assert request["body"].decode("latin-1").split(f"--{boundary}")[1:] == [
        '\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n',
        '\r\nContent-Disposition: form-data; name="type"\r\n\r\nimage/png\r\n',
        (
            '\r\nContent-Disposition: form-data; name="file"; filename="file.png"\r\n'
            "Content-Type: image/png\r\n\r\n\x89PNGmore\r\n"
        ),
        "--\r\n",
    ]


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": {"code": 100, "message": "no"}}, PermanentError, "100"),
        (400, {"error": {"code": 131053, "message": "no"}}, PermanentError, "131053"),
        (401, {"error": {"code": 190, "message": "no"}}, TemporaryError, "190"),
        (500, {"error": {"code": 131000, "message": "no"}}, TemporaryError, "131000"),
        (413, b"too large", PermanentError, "413"),
        (429, b"", TemporaryError, "429"),
        (502, b"<html>", TemporaryError, "502"),
        (200, {}, TemporaryError, "200"),
        (200, {"id": "../x"}, TemporaryError, "200"),
    ],
)
def test_a_refusal_has_whatsapps_code(loopback, answer, upload, status, body, kind, code):
    loopback.answers(answer(status, body))
    with pytest.raises(kind) as refused:
        upload(b"x")
    assert refused.value.code == code
    if kind is TemporaryError and isinstance(body, dict) and "error" in body:
        assert refused.value.rule == rule_for(code, status)


def test_no_answer_and_nobody_there_may_be_tried_again(loopback, acts, upload, monkeypatch):
    for act in ("reset", "hang"):
        monkeypatch.setattr(media_upload, "_PICTURE_SECONDS", 0.2)
        loopback.answers(acts[act])
        with pytest.raises(TemporaryError):
            upload(b"x")


def test_a_file_that_is_shorter_than_it_was_ends_the_upload_at_once(loopback, answer, upload):
    loopback.answers(answer(200, {"id": "1234"}))
    started = time.monotonic()
    with pytest.raises(PermanentError) as refused:
        upload(b"x", size=5)
    assert (refused.value.code, time.monotonic() - started < 2) == ("wrong_content", True)


def test_a_picture_comes_from_our_catalog_or_from_a_usual_port_and_never_with_a_token():
    sources = PictureSources(["http://127.0.0.1:8002", ""])
    own = sources.check("http://127.0.0.1:8002/static/x.jpg")
    other = sources.check("https://pictures.example/x.jpg")
    assert (own.is_own, other.is_own) == (True, False)
    assert not (own.wants_token)
    assert not (other.wants_token)
    assert sources.follow(own, "https://pictures.example/y.jpg").is_own is False
    for wrong in ("ftp://x/y", "http://127.0.0.1:6379/", "https://user@x/y", "http://x/y z"):
        with pytest.raises(ForbiddenSourceError):
            sources.check(wrong)
