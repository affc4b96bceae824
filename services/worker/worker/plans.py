"""Step 7, second half. A reply becomes parts, each with a row before anything goes.

The plan is written under the fence and the epoch it was computed under: an agent who took
over meanwhile makes it void (P5).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from common import conversations, failpoints, leases, outbox
from common.conversations import Conversation
from common.database import Database
from common.outbox import NewPart
from common.sealing import StoreSeal
from common.turns import Turn
from worker.catalog import ResolvedImage
from worker.reply import split_text


@dataclass(frozen=True)
class Body:
    """What a part carries, sealed in its row."""

    text: str = ""
    link: str = ""
    product_id: str = ""

    def sealed(self, seal: StoreSeal) -> bytes:
        return seal.seal(json.dumps(vars(self)).encode("ascii"))

    @classmethod
    def unsealed(cls, seal: StoreSeal, sealed: bytes) -> "Body":
        values: dict[str, Any] = json.loads(seal.open(sealed))
        return cls(**values)


@dataclass(frozen=True)
class Plan:
    """Text parts, then pictures, in the order they go."""

    bodies: tuple[Body, ...]
    role: str = "assistant"
    message_id: str = ""  # given for what an agent wrote: the id their screen knows

    @classmethod
    def of_reply(cls, text: str, images: Sequence[ResolvedImage]) -> "Plan":
        texts = tuple(Body(text=part) for part in split_text(text))
        pictures = tuple(Body(link=each.url, product_id=each.product_id) for each in images)
        return cls(texts + pictures)


# Changes the conversation in the plan's own transaction, such as a handover.
Change = Callable[[Connection, Conversation], Conversation]


def write_plan(
    database: Database,
    seal: StoreSeal,
    turn: Turn,
    plan: Plan,
    *,
    epoch: int | None,
    change: Change | None = None,
) -> bool:
    """Write the parts of a reply; False when somebody took the conversation over meanwhile.

    `epoch` is the ownership the reply was computed under; None for what a person wrote.
    """
    with database.store(turn.lease.store_id) as connection:
        leases.check(connection, turn.lease)
        conversation = conversations.lock(
            connection, turn.lease.store_id, turn.lease.conversation_id
        )
        if outbox.parts_of(connection, turn.lease.store_id, turn.turn_id):
            return True  # a former attempt wrote it
        if epoch is not None and conversation.epoch != epoch:
            return False
        if change is not None:
            conversation = change(connection, conversation)
        part_epoch = None if epoch is None else conversation.epoch
        parts = _parts(seal, plan, part_epoch)
        outbox.plan(connection, turn.turn_id, conversation, parts)
    failpoints.reach("worker.planned")
    return True


def _parts(seal: StoreSeal, plan: Plan, epoch: int | None) -> list[NewPart]:
    return [
        NewPart(
            outbox_id=plan.message_id or str(uuid4()),
            role=plan.role,
            kind="image" if body.link else "text",
            body_sealed=body.sealed(seal),
            epoch=epoch,
        )
        for body in plan.bodies
    ]
