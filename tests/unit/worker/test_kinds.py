from datetime import UTC, datetime, timedelta

import pytest

from common.inbound import InboundMessage
from worker import courtesy, kinds
from worker.handover import DEFAULT_KEYWORDS, asks_for_person


def message(kind, **values):
    return InboundMessage("w1", kind, **values)


@pytest.mark.parametrize(
    ("given", "role"),
    [
        (message("text", text="hola"), "user"),
        (message("call"), "user"),
        (message("image", author="agent"), "agent"),
        (message("system"), "system"),
        (message("request_welcome"), "system"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.kind,
)
def test_whose_words_they_are(given, role):
    assert kinds.role_of(given) == role


@pytest.mark.parametrize(
    ("given", "content"),
    [
        (message("text", text="hola"), "hola"),
        (message("image", text="¿lo tienen?"), "¿lo tienen?"),
        (message("audio"), ""),
        (message("reaction", target="w0", details={"emoji": "👍"}), "👍"),
        (message("reaction", target="w0", details={"emoji": 7}), ""),
        (message("edit", target="w0", details={"text": "mejor dos"}), "mejor dos"),
        (message("edit", target="w0", details={"text": ""}), ""),
        (message("edit", target="w0"), None),
        (message("edit"), ""),
        (
            message("location", details={"name": "Casa", "address": "Calle 9", "latitude": 4.6}),
            "Casa, Calle 9",
        ),
        (message("location", details={"latitude": 4.6, "longitude": -74.1}), ""),
    ],
)
def test_what_stands_for_a_message_in_the_thread(given, content):
    assert kinds.content_of(given) == content


@pytest.mark.parametrize(
    "silent",
    [
        message("reaction", target="w0"),
        message("edit", target="w0"),
        message("revoke", target="w0"),
        message("system", text="cambió de número"),
        message("request_welcome"),
        message("call"),
        message("text", text="ya voy", author="agent"),
        message("text", text="hola a todos", details={"group_id": "g1"}),
    ],
    ids=lambda each: each.kind,
)
def test_the_bot_answers_only_what_the_customer_says_to_the_store_alone(silent):
    assert not kinds.is_addressed(silent)
    assert kinds.is_addressed(message("text", text="hola"))
    assert kinds.is_addressed(message("unsupported", details={"type": "poll"}))
    assert kinds.is_addressed(message("a_kind_of_next_year"))


def test_a_change_without_a_target_is_a_message_of_its_own():
    assert kinds.target_of(message("reaction", target="w0")) == "w0"
    assert kinds.target_of(message("reaction")) is None
    assert kinds.target_of(message("text", target="w0")) is None


def test_late_is_what_was_on_its_way_for_more_than_a_day():
    now = datetime.now(UTC)

    assert kinds.is_late(now - timedelta(hours=25), now)
    assert not kinds.is_late(now - timedelta(hours=23), now)
    assert not kinds.is_late(None, now)
    assert not kinds.is_late(now + timedelta(hours=1), now)


def test_the_line_says_what_cannot_be_used_and_the_word_it_names_brings_a_person():
    line = courtesy.line(["audio", "audio"], "es", None)

    assert line.startswith("Recibí tu audio, pero todavía no puedo escucharlo.")
    assert line.endswith("escribe «asesor».")
    assert asks_for_person("asesor", DEFAULT_KEYWORDS)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "kind",
    [
        *("audio", "image", "video", "document", "sticker", "contacts", "location"),
        *("unsupported", "interactive", "a_kind_of_next_year"),
    ],
)
def test_there_is_a_line_for_every_kind_in_every_language(kind, language):
    assert 40 < len(courtesy.line([kind], language, ())) < 200


def test_several_kinds_get_one_line_and_a_store_without_the_word_does_not_name_one():
    assert courtesy.line(["audio", "image"], "en", []) == (
        "I got what you sent, but I cannot see it yet. Could you write it to me, please?"
    )
    assert "“agent”" in courtesy.line(["audio"], "en", ["agent", "person"])


@pytest.mark.parametrize(
    ("given", "lately", "in_session", "may"),
    [
        (["audio"], False, False, True),
        (["audio"], False, True, True),
        (["audio"], True, True, False),
        (["unsupported"], False, False, True),
        (["unsupported"], False, True, False),
        (["unsupported", "audio"], False, True, True),
        ([], False, False, False),
    ],
)
def test_the_line_is_not_said_often(given, lately, in_session, may):
    assert courtesy.may_ask(given, lately=lately, in_session=in_session) is may
