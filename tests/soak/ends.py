"""What became of everything that two stores were sent: each message shown, or with a reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.journeys.crowd import Crowd
from tests.waiting import eventually

# Why a message that was answered for good has no row of its own in the thread.
_ENDS = """
    SELECT inbox.state, inbox.outcome, messages.message_id IS NOT NULL AS is_shown,
           count(*) AS many
    FROM inbox LEFT JOIN messages ON messages.store_id = inbox.store_id
        AND messages.message_id = inbox.inbox_id
    WHERE inbox.store_id = ANY(:stores) AND inbox.kind = 'message'
    GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""
# A number or an id that a mutation made up, which the Graph API does not take.
_NO_SUCH_CUSTOMER = ("dead", "131009")
_OPEN_TURNS = "SELECT count(*) AS many FROM turns WHERE store_id = ANY(:stores) AND state = 'open'"
_GAPS = """
    SELECT conversation_id FROM conversation_heads
    LEFT JOIN inbox USING (store_id, conversation_id) WHERE store_id = ANY(:stores)
    GROUP BY conversation_id, last_seq
    HAVING last_seq <> coalesce(max(seq), 0) OR count(seq) <> last_seq
"""


@dataclass(frozen=True)
class Ends:
    """How the messages ended: state, outcome and whether they stand in the thread."""

    counts: Counter[tuple[str, str, bool]]
    open_turns: int
    gaps: int

    @property
    def faults(self) -> list[str]:
        found = [
            f"{many} messages are {state} ({outcome})"
            for (state, outcome, _), many in self.counts.items()
            if state not in ("done", "discarded") and (state, outcome) != _NO_SUCH_CUSTOMER
        ]
        found += [
            f"{many} messages are done and nowhere to be seen"
            for (state, outcome, is_shown), many in self.counts.items()
            if state == "done" and not is_shown and not outcome
        ]
        if self.open_turns:
            found.append(f"{self.open_turns} turns are stuck")
        return [*found, f"{self.gaps} conversations count with gaps"] if self.gaps else found

    def __str__(self) -> str:
        return "; ".join(
            f"{many} {state} {outcome or '-'}{'' if is_shown else ', not in the thread'}"
            for (state, outcome, is_shown), many in self.counts.items()
        )


def ends_of(crowd: Crowd, stores: Sequence[str], seconds: float) -> Ends:
    """Wait until the workers are through; stores that a notice paused are resumed."""

    def is_through() -> bool:
        for row in crowd.sql(
            "SELECT store_id FROM stores WHERE status <> 'active' AND store_id = ANY(:stores)",
            stores=list(stores),
        ):
            crowd.change_store(row["store_id"], status="active")
        return crowd.pending(stores) == 0

    eventually(is_through, seconds, f"everything of {', '.join(stores)} being handled")
    its = {"stores": list(stores)}
    counts = Counter(
        {
            (row["state"], row["outcome"], row["is_shown"]): row["many"]
            for row in crowd.sql(_ENDS, **its)
        }
    )
    return Ends(counts, crowd.sql(_OPEN_TURNS, **its)[0]["many"], len(crowd.sql(_GAPS, **its)))


def wamids_of(crowd: Crowd, store: str) -> set[str]:
    rows = crowd.sql("SELECT event_id FROM inbox WHERE store_id = :store", store=store)
    return {row["event_id"] for row in rows}
