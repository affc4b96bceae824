import base64
import hashlib
import io
from datetime import UTC, datetime

import pytest

from common.errors import PermanentError, TemporaryError
from common.inbound import InboundMessage
from common.media import ClaimedMedia
from worker.media_download import MediaDownload
from worker.media_fetching import (
    LARGEST_BYTES,
    MediaFetching,
    WaitsForTokenError,
    WrongContentError,
    plain_hash,
)
from worker.media_reading import expected_of
from worker.media_sources import MediaSources, Origin

CONTENT = b"\x89PNG\r\n\x1a\n" + b"x" * 40
HASH = hashlib.sha256(CONTENT).hexdigest()
BASE64 = base64.b64encode(bytes.fromhex(HASH)).decode()


def claimed(media_id="1234", sha256="", kind="image", mime_type="image/png"):
    now = datetime.now(UTC)
    return ClaimedMedia("store-1", "m", media_id, kind, mime_type, sha256, "p", 1, "", 1, now)


@pytest.fixture
def fetch(loopback):
    download = MediaDownload(MediaSources(Origin.of(loopback.url)))
    fetching = MediaFetching(loopback.url, "v21.0", download)

    def ask(what=None, token="the-token"):
        return fetching.fetch(token, what or claimed(), io.BytesIO())

    return ask


@pytest.fixture
def described(loopback, answer):
    """Graph's description of the file, with what a test changes in it."""

    def describe(**changed):
        content = {
            "url": f"{loopback.url}/file",
            "mime_type": "image/png",
            "sha256": HASH,
            "file_size": len(CONTENT),
        }
        return answer(200, content | changed)

    return describe


def test_a_file_is_described_and_then_fetched(loopback, answer, described, fetch):
    loopback.answers(described(), answer(200, CONTENT))

    fetched = fetch(claimed(sha256=HASH))

    assert (fetched.size, fetched.mime_type) == (len(CONTENT), "image/png")
    assert [each["path"] for each in loopback.requests] == ["/v21.0/1234", "/file"]


@pytest.mark.parametrize("known", [{}, {"sha256": BASE64}, {"sha256": None, "file_size": "48"}])
def test_the_hash_may_be_hexadecimal_or_base64_or_absent(loopback, answer, described, fetch, known):
    loopback.answers(described(**known), answer(200, CONTENT))

    assert fetch().size == 48


def test_the_webhook_s_hash_is_as_good_as_graph_s(loopback, answer, described, fetch):
    loopback.answers(described(sha256="0" * 64), answer(200, CONTENT))

    assert fetch(claimed(sha256=HASH)).size == len(CONTENT)


@pytest.mark.parametrize("known", [{"sha256": "0" * 64}, {"file_size": 47}, {"file_size": "49"}])
def test_what_is_not_what_was_named_is_wrong_content(loopback, answer, described, fetch, known):
    loopback.answers(described(**known), answer(200, CONTENT))

    with pytest.raises(WrongContentError):
        fetch()


def test_an_empty_file_is_wrong_content(loopback, answer, described, fetch):
    loopback.answers(described(sha256="", file_size=0), answer(200, b""))

    with pytest.raises(WrongContentError):
        fetch()


def test_a_page_that_calls_itself_a_picture_is_kept_as_bytes(loopback, answer, described, fetch):
    page = b"<html><script>alert(1)</script></html>"
    loopback.answers(
        described(sha256="", file_size=len(page)),
        answer(200, page, Content_Type="image/png"),
    )

    assert fetch().mime_type == "application/octet-stream"


def test_a_file_that_says_it_is_too_large_is_not_begun(loopback, described, fetch):
    loopback.answers(described(file_size=LARGEST_BYTES + 1))

    with pytest.raises(PermanentError, match="too large"):
        fetch()
    assert len(loopback.requests) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://evil.example/x", "nonsense"])
def test_an_address_of_somebody_else_is_not_asked(loopback, described, fetch, url):
    loopback.answers(described(url=url))

    with pytest.raises(PermanentError) as error:
        fetch()
    assert error.value.code == "forbidden_source"


@pytest.mark.parametrize("media_id", ["", "..", "a/b", "1?x=1", "1#", "1%2e", "x" * 129, "é"])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(loopback, fetch, media_id):
    with pytest.raises(PermanentError) as error:
        fetch(claimed(media_id))
    assert (error.value.code, loopback.requests) == ("bad_media_id", [])


@pytest.mark.parametrize(
    ("status", "content", "kind", "code"),
    [
        (401, {"error": {"code": 190}}, WaitsForTokenError, "token_refused"),
        (403, {"error": {"code": 10}}, WaitsForTokenError, "token_refused"),
        (401, {}, WaitsForTokenError, "token_refused"),
        (400, {"error": {"code": 100, "error_subcode": 33}}, PermanentError, "100"),
        (400, {"error": {"code": 131052}}, PermanentError, "131052"),
        (404, b"", PermanentError, "404"),
        (410, b"", PermanentError, "410"),
        (429, b"", TemporaryError, "429"),
        (500, {"error": {"code": 131000}}, TemporaryError, "131000"),
        (503, b"", TemporaryError, "503"),
        (502, b"<html>Bad Gateway</html>", TemporaryError, "502"),
        (200, b"[" * 5000, TemporaryError, "no_address"),
        (200, {"url": 7}, TemporaryError, "no_address"),
        (200, {"error": {"code": 190}}, WaitsForTokenError, "token_refused"),
    ],
)
def test_a_refusal_to_describe_says_whether_to_ask_again(
    loopback, answer, fetch, status, content, kind, code
):
    loopback.answers(answer(status, content))

    with pytest.raises(kind) as error:
        fetch()
    assert error.value.code == code


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, PermanentError), (410, PermanentError), (403, TemporaryError), (500, TemporaryError)],
)
def test_a_refusal_of_the_file_says_whether_to_ask_again(
    loopback, answer, described, fetch, status, kind
):
    loopback.answers(described(), answer(status))

    with pytest.raises(kind) as error:
        fetch()
    assert error.value.code == str(status)
    assert not isinstance(error.value, WaitsForTokenError)


def test_a_store_without_a_token_waits_for_one(loopback, fetch):
    with pytest.raises(WaitsForTokenError):
        fetch(token="")
    assert loopback.requests == []


@pytest.mark.parametrize("given", ["", "IMAGE_HASH", "abc", "0" * 63, "=" * 44, "é" * 44])
def test_what_is_no_hash_is_no_hash(given):
    assert plain_hash(given) == ""


def test_what_a_message_says_of_its_file_is_bounded_and_fit_to_be_kept():
    said = {"id": "1" * 999, "mime_type": "a\x00", "sha256": BASE64, "filename": "../a\\b\x00.pdf"}
    message = InboundMessage("w", "document", media=said | {"filename": "../a\\b\n.pdf"})

    expected = expected_of("m", message)

    assert (len(expected.media_id), expected.mime_type) == (200, "a\N{REPLACEMENT CHARACTER}")
    assert (expected.sha256, expected.filename) == (HASH, ".._a_b_.pdf")
    assert expected_of("m", InboundMessage("w", "image", media={})).media_id == ""
