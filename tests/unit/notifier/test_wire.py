"""Shapes: times, actions, agents' rights."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from common.errors import InvalidRequestError
from notifier import actions
from notifier.agents import Agent
from notifier.wire import Opened, QuotedMessage, ShownMessage, instant

SESSION = "01a2057e-ba36-7d19-a825-6678e10209a3"
ACCOUNT = {
    "id": "a-1",
    "email": "ana@example.test",
    "name": "Ana",
    "administrator": False,
    "credentials_version": 1,
    "stores": [{"id": "store-1", "name": "Uno", "role": "agent"}],
}


def test_times_are_written_in_utc():
    bogota = timezone(timedelta(hours=-5))

    assert instant(datetime(2026, 3, 1, 7, tzinfo=bogota)) == "2026-03-01T12:00:00.000Z"
    assert instant(datetime(2026, 3, 1, 12, 0, 0, 123999, UTC)) == "2026-03-01T12:00:00.123Z"
    assert instant(None) is None


ROW = {
    "message_id": "m-1",
    "session_id": SESSION,
    "role": "user",
    "kind": "image",
    "created_at": datetime(2026, 3, 1, tzinfo=UTC),
    "images": ["/a.png"],
    "status": "received",
    "error": "",
    "reply_to": "wamid.1",
    "reactions": {"user": "👍"},
    "edited_at": None,
    "revoked_at": None,
}


def test_a_message_shows_what_was_opened_of_it_until_it_is_deleted():
    quoted = QuotedMessage.of(ROW | {"message_id": "m-0"}, "x" * 300)
    opened = Opened("hola", {"forwarded": "once"}, quoted)
    shown = ShownMessage.of(ROW, opened)
    deleted = ShownMessage.of(ROW | {"revoked_at": datetime(2026, 3, 2, tzinfo=UTC)}, opened)

    assert (shown.content, shown.details, shown.reply_to) == ("hola", {"forwarded": "once"}, "m-0")
    assert (len(quoted.content), shown.is_reply, shown.revoked) == (200, True, False)
    assert (deleted.content, deleted.details, deleted.images) == ("", {}, ())
    assert (deleted.reactions, deleted.media, deleted.revoked) == ({}, None, True)


def test_a_hello_is_read():
    hello = actions.read_hello(
        {"store_id": "store-1", "last_seq": 0, "rooms": [SESSION, "x", 3, SESSION]}
    )

    assert hello == actions.Hello("store-1", 0, frozenset({SESSION}))
    assert actions.read_hello({"store_id": "store-1"}).last_seq is None


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"store_id": 3},
        {"store_id": "store-1", "last_seq": 1.0},
        {"store_id": "store-1", "last_seq": False},
        {"store_id": "store-1", "rooms": {"a": 1}},
        {"store_id": "store-1", "rooms": ["x"] * 501},
    ],
)
def test_a_wrong_hello_is_refused(wrong):
    with pytest.raises(InvalidRequestError):
        actions.read_hello(wrong)


def test_an_answer_repeats_only_what_it_can():
    assert actions.named_by({"action": "x", "session_id": "s"}) == {
        "action": "x",
        "session_id": "s",
    }
    assert actions.named_by({"action": "x" * 101, "session_id": "\ud800"}) == {}


def test_an_account_is_read_and_written_alike():
    agent = Agent.of(ACCOUNT)

    assert agent.as_account() == ACCOUNT
    assert Agent.of(agent.as_account()) == agent


def test_rights_follow_the_role():
    agent = Agent.of(ACCOUNT)
    owner = Agent.of({**ACCOUNT, "stores": [{**ACCOUNT["stores"][0], "role": "owner"}]})
    administrator = Agent.of({**ACCOUNT, "administrator": True})

    assert (agent.role_in("store-1"), agent.role_in("store-2")) == ("agent", None)
    assert "change_settings" not in agent.may()["store-1"]
    assert "change_settings" in owner.may()["store-1"]
    assert agent.may().keys() == owner.may().keys() == {"store-1"}
    assert administrator.may().keys() == {"*"}
