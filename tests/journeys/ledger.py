"""The ledger: sent = received = handled = answered, per conversation in order.

Compares what the customer wrote, the inbox, the messages, the outbox and what WhatsApp
accepted. Every fault test ends with it.
"""

from collections import Counter
from collections.abc import Sequence

from .stack import Stack

_ENDS = {"done", "dead", "discarded"}


def check_ledger(stack: Stack, phone: str, wamids: Sequence[str], store: str = "store-1") -> None:
    """Compare the five books for one customer."""
    mail = stack.mail(phone, store)
    messages = [row for row in mail if row["kind"] == "message"]
    assert [row["event_id"] for row in messages] == list(wamids)
    assert [row["seq"] for row in mail] == list(range(1, len(mail) + 1))
    assert {row["state"] for row in mail} <= _ENDS
    _check_thread(stack, store, mail)
    _check_sends(stack, phone, store, mail)


def _check_thread(stack: Stack, store: str, mail: list[dict]) -> None:
    """Every message of the customer stands in the thread once, in the inbox's order."""
    conversation = mail[0]["conversation_id"]
    thread = stack.sql(
        "SELECT message_id, role, position FROM messages WHERE store_id = :store"
        " AND conversation_id = :conversation ORDER BY position",
        store=store,
        conversation=conversation,
    )
    theirs = [str(row["message_id"]) for row in thread if row["role"] == "user"]
    handled = [row for row in mail if row["kind"] == "message" and row["state"] != "discarded"]
    assert theirs == [str(row["inbox_id"]) for row in handled]
    assert [row["position"] for row in thread] == list(range(1, len(thread) + 1))


def _check_sends(stack: Stack, phone: str, store: str, mail: list[dict]) -> None:
    """No part went twice, what went is on record, and nothing hangs without an end."""
    parts = stack.sql(
        "SELECT outbox.* FROM outbox JOIN turns USING (store_id, turn_id)"
        " WHERE outbox.store_id = :store AND outbox.conversation_id = :conversation"
        " ORDER BY turns.started_at, outbox.part",
        store=store,
        conversation=mail[0]["conversation_id"],
    )
    accepted = [
        row["request"]["biz_opaque_callback_data"].split(":")[1] for row in stack.sent(phone, store)
    ]
    assert not [each for each, count in Counter(accepted).items() if count > 1]
    went = [str(row["outbox_id"]) for row in parts if str(row["outbox_id"]) in accepted]
    assert accepted == went, "parts went in another order than planned"
    for part in parts:
        is_open = part["state"] in ("ready", "sending", "retry")
        assert not is_open, f"part {part['part']} has no end: {part['state']}"
        assert part["state"] != "unknown" or part["flagged"]
        if part["state"] == "accepted":
            assert str(part["outbox_id"]) in accepted
