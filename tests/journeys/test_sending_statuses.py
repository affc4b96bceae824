"""Statuses in every order: the last word is the greatest by rule, and the console sees no step back."""

import itertools

from tests.waiting import eventually

from .shops import Shop
from .socket_client import SocketClient

WORDS = ("sent", "delivered", "read", "failed")
# A failure is the last word on what never arrived, and nothing on what did.
RANKS = ("sending", "unknown", "sent", "failed", "delivered", "read")
FAILED = {"code": 131021, "details": "As the test wants it."}
ORDERS = [*itertools.permutations(WORDS), *itertools.permutations(("sent", "failed"))]


def session_of(shop, phone):
    return shop.stack.session_of(phone, shop.id)


def test_statuses_in_every_order_end_at_their_maximum_and_never_step_back(stack):
    shop = Shop(stack, rate=500, concurrency=16)
    shop.fault(outcome="statuses", statuses={"none": True}, times=0)
    orders = {f"57300555{number:04d}": order for number, order in enumerate(ORDERS)}
    stack.deliver(shop.id, {"messages": [{"from": each, "text": "gracias"} for each in orders]})
    eventually(lambda: all(shop.statuses(each) == ["sent"] for each in orders), 25, "the answers")
    sessions = {session_of(shop, phone): phone for phone in orders}
    client = SocketClient(stack.agent("admin"), shop.id, rooms=list(sessions))

    for phone, order in orders.items():
        (call,) = shop.accepted(phone)
        shop.tell(call, order=list(order), delay_ms=20, failed=FAILED)

    expected = {phone: max(order, key=RANKS.index) for phone, order in orders.items()}
    eventually(lambda: known(shop) == sum(map(len, ORDERS)), 25, "every status")
    assert {phone: shop.statuses(phone)[0] for phone in orders} == expected
    eventually(lambda: last_words(client, sessions) == expected, what="the console's last words")
    for phone, words in told(client, sessions).items():
        ranks = [RANKS.index(word) for word in words]
        assert ranks == sorted(set(ranks)), (orders[phone], words)
    client.close()


def known(shop):
    """Count the statuses that were applied, or were found to say nothing new."""
    (row,) = shop.stack.sql(
        "SELECT count(*) AS many FROM inbox WHERE store_id = :store AND kind = 'status'"
        " AND state <> 'pending'",
        store=shop.id,
    )
    return row["many"]


def told(client, sessions):
    """List by phone what a page was told of its message, in order."""
    words = {phone: [] for phone in sessions.values()}
    for frame in list(client.frames):
        if frame["type"] == "message_status":
            words[sessions[frame["session_id"]]].append(frame["data"]["status"])
    return words


def last_words(client, sessions):
    """Say how each message stands on a page: as it was loaded, unless it was told more."""
    return {phone: (words or ["sent"])[-1] for phone, words in told(client, sessions).items()}
