"""The books of many conversations at once: what was written beside what became of it.

Reads the inbox, the turns and the outbox in SQL, the Graph requests at the simulator and the
questions at the assistant, and lists every contradiction. Messages that were given up or may
have gone are no contradiction; they are listed apart, each with its reason.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .crowd import Crowd
from .echo_assistant import Asked, numbers_in

_INBOX = """
    SELECT inbox.store_id, phone, event_id, seq, inbox.state, inbox.outcome, inbox.turn_id
    FROM inbox JOIN contacts ON contacts.store_id = inbox.store_id AND contact_id = conversation_id
    WHERE inbox.store_id = ANY(:stores) ORDER BY inbox.store_id, phone, seq
"""
_PARTS = """
    SELECT outbox_id, turn_id, state, flagged, fence, sending_at, settled_at
    FROM outbox WHERE store_id = ANY(:stores)
"""
_TURNS = """
    SELECT store_id, turn_id, conversation_id, started_at, finished_at
    FROM turns WHERE store_id = ANY(:stores) AND outcome <> 'shown'  -- to show answers nothing
    ORDER BY store_id, conversation_id, started_at
"""


@dataclass
class Verdict:
    """What the books say; the first five lists must be empty."""

    missing: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    overlapping: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)  # sent, but unknown to the books
    answered: int = 0
    turns: int = 0
    flagged: list[str] = field(default_factory=list)
    dead: Counter[str] = field(default_factory=Counter)
    handed_over: int = 0  # after a dead letter a person has the conversation

    @property
    def faults(self) -> list[str]:
        lists = (self.missing, self.out_of_order, self.overlapping, self.doubled, self.unwritten)
        return [fault for each in lists for fault in each]

    def __str__(self) -> str:
        return (
            f"{self.answered} answered in {self.turns} turns, {len(self.flagged)} flagged unknown,"
            f" dead {dict(self.dead)}, {self.handed_over} with a person;"
            f" {len(self.missing)} missing, {len(self.out_of_order)} out of order,"
            f" {len(self.overlapping)} overlapping, {len(self.doubled)} sent twice,"
            f" {len(self.unwritten)} unwritten"
        )


@dataclass
class _Books:
    inbox: dict[tuple[str, str], list[dict[str, Any]]]
    parts: dict[str, dict[str, Any]]  # by outbox id
    accepted: dict[tuple[str, str], list[dict[str, Any]]]  # Graph requests, by store and phone


def judge(
    crowd: Crowd, written: dict[tuple[str, str], Sequence[str]], asked: Sequence[Asked]
) -> Verdict:
    """Compare the books for these customers. `written`: their wamids by store and phone."""
    stores = sorted({store for store, _ in written})
    books = _open(crowd, stores)
    verdict = Verdict()
    for customer, wamids in written.items():
        _judge_inbox(verdict, customer, wamids, books.inbox.get(customer, []))
        _judge_answers(verdict, customer, books)
    rows = (row for customer in written for row in books.inbox.get(customer, []))
    verdict.turns = len({row["turn_id"] for row in rows})
    _judge_turns(verdict, crowd.sql(_TURNS, stores=stores))
    _judge_questions(verdict, asked)
    return verdict


def _open(crowd: Crowd, stores: list[str]) -> _Books:
    inbox, accepted = defaultdict(list), defaultdict(list)
    for row in crowd.sql(_INBOX, stores=stores):
        inbox[row["store_id"], row["phone"]].append(row)
    for store in stores:
        for call in crowd.calls(store):
            if call["accepted"]:
                accepted[store, call["request"]["to"].lstrip("+")].append(call)
    parts = {str(row["outbox_id"]): row for row in crowd.sql(_PARTS, stores=stores)}
    return _Books(inbox, parts, accepted)


def _judge_inbox(
    verdict: Verdict, customer: tuple[str, str], wamids: Sequence[str], rows: list[dict[str, Any]]
) -> None:
    """All that was written is there once, in the order in which it was written."""
    held = [row["event_id"] for row in rows]
    verdict.missing += [f"{customer}: {wamid} not stored" for wamid in set(wamids) - set(held)]
    if held != [wamid for wamid in wamids if wamid in set(held)]:
        verdict.out_of_order.append(f"{customer}: the inbox has another order")
    if [row["seq"] for row in rows] != list(range(1, len(rows) + 1)):
        verdict.out_of_order.append(f"{customer}: the sequence has gaps")


def _judge_answers(verdict: Verdict, customer: tuple[str, str], books: _Books) -> None:
    """Lay each answer beside the messages of its turn."""
    rows = books.inbox.get(customer, [])
    by_turn = defaultdict(list)
    for row in rows:
        by_turn[str(row["turn_id"])].append(row)
    answered: set[str] = set()
    last_seq = last_fence = 0
    seen: Counter[str] = Counter()
    for call in books.accepted.get(customer, []):
        outbox_id = call["request"]["biz_opaque_callback_data"].split(":")[1]
        seen[outbox_id] += 1
        part = books.parts.get(outbox_id)
        if part is None:
            verdict.unwritten.append(f"{customer}: {outbox_id}")
            continue
        turn = str(part["turn_id"])
        its_numbers = [number_of(row["event_id"]) for row in by_turn[turn]]
        said = numbers_in(call["request"]["text"]["body"])
        if its_numbers and said[-len(its_numbers) :] == its_numbers:
            answered.add(turn)
        first, last = _ends(by_turn[turn])
        if seen[outbox_id] == 1 and (first <= last_seq or part["fence"] < last_fence):
            verdict.out_of_order.append(f"{customer}: answer to {first}..{last} after {last_seq}")
        last_seq, last_fence = max(last_seq, last), max(last_fence, part["fence"])
    verdict.doubled += [f"{customer}: {each}" for each, count in seen.items() if count > 1]
    flagged = {str(part["turn_id"]) for part in books.parts.values() if part["flagged"]}
    _judge_ends(verdict, customer, rows, answered, flagged)


def _judge_ends(
    verdict: Verdict,
    customer: tuple[str, str],
    rows: list[dict[str, Any]],
    answered: set[str],
    flagged: set[str],
) -> None:
    """Every message has an end that somebody can see."""
    has_died = False
    for row in rows:
        turn, named = str(row["turn_id"]), f"{customer}: {row['event_id']}"
        if row["state"] == "dead":
            verdict.dead[row["outcome"]] += 1
            has_died = True
        elif turn in flagged:
            verdict.flagged.append(named)
        elif row["state"] == "done" and turn in answered:
            verdict.answered += 1
        elif has_died and row["outcome"] == "bot_off":
            verdict.handed_over += 1
        else:
            verdict.missing.append(f"{named} is {row['state']} {row['outcome']}")


def _judge_turns(verdict: Verdict, turns: list[dict[str, Any]]) -> None:
    """One turn of a conversation begins when the one before it has ended."""
    for earlier, later in pairwise(turns):
        if earlier["conversation_id"] != later["conversation_id"]:
            continue
        if earlier["finished_at"] is None or earlier["finished_at"] > later["started_at"]:
            verdict.overlapping.append(f"turns {earlier['turn_id']} and {later['turn_id']}")


def _judge_questions(verdict: Verdict, asked: Sequence[Asked]) -> None:
    """No two questions of one customer were open at the assistant at once."""
    by_customer = defaultdict(list)
    for each in asked:
        by_customer[each.who].append(each)
    for who, questions in by_customer.items():
        ordered = sorted(questions, key=lambda each: each.started)
        for earlier, later in pairwise(ordered):
            if earlier.ended > later.started:
                verdict.overlapping.append(f"questions of {who} about {later.numbers}")


def number_of(wamid: str) -> int:
    """Read the number of a message from the wamid that these tests gave it."""
    return int(wamid.rsplit(".", 1)[-1])


def _ends(rows: list[dict[str, Any]]) -> tuple[int, int]:
    seqs = [row["seq"] for row in rows]
    return (min(seqs), max(seqs)) if seqs else (0, 0)
