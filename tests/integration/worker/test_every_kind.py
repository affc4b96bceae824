"""What becomes of a turn for every kind of message, through the real worker."""

import time
from uuid import uuid4

import pytest

from common import inbox
from common.inbound import InboundMessage
from common.inbox import NewItem
from common.queues import Doorbells, redis_client
from tests.waiting import eventually

PHONE = "573001234501"
ASKED = ("done", "asked_for_text")
NOTHING = ("done", "nothing_to_answer")


@pytest.fixture
def bring(system, stores):
    """Put messages into the inbox as the door does, one delivery; ring once."""
    seal = stores.seal_of(stores.get("store-1"))
    doorbells = Doorbells(redis_client(system.settings.redis_url))

    def arrive(*messages):
        items = [
            NewItem(
                *("store-1", "message", each.wamid, seal.seal(each.to_bytes())),
                sent_at=each.sent_at or int(time.time()),
                phone=each.phone or PHONE,
            )
            for each in messages
        ]
        accepted = inbox.accept(system.database, items)
        doorbells.ring("store-1", [accepted[0].conversation_id])

    return arrive


def message(kind, wamid=None, **values):
    return InboundMessage(wamid or f"wamid.{uuid4()}", kind, **values)


def ended(system, count):
    def look():
        outcomes = system.outcomes()
        is_ended = len(outcomes) == count and all(state != "pending" for state, _ in outcomes)
        return outcomes if is_ended else None

    return eventually(look, what=f"{count} ends")


def asked(system):
    """The texts of the customer that the assistant was given, turn by turn."""
    return [
        [each["content"] for each in body["messages"] if each["role"] == "user"]
        for body in system.chat.asked
    ]


def test_who_sends_what_the_bot_cannot_use_is_asked_to_write_it(system, bring):
    kinds = (
        *("audio", "image", "video", "document", "sticker", "contacts", "location"),
        *("unsupported", "interactive", "a_kind_of_next_year"),
    )
    for number, kind in enumerate(kinds):
        bring(message(kind, details={"voice": True}, phone=f"5730012345{number:02}"))

    assert ended(system, len(kinds)) == [ASKED] * len(kinds)
    assert len(set(system.texts())) == 8  # three of them are things without a name
    assert all("escribe «asesor»" in line for line in system.texts())
    assert system.chat.asked == []


def test_a_caption_is_read_and_so_are_a_choice_an_order_and_a_place(system, bring):
    bring(
        message("image", text="¿lo tienen?"),
        message("audio"),
        message("interactive", text="Café 500 g"),
        message("order", text="2 x café"),
        message("location", details={"name": "Casa"}),
    )

    assert ended(system, 5) == [("done", "answered")] * 5
    assert asked(system) == [["¿lo tienen?", "Café 500 g", "2 x café", "Casa"]]


def test_the_line_is_said_once_in_ten_minutes_and_once_a_session_to_what_may_be_a_bot(
    system, bring
):
    bring(message("unsupported"))
    ended(system, 1)
    bring(message("audio"))
    assert ended(system, 2)[1] == NOTHING
    with system.database.store("store-1") as connection:
        connection.exec_driver_sql(
            "UPDATE inbox SET finished_at = finished_at - interval '11 minutes'"
        )
        connection.exec_driver_sql("UPDATE sessions SET opened_at = opened_at - interval '1 hour'")
    bring(message("unsupported"))
    assert ended(system, 3)[2] == NOTHING
    bring(message("audio"))

    assert ended(system, 4)[3] == ASKED
    assert len(system.texts()) == 2


def test_what_is_no_message_gets_no_answer(system, bring):
    bring(message("text", "w1", text="hola"))
    ended(system, 1)
    bring(
        message("reaction", target="w1", details={"emoji": "👍"}),
        message("system", text="cambió de número"),
        message("request_welcome"),
        message("call", details={"event": "connect"}),
        message("edit", target="w1", text="hola, buenas"),
        message("revoke", target="nobody knows"),
        message("text", text="a todos", details={"group_id": "g1"}),
    )

    assert ended(system, 8)[1:] == [NOTHING] * 7
    assert len(system.texts()) == 1
    rows = system.rows("SELECT kind, role, content, reactions FROM messages ORDER BY position")
    assert rows[0]["reactions"] == {"user": "👍"}
    assert [(row["kind"], row["role"]) for row in rows] == [
        ("text", "user"),
        ("text", "assistant"),
        ("system", "system"),
        ("request_welcome", "system"),
        ("call", "user"),
        ("text", "user"),
    ]
    assert rows[0]["content"] == "hola, buenas"


def test_an_edit_within_the_burst_is_what_the_bot_reads(system, bring):
    bring(
        message("text", "w1", text="quiero uno"),
        message("text", "w2", text="no, nada"),
        message("edit", target="w1", text="quiero dos"),
        message("revoke", target="w2"),
    )

    assert ended(system, 4) == [("done", "answered")] * 4
    assert asked(system) == [["quiero dos"]]


def test_what_was_deleted_in_the_burst_is_answered_by_nobody(system, bring):
    bring(message("audio", "w1"), message("revoke", target="w1"))

    assert ended(system, 2) == [NOTHING] * 2
    assert system.texts() == []


def test_a_late_message_is_shown_and_does_not_stop_its_younger_sibling(system, bring):
    days_ago = int(time.time()) - 3 * 86_400
    bring(message("text", text="hace días", sent_at=days_ago))
    assert ended(system, 1) == [("done", "too_old")]
    bring(message("text", text="hoy"), message("audio", sent_at=days_ago))

    assert ended(system, 3)[1:] == [("done", "answered")] * 2
    assert asked(system)[-1][-1] == "hoy"
    assert len(system.texts()) == 1
    assert [role for role, *_ in system.thread()] == ["user", "user", "user", "assistant"]


def test_details_and_the_quoted_message_are_kept_for_the_agent(system, bring, stores):
    bring(message("contacts", details={"contacts": [{"name": "Inés"}]}, reply_to="w0"))
    ended(system, 1)

    (row,) = system.rows("SELECT details_sealed, reply_to FROM messages WHERE role = 'user'")
    seal = stores.seal_of(stores.get("store-1"))
    assert seal.open(bytes(row["details_sealed"])) == b'{"contacts": [{"name": "In\\u00e9s"}]}'
    assert row["reply_to"] == "w0"


def test_a_person_who_answers_from_the_phone_silences_the_bot(system, bring):
    bring(message("text", text="hola"), message("text", text="¡Hola! Soy Ana", author="agent"))

    assert ended(system, 2) == [("done", "bot_off")] * 2
    bring(message("audio"))
    ended(system, 3)
    assert (system.texts(), system.chat.asked) == ([], [])
    (row,) = system.rows("SELECT owner, handover_trigger, unread FROM conversations")
    assert (row["owner"], row["handover_trigger"], row["unread"]) == ("queue", "PHONE_APP", 1)
