"""Step 4 and 5 at the door: a delivery becomes rows; a group of them is committed, then rung.

If saving fails the caller answers 503 and Meta sends again. If ringing fails the answer is
200 all the same: the sweeper rings later.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from common import failpoints, metrics
from common.commands import silence_bots
from common.database import Database
from common.errors import ContendedError, DataRefusedError, ServiceError
from common.inbound import InboundMessage, StatusUpdate
from common.inbox import Accepted, NewItem, accept
from common.plain_text import storable
from common.queues import Doorbells, Ring
from ingress.account_notices import KeptNotice, keep_notices, kept_notice
from ingress.payloads import Change
from ingress.set_aside import (
    FOREIGN_NUMBER,
    SetAside,
    has_contact,
    is_all_own,
    is_told,
    keep,
    own_statuses,
    reason_against,
    refused_whole,
    set_aside,
)
from ingress.store_lookup import OpenStore

_LOG = structlog.get_logger()
# Of a change with these something is taken: all, what names its customer, or statuses of ours.
_TAKEN = ("", "no_sender", FOREIGN_NUMBER)
_WINDOW_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Prepared:
    """A delivery as rows: what is committed with others, and what is kept for a person."""

    store: OpenStore
    body: bytes
    items: tuple[NewItem, ...]
    set_aside: tuple[SetAside, ...]
    notices: tuple[KeptNotice, ...]

    @property
    def size(self) -> int:
        return len(self.body)


@dataclass(frozen=True)
class Intake:
    """Takes what stores were sent."""

    database: Database
    doorbells: Doorbells

    def prepare(self, store: OpenStore, body: bytes, changes: Sequence[Change]) -> Prepared:
        """Make rows of a delivery's elements, sealed, in their order. Does no I/O."""
        judged = [(each, reason_against(store.store, each)) for each in changes]
        taken = [
            own_statuses(store, change) if why == FOREIGN_NUMBER else change
            for change, why in judged
            if why in _TAKEN
        ]
        return Prepared(
            store=store,
            body=body,
            items=tuple(item for change in taken for item in _items(store, change)),
            set_aside=tuple(
                set_aside(store, change, why)
                for change, why in judged
                if why and not (why == FOREIGN_NUMBER and is_all_own(store, change))
            ),
            notices=tuple(
                kept_notice(store, change, change.notice)
                for change, why in judged
                if change.notice is not None and is_told(change.notice, why)
            ),
        )

    def set_whole_aside(self, store: OpenStore, body: bytes) -> Prepared:
        """Keep a delivery as it came, for a person: nobody honest sends so much at once."""
        return Prepared(store, body, (), (refused_whole(store, body),), ())

    def write(self, group: Sequence[Prepared]) -> Sequence[str | ServiceError]:
        """Commit a group and ring; returns how each delivery ended, for the metrics, or why not.

        A group that the database refuses is taken apart, so that one delivery fails alone.
        """
        try:
            return self._together(group)
        except (DataRefusedError, ContendedError) as error:
            if len(group) > 1:
                return [outcome for each in group for outcome in self.write([each])]
            return [self._refused(group[0]) if isinstance(error, DataRefusedError) else error]
        except ServiceError as error:
            return [error] * len(group)

    def _together(self, group: Sequence[Prepared]) -> Sequence[str]:
        failpoints.reach("ingress.before_commit")
        self._keep_apart(group)
        accepted = iter(accept(self.database, [item for each in group for item in each.items]))
        of_each = [[next(accepted) for _ in each.items] for each in group]
        failpoints.reach("ingress.after_commit")
        self._ring(group, of_each)
        failpoints.reach("ingress.after_ring")
        self._silence(of_each)
        _count(accepted_of=of_each)
        return [_outcome(*each) for each in zip(group, of_each, strict=True)]

    def _keep_apart(self, group: Sequence[Prepared]) -> None:
        """Keep what joins no conversation, before all else, for few commits: a disk is waited for.

        For each store of the group there is one for its quarantine and one for its notices.
        """
        kept = [each for each in group if each.set_aside or each.notices]
        stores = {each.store.store_id: each.store for each in kept}
        for store_id, store in stores.items():
            its_own = [each for each in kept if each.store.store_id == store_id]
            if aside := [row for each in its_own for row in each.set_aside]:
                keep(self.database, store, aside)
            if notices := [notice for each in its_own for notice in each.notices]:
                keep_notices(self.database, store, notices)

    def _silence(self, of_each: Sequence[Sequence[Accepted]]) -> None:
        """Take the conversations of new echoes from the bot at once: their turns may be far off."""
        answered: dict[str, dict[str, None]] = {}
        for each in (row for its_rows in of_each for row in its_rows):
            if each.item.silences and each.is_new and each.conversation_id:
                answered.setdefault(each.item.store_id, {})[each.conversation_id] = None
        for store_id, conversations in answered.items():
            try:
                silenced = silence_bots(self.database, store_id, list(conversations))
            except ServiceError as error:
                # The echoes' own turns do it.
                _LOG.warning("bot_not_silenced", store=store_id, code=error.code)
                continue
            metrics.handovers.labels(store_id, "PHONE_APP").inc(silenced)

    def _refused(self, prepared: Prepared) -> str | ServiceError:
        """Keep whole what the database cannot keep in parts: Meta would send it for days."""
        _LOG.error("delivery_refused", store=prepared.store.store_id)
        try:
            keep(self.database, prepared.store, [refused_whole(prepared.store, prepared.body)])
        except ServiceError as error:
            return error
        return "quarantined"

    def _ring(self, group: Sequence[Prepared], of_each: Sequence[Sequence[Accepted]]) -> None:
        """Ring all that got something new, in one round trip."""
        stores: dict[str, OpenStore] = {}
        conversations: dict[str, dict[str, None]] = {}
        with_statuses: dict[str, None] = {}
        for prepared, its_rows in zip(group, of_each, strict=True):
            store_id = prepared.store.store_id
            stores[store_id] = prepared.store
            for each in its_rows:
                if each.is_new and each.conversation_id:
                    conversations.setdefault(store_id, {})[each.conversation_id] = None
                elif each.is_new:
                    with_statuses[store_id] = None
        rings = [
            Ring(store_id, list(waiting), stores[store_id].store.settings.hold_back_ms)
            for store_id, waiting in conversations.items()
        ]
        rings += [Ring.of_statuses(store_id) for store_id in with_statuses]
        if rings:
            paces = {store_id: stores[store_id].pace for store_id in conversations}
            self.doorbells.ring_all(rings, paces)


def _items(store: OpenStore, change: Change) -> Iterator[NewItem]:
    for message in filter(has_contact, change.messages):
        yield _message_item(store, message)
    for echo in filter(has_contact, change.echoes):
        yield replace(_message_item(store, echo), silences=_says_something_now(echo))
    for status in change.statuses:
        yield _status_item(store, status)


def _message_item(store: OpenStore, message: InboundMessage) -> NewItem:
    return NewItem(
        store_id=store.store_id,
        kind="message",
        event_id=message.wamid,
        payload_sealed=store.seal.seal(message.to_bytes()),
        sent_at=message.sent_at,
        hold_back_ms=store.store.settings.hold_back_ms,
        phone=message.phone,
        user_id=message.user_id,
        name=storable(message.name),
        new_phone=message.new_phone,
        previous_user_id=message.previous_user_id,
    )


def _says_something_now(echo: InboundMessage) -> bool:
    """Say whether a person answers with this now: no reaction, no edit, nothing of another day."""
    return echo.target is None and time.time() - (echo.sent_at or 0) < _WINDOW_SECONDS


def _status_item(store: OpenStore, status: StatusUpdate) -> NewItem:
    return NewItem(
        store_id=store.store_id,
        kind="status",
        event_id=storable(status.event_id),
        payload_sealed=store.seal.seal(status.to_bytes()),
        sent_at=status.sent_at,
    )


def _count(accepted_of: Sequence[Sequence[Accepted]]) -> None:
    """Count a group's messages by store: new, or there already."""
    counted = Counter(
        (each.item.store_id, each.is_new)
        for its_rows in accepted_of
        for each in its_rows
        if each.item.kind == "message"
    )
    for (store_id, is_new), number in counted.items():
        if is_new:
            metrics.messages_received.labels(store_id).inc(number)
        else:
            metrics.messages_duplicate.labels(store_id).inc(number)


def _outcome(prepared: Prepared, accepted: Sequence[Accepted]) -> str:
    """Say how a delivery ended."""
    if prepared.set_aside:
        return "quarantined"
    is_repetition = bool(accepted) and not any(each.is_new for each in accepted)
    return "duplicate" if is_repetition else "accepted"
