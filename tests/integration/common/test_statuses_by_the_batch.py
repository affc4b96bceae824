"""What a batch must not change: it ends as if its statuses had come one by one."""

import random
import secrets
from dataclasses import dataclass
from itertools import chain, pairwise, permutations, zip_longest
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from common import callbacks, statuses
from common.callbacks import Callback
from common.inbound import StatusUpdate
from common.inbox import NewItem, accept
from common.send_errors import rule_for
from worker.actors import StatusDesk

MESSAGES, STATUSES = 500, 2_000
RANKS = {"sending": 1, "unknown": 2, "sent": 3, "retrying": 3, "failed": 3}
RANKS |= {"delivered": 4, "read": 5, "played": 6}
CODES = ("131047", "131000", "190")  # given up, again, pause
WORDS = ("sent", "delivered", "read", "played", "failed", "failed", "deleted")
# How a part and its message stand before anything is said, in the second attempt.
BEFORE = (
    ("accepted", "sent"),
    ("accepted", "sent"),
    ("sending", "sending"),
    ("unknown", "unknown"),
    ("retry", "sending"),
    ("retry", "retrying"),
    ("failed", "failed"),
    ("cancelled", "failed"),
    ("cancelled", "unknown"),
)
_PARTS = """
    INSERT INTO outbox (
        store_id, outbox_id, turn_id, part, conversation_id, session_id, role, kind, epoch,
        body_sealed, state, attempt, sending_at, wamid)
    SELECT store_id, each.id, :turn, 100 + each.place, conversation_id, session_id, 'assistant',
           'text', 1, 'x', each.state, 2, now(), each.wamid
    FROM conversations, unnest(
        CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:wamids AS text[]))
        WITH ORDINALITY AS each (id, state, wamid, place)
"""
_MESSAGES = """
    SELECT remember_message(:store, conversation_id, each.id, 'assistant', 'text', 'hola', NULL,
                            '[]', NULL, each.status)
    FROM conversations, unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[])) AS each (id, status)
"""
_AFTER = """
    SELECT outbox_id::text, state, status, outbox.wamid, duplicate_wamid, error, refusals,
           failed_wamids
    FROM outbox JOIN messages ON message_id = outbox_id
"""


@dataclass
class Send:
    """The oracle: one send as the rules leave it, told one status at a time."""

    state: str
    status: str
    wamid: str | None
    duplicate: str | None = None
    error: str = ""
    refusals: int = 0
    failed: tuple[str, ...] = ()

    def hear(self, said, attempt):
        if said.status == "failed":
            self.fail(said, attempt)
        elif said.status in WORDS[:4] and not (said.status == "sent" and said.wamid in self.failed):
            self.arrive(said)

    def fail(self, said, attempt):
        is_carried = self.state != "accepted" or self.wamid == said.wamid
        self.failed = tuple(dict.fromkeys((*self.failed, said.wamid)))
        if attempt < 2 or self.state not in ("sending", "unknown", "accepted") or not is_carried:
            return
        if self.status in ("delivered", "read", "played"):
            return
        self.wamid, self.refusals = said.wamid, self.refusals + 1
        rule = rule_for(said.error_code)
        goes_again = rule.pauses or self.refusals < rule.attempts
        self.state, status = ("retry", "retrying") if goes_again else ("failed", "failed")
        if self.status in ("sending", "unknown", "sent"):
            self.status, self.error = status, said.error_title

    def arrive(self, said):
        if self.state in ("sending", "unknown", "retry", "cancelled") or (
            self.state == "failed" and said.status != "sent"
        ):
            if self.status in ("retrying", "failed"):
                self.status, self.error = said.status, ""
            self.state, self.wamid = "accepted", said.wamid
        elif self.wamid not in (None, said.wamid):
            self.duplicate = said.wamid
        if self.status in RANKS and RANKS[self.status] < RANKS[said.status]:
            self.status, self.error = said.status, ""


@pytest.fixture
def turn(desk):
    """A turn whose first part of four is on its way."""
    conversation_id = desk.write("a")
    desk.open(conversation_id)
    turn = desk.turn(desk.lease(conversation_id))
    desk.start(turn, "text", "image", "image", "image")
    return turn


def apply(desk):
    return statuses.apply_batch(desk.database, desk.store_id, desk.seal)


def apply_all(desk):
    while apply(desk).count:
        pass


def said_of(desk, outbox_id, status, attempt=1, wamid=None, **values):
    callback = callbacks.write(desk.seal, Callback(outbox_id, attempt))
    return StatusUpdate(wamid or f"wamid.{outbox_id}", status, callback_data=callback, **values)


def write_sends(desk, turn, all_before, new_id=uuid4):
    """Write a send for each state of a part and its message."""
    sends = {}
    for state, status in all_before:
        outbox_id = str(new_id())
        wamid = f"wamid.{outbox_id}" if state == "accepted" else None
        sends[outbox_id] = Send(state, status, wamid)
    ids, all_sends = list(sends), sends.values()
    states, wamids = [each.state for each in all_sends], [each.wamid for each in all_sends]
    desk.change(_PARTS, turn=turn.turn_id, ids=ids, states=states, wamids=wamids)
    shown = [each.status for each in all_sends]
    desk.change(_MESSAGES, store=desk.store_id, ids=ids, statuses=shown)
    return sends


def sends_of(desk, turn, chance):
    """Write many sends, each standing somewhere."""
    before = [chance.choice(BEFORE) for _ in range(MESSAGES)]
    return write_sends(desk, turn, before, lambda: UUID(int=chance.getrandbits(128)))


def updates_of(desk, sends, chance):
    """Make up statuses of these sends: of a former attempt, under a second wamid, by wamid only."""
    told = {}
    while len(told) < STATUSES:
        outbox_id, attempt = chance.choice(list(sends)), chance.choice((1, 2, 2, 2))
        wamid = f"wamid.{outbox_id}"
        said = {"status": chance.choice(WORDS), "error_title": f"why {len(told)}"}
        if said["status"] == "failed":
            said["error_code"] = chance.choice(CODES)
        if sends[outbox_id].state == "accepted" and outbox_id < "8":  # these have one wamid
            update, attempt = StatusUpdate(wamid, **said), 2
        else:
            second = wamid + ".second" * (chance.random() < 0.05)
            update = said_of(desk, outbox_id, attempt=attempt, wamid=second, **said)
        told.setdefault(update.event_id, (update, outbox_id, attempt))
    return list(told.values())


def test_thousands_of_statuses_in_any_order_and_any_batches_end_as_if_one_by_one(desk, turn):
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    sends = sends_of(desk, turn, chance)
    waiting = updates_of(desk, sends, chance)
    while waiting:
        some = chance.randrange(1, 900)
        now, waiting = waiting[:some], waiting[some:]
        desk.tell(*(update for update, _, _ in now))
        for update, outbox_id, attempt in now:
            sends[outbox_id].hear(update, attempt)
        apply_all(desk)

    found = {
        outbox_id: Send(*stands, tuple(failed))
        for outbox_id, *stands, failed in desk.rows(_AFTER)
        if outbox_id in sends
    }
    assert found == sends
    for steps in steps_of(desk).values():
        ranks = [RANKS[step] for step in steps]
        assert ranks == sorted(ranks)
        assert ("failed", "sent") not in pairwise(steps)


def steps_of(desk):
    """What the console was told of each message, in order."""
    told = {}
    for refs in desk.events("message_status"):
        told.setdefault(refs["message_id"], []).append(refs["status"])
    return told


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "together"])
def test_in_every_order_statuses_end_at_their_maximum_and_the_console_sees_no_step_back(
    desk, turn, at_once
):
    """Every order of every set of statuses of one send, of whatever stood before."""
    sets = [each for many in (2, 3, 4) for each in permutations(WORDS[:3] + WORDS[4:5], many)]
    orders = [
        (order, code, before)
        for order in sets
        for code in CODES[:2]
        for before in (("accepted", "sent"), ("sending", "sending"), ("unknown", "unknown"))
        if "failed" in order or code == CODES[0]
    ]
    sends = write_sends(desk, turn, [before for *_, before in orders])
    told = [
        [said_of(desk, outbox_id, word, attempt=2, error_code=code) for word in order]
        for outbox_id, (order, code, _) in zip(sends, orders, strict=True)
    ]
    for batch in [list(chain(*told))] if at_once else map(compact, zip_longest(*told)):
        desk.tell(*batch)
        apply_all(desk)

    stands = {row[0]: (row[1], row[2]) for row in desk.rows(_AFTER)}
    for outbox_id, (order, code, _) in zip(sends, orders, strict=True):
        assert stands[outbox_id] == maximum_of(order, code), (order, code)
    for steps in steps_of(desk).values():
        assert all(is_forward(*pair) for pair in pairwise(steps)), steps


def compact(batch):
    return [each for each in batch if each is not None]


def maximum_of(words, code):
    """The rule, without any order: what was seen to arrive, else the failure, else sent."""
    best = max(words, key=lambda word: (RANKS[word], word == "failed"))
    if best != "failed":
        return "accepted", best
    return ("retry", "retrying") if code == "131000" else ("failed", "failed")


def is_forward(former, latter):
    return RANKS[former] < RANKS[latter] or (former == "sent" and latter in ("failed", "retrying"))


def test_of_one_batch_the_console_is_told_how_each_message_stands_in_the_end(desk, turn):
    (part, *_) = desk.parts(turn)
    words = ("delivered", "sent", "read", "failed")
    desk.tell(*(said_of(desk, part.outbox_id, word) for word in words))
    apply(desk)

    assert [refs["status"] for refs in desk.events("message_status")] == ["read"]


def test_a_batch_costs_two_statements_however_many_statuses_it_holds(desk, turn, monkeypatch):
    (part, *_) = desk.parts(turn)
    words = [f"unknown {number}" for number in range(150)]
    desk.tell(*(said_of(desk, part.outbox_id, word) for word in ("sent", "read", *words)))
    called = []
    call = desk.database.call

    def counted(function, *arguments, **more):
        called.append(function)
        return call(function, *arguments, **more)

    monkeypatch.setattr(desk.database, "call", counted)

    assert apply(desk).finished == {"applied": 2, "unknown_status": 150}
    assert called == ["due_statuses", "apply_statuses"]


@pytest.mark.parametrize(
    "broken",
    [
        b"sealed by nobody",
        b"not json",
        b"[]",
        b'{"wamid": "a"}',
        b'{"wamid": 1, "status": "read"}',
        b'{"wamid": "a", "status": null}',
        b'{"wamid": "a", "status": "read", "callback_data": null}',
        b'{"wamid": "a", "status": "failed", "error_code": 131000}',
    ],
)
def test_a_status_that_nobody_can_read_is_set_aside_and_holds_nobody(desk, turn, broken):
    (part, *_) = desk.parts(turn)
    sealed = broken if broken.startswith(b"sealed") else desk.seal.seal(broken)
    accept(desk.database, [NewItem(desk.store_id, "status", "broken", sealed)])
    desk.tell(said_of(desk, part.outbox_id, "read"))

    assert apply(desk).finished == {"unreadable": 1, "applied": 1}
    assert desk.rows("SELECT state, outcome FROM inbox WHERE event_id = 'broken'") == [
        ("dead", "unreadable")
    ]


def test_text_that_postgresql_cannot_keep_does_not_hold_the_batch(desk, turn):
    (part, *_) = desk.parts(turn)
    failed = said_of(desk, part.outbox_id, "failed", error_code="1\x00", error_title="a\x00\ud83d")
    payload = desk.seal.seal(failed.to_bytes())
    accept(desk.database, [NewItem(desk.store_id, "status", "odd", payload)])

    assert apply(desk).finished == {"applied": 1}
    assert desk.rows("SELECT status, error FROM messages WHERE role = 'assistant'") == [
        ("failed", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}")
    ]


@pytest.mark.parametrize(
    ("code", "title", "words"),
    [
        ("131026", "Message undeliverable", "Message undeliverable"),
        ("131026", "", "WhatsApp refused it (131026)."),
        ("", "", ""),
    ],
)
def test_a_failure_reaches_the_agent_in_words(desk, turn, code, title, words):
    (part, *_) = desk.parts(turn)
    desk.tell(said_of(desk, part.outbox_id, "failed", error_code=code, error_title=title))
    apply(desk)

    assert desk.rows("SELECT error_code, error_reason FROM outbox WHERE state = 'failed'") == [
        (code, words)
    ]
    assert desk.value("SELECT error FROM messages WHERE status = 'failed'") == words


def test_what_became_of_statuses_is_counted_once_they_are_through(desk, turn, stores):
    (part, *_) = desk.parts(turn)
    read, odd = said_of(desk, part.outbox_id, "read"), said_of(desk, part.outbox_id, "odd")
    desk.tell(read, odd, StatusUpdate("wamid.foreign", "read"))
    before = {each: counted_as(each) for each in ("applied", "unknown_status", "parked")}

    assert not StatusDesk(desk.database, stores, None, None).apply(desk.store_id)

    grew = {each: counted_as(each) - count for each, count in before.items()}
    assert grew == {"applied": 1, "unknown_status": 1, "parked": 0}


def counted_as(outcome):
    labels = {"store": "store-1", "outcome": outcome}
    return REGISTRY.get_sample_value("mostrador_statuses_handled_total", labels) or 0


def test_what_is_parked_waits_twice_as_long_each_time(desk):
    desk.tell(StatusUpdate("wamid.foreign", "read"))
    wait = "SELECT extract(epoch FROM due_at - clock_timestamp()) FROM inbox WHERE kind = 'status'"
    waits = []
    for age in (0, 5, 10, 20, 40):
        desk.change(
            "UPDATE inbox SET due_at = clock_timestamp(),"
            " received_at = clock_timestamp() - make_interval(secs => :age)",
            age=age,
        )
        assert apply(desk).finished == {}
        waits.append(round(desk.value(wait)))

    assert waits == [5, 5, 10, 20, 40]
