"""B5. A backlog drained with every promise kept, against BullMQ that keeps none of them.

The five messages of a conversation arrive at ours as one burst, which is one turn and one
answer; the peer answers each. The second variant has nothing to gather: each message is a turn.
"""

from benchmarks.ground import Drained, Ground
from benchmarks.rows.row import Figures, Ratio, Row

_CONVERSATIONS, _MESSAGES = 1_000, 5
_OURS = "ours, bursts of 5: messages/s"
_OURS_TURNS = "ours, bursts of 5: turns/s"
_OURS_SINGLE = "ours, one message each: messages/s"
_MANY = "peer, concurrency 50: messages/s"
_ONE = "peer, concurrency 1: messages/s"


def _measure(ground: Ground) -> Figures:
    conversations = ground.scaled(_CONVERSATIONS)
    total = conversations * _MESSAGES
    (store_id,) = ground.keep_stores(1)
    burst = ground.drain((store_id,), conversations, _MESSAGES)
    figures = {
        _OURS: total / burst.seconds,
        _OURS_TURNS: conversations / burst.seconds,
    }
    if ground.peer is not None:
        many = ground.drain_peer(conversations, _MESSAGES, 50)
        figures |= {_MANY: total / many.seconds, **_cpu("peer", many)}
    single = ground.drain((store_id,), total, 1)
    figures |= {_OURS_SINGLE: total / single.seconds, **_cpu("ours", single)}
    if ground.peer is not None:
        figures[_ONE] = total / ground.drain_peer(conversations, _MESSAGES, 1).seconds
    return figures


def _cpu(side: str, drained: Drained) -> Figures:
    return {f"{side}: CPU ms per message, {role}": ms for role, ms in drained.cpu_ms.items()}


DRAIN = Row(
    name="B5",
    title="drain of 5,000 messages, 2 worker processes",
    measure=_measure,
    ratios=(
        Ratio(_OURS, _MANY, "≥ 1.0"),
        Ratio(_OURS, _ONE, "≥ 2.5"),
        Ratio(_OURS_SINGLE, _MANY, "≥ 1.0"),
        Ratio(_OURS_SINGLE, _ONE, "≥ 2.5"),
    ),
)
