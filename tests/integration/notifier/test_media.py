"""What customers sent, as an agent's browser gets it."""

import io
import time
import uuid

import pytest
from sqlalchemy import text

from common import media
from common.media import ExpectedMedia
from common.storages import storage_of
from notifier.media_links import LIFE_SECONDS

VOICE = b"OggS" + bytes(range(256)) * 40


@pytest.fixture
def brought(shop, settings):
    """Let a customer of store-1 have sent a file that is here; returns the message's id."""

    def bring(content=VOICE, mime_type="audio/ogg", filename="", store="store-1"):
        session = shop.says(store, "573001112233", "hola")
        with shop.database.store(store) as connection:
            message_id = connection.scalar(
                text(
                    "SELECT CAST(message_id AS text) FROM messages WHERE session_id = :session"
                    " ORDER BY position DESC LIMIT 1"
                ),
                {"session": session},
            )
        row = ExpectedMedia(message_id, "77", "audio", filename=filename)
        media.expect(shop.database, store, [row])
        claimed = media.claim(shop.database, 30, [], None)
        storage_of(settings).keep(store, claimed.place, io.BytesIO(content))
        media.is_ready(shop.database, claimed, mime_type, len(content))
        return message_id

    return bring


@pytest.fixture
def address(parts):
    def address_of(message_id, store="store-1", now=None):
        return parts.media_links.media_url(store, message_id, now)

    return address_of


def test_a_voice_note_is_played_in_its_place_and_runs_nothing(ana, brought, address):
    answer = ana.get(address(brought()))

    assert (answer.status_code, answer.content) == (200, VOICE)
    headers = answer.headers
    assert headers["Content-Type"] == "audio/ogg"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Length"] == str(len(VOICE))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"].startswith("private")
    assert "Content-Disposition" not in headers


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, VOICE[:4]),
        ("bytes=4-", 206, VOICE[4:]),
        ("bytes=-6", 206, VOICE[-6:]),
        ("bytes=9-99999999", 206, VOICE[9:]),
        (f"bytes={len(VOICE)}-", 416, b""),
        ("bytes=0-1,4-5", 200, VOICE),
        ("bytes=nonsense", 200, VOICE),
        ("lines=0-1", 200, VOICE),
    ],
)
def test_a_player_gets_the_part_it_asks_for(ana, brought, address, asked, status, content):
    ana.http.headers["Range"] = asked
    answer = ana.get(address(brought()))

    assert (answer.status_code, answer.content) == (status, content)
    if status == 206:
        assert answer.headers["Content-Range"].endswith(f"/{len(VOICE)}")
        assert answer.headers["Content-Length"] == str(len(content))
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(VOICE)}"


@pytest.mark.parametrize("mime_type", ["application/pdf", "application/octet-stream", "text/plain"])
def test_what_is_neither_seen_nor_heard_is_downloaded(ana, brought, address, mime_type):
    ana.http.headers["Range"] = "bytes=0-1"
    name = 'pedi\u202edo\r\n"x"/../ñ;.pdf'
    answer = ana.get(address(brought(b"<script>", mime_type, filename=name)))

    assert (answer.status_code, answer.content) == (200, b"<script>")
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert not any(each in disposition for each in ("\u202e", "%E2%80%AE", "/", "\r", '"x'))


def test_a_download_without_a_name_is_called_by_its_message(ana, brought, address):
    message_id = brought(b"%PDF", "application/pdf")

    disposition = ana.get(address(message_id)).headers["Content-Disposition"]

    assert disposition == f"attachment; filename=whatsapp-{message_id[:8]}.pdf"


def test_only_who_serves_the_store_and_is_logged_in_gets_it(ana, carla, browser, brought, address):
    message_id = brought()
    nobody = browser()

    assert ana.get(address(message_id)).status_code == 200
    assert carla.get(address(message_id)).status_code == 404
    assert carla.get(address(message_id, store="store-2")).status_code == 404
    assert nobody.get(address(message_id)).status_code == 401


def test_what_was_deleted_is_served_no_more(ana, brought, address, shop):
    message_id = brought()
    with shop.database.store("store-1") as connection:
        connection.execute(text("UPDATE messages SET revoked_at = now()"))

    assert ana.get(address(message_id)).status_code == 404


def test_an_address_that_ran_out_or_was_changed_opens_nothing(ana, brought, address):
    message_id, other = brought(), brought(b"other")
    good, present = address(message_id), time.time()
    path, _, query = good.partition("?")
    wrong = [
        path,
        f"{path}?{query[:-1]}",
        f"{path}?{query.replace('expires=', 'expires=9')}",
        f"{path}?{query.replace('expires=', 'expires=-')}",
        good.replace(message_id, other),
        good.replace(message_id, str(uuid.uuid4())),
        good.replace(message_id, "nonsense"),
        address(message_id, now=present - LIFE_SECONDS - 1),
        address(str(uuid.uuid4())),
    ]

    answers = [ana.get(each) for each in wrong]

    assert [each.status_code for each in answers] == [404] * len(wrong)
    assert {each.json()["error"]["code"] for each in answers} == {"media_not_found"}
    assert ana.get(good).status_code == 200


def test_an_address_is_the_same_for_some_minutes_and_good_for_five_at_least(address):
    made = {address("m", now=1_800_000_000 + second) for second in range(0, 300, 10)}

    assert len(made) == 1
    assert "expires=1800000600" in made.pop()


def test_a_file_that_is_not_here_yet_or_no_more_is_not_found(ana, shop, brought, address, settings):
    message_id = brought()
    with shop.database.store("store-1") as connection:
        connection.execute(text("UPDATE media SET state = 'loading'"))
    assert ana.get(address(message_id)).status_code == 404
    with shop.database.store("store-1") as connection:
        place = connection.scalar(text("UPDATE media SET state = 'ready' RETURNING place"))
    storage_of(settings).remove("store-1", place)

    answer = ana.get(address(message_id))

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "media_not_found")


def test_a_look_at_the_headers_alone_leaves_no_file_open(ana, brought, address):
    answer = ana.ask("HEAD", address(brought()))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(VOICE))
