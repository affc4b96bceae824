"""From rows to messages as an agent sees them: unsealed, with their media and what they quote.

Six queries at most for any number of messages, and only for those that need them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.postgresql import array

from common import models
from common.plain_text import storable
from common.sealing import SealBrokenError, StoreSeal
from common.stores import Store, Stores
from notifier.wire import MEDIA_COLUMNS, Opened, QuotedMessage, Sending, ShownMedia, ShownMessage

_LOG = structlog.get_logger()

_WITH_MEDIA = frozenset({"image", "video", "audio", "document", "sticker", "template"})
_READY = "ready"
_OURS = frozenset({"assistant", "agent"})


class MediaUrl(Protocol):
    """Makes the address where an agent's browser gets a message's media for some minutes."""

    def __call__(self, store_id: str, message_id: str) -> str: ...


@dataclass(frozen=True)
class MessageReader:
    """Reads the messages of one store for those who may see them."""

    store_id: str
    seal: StoreSeal
    media_url: MediaUrl

    def by_id(self, connection: Connection, message_ids: Iterable[str]) -> dict[str, ShownMessage]:
        table = models.messages
        statement = select(table).where(
            table.c.store_id == self.store_id, table.c.message_id.in_(set(message_ids))
        )
        return {each.id: each for each in self.shown(connection, connection.execute(statement))}

    def shown(self, connection: Connection, rows: Iterable[Row[Any]]) -> tuple[ShownMessage, ...]:
        """Show rows of `messages` in their order."""
        listed = list(rows)
        quoted, media = self._quoted(connection, listed), self._media(connection, listed)
        sendings = self._sendings(connection, listed)
        return tuple(
            ShownMessage.of(
                row._mapping,  # noqa: SLF001  # its public name in SQLAlchemy
                Opened(
                    self._content(row),
                    self._details(row),
                    quoted.get((row.conversation_id, row.reply_to)),
                    media.get(row.message_id),
                    sendings.get(row.message_id),
                ),
            )
            for row in listed
        )

    def _quoted(
        self, connection: Connection, rows: Sequence[Row[Any]]
    ) -> dict[tuple[str, str], QuotedMessage]:
        """Find what is quoted, by conversation and wamid: nobody quotes another person's."""
        asked = {(row.conversation_id, row.reply_to) for row in rows if row.reply_to}
        if not asked:
            return {}
        table, asked_for = models.messages, {wamid for _, wamid in asked}
        statement = select(table).where(
            table.c.store_id == self.store_id,
            table.c.wamid.in_(asked_for),
        )
        found = [(row.wamid, row) for row in connection.execute(statement)]
        if missing := asked_for - {wamid for wamid, _ in found}:
            found += self._tried_before(connection, {each for each, _ in asked}, missing)
        person = self._people(connection, {each for each, _ in asked}, [row for _, row in found])
        known = {(person[row.conversation_id], wamid): row for wamid, row in found}
        return {
            (of, wamid): QuotedMessage.of(row._mapping, self._content(row))  # noqa: SLF001
            for of, wamid in asked
            if (row := known.get((person[of], wamid))) is not None
        }

    def _tried_before(
        self, connection: Connection, conversations: set[str], wamids: set[str]
    ) -> list[tuple[str, Row[Any]]]:
        """Find what went by another wamid before it was tried again."""
        table, parts = models.messages, models.outbox
        former = parts.c.failed_wamids + func.array_remove(array([parts.c.duplicate_wamid]), None)
        statement = (
            select(table, former.label("former"))
            .join(parts, table.c.message_id == parts.c.outbox_id)
            .where(
                table.c.store_id == self.store_id,
                parts.c.store_id == self.store_id,
                parts.c.conversation_id.in_(conversations),
                # As the index outbox_tried_before has it.
                (parts.c.failed_wamids != []) | parts.c.duplicate_wamid.is_not(None),
            )
        )
        rows = connection.execute(statement)
        return [(wamid, row) for row in rows for wamid in wamids.intersection(row.former)]

    def _people(
        self, connection: Connection, asked: set[str], found: Sequence[Row[Any]]
    ) -> dict[str, str]:
        """Say whose each conversation is: contacts that became one have the one's."""
        ids = asked | {row.conversation_id for row in found}
        person = {each: each for each in ids}
        if ids == asked and len(ids) == 1:
            return person
        table = models.contacts
        statement = select(table.c.contact_id, table.c.merged_into).where(
            table.c.store_id == self.store_id,
            table.c.contact_id.in_(ids),
            table.c.merged_into.is_not(None),
        )
        merged = connection.execute(statement)
        return person | {row.contact_id: row.merged_into for row in merged}

    def _media(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, ShownMedia]:
        asked = {row.message_id for row in rows if row.kind in _WITH_MEDIA and not row.revoked_at}
        if not asked:
            return {}
        table = models.media
        # Not all of it: its times may be infinite, which Python's cannot.
        shown = [table.c[name] for name in ("message_id", *MEDIA_COLUMNS)]
        statement = select(*shown).where(
            table.c.store_id == self.store_id, table.c.message_id.in_(asked)
        )
        return {row.message_id: self._with_address(row) for row in connection.execute(statement)}

    def _sendings(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Sending]:
        """Find the parts that messages are: what the phone app said is ours too, and is none."""
        asked = {row.message_id for row in rows if row.role in _OURS}
        if not asked:
            return {}
        table = models.outbox
        statement = select(table.c.outbox_id, table.c.attempt, table.c.error_code).where(
            table.c.store_id == self.store_id, table.c.outbox_id.in_(asked)
        )
        found = connection.execute(statement)
        return {row.outbox_id: Sending(row.attempt, row.error_code) for row in found}

    def _with_address(self, row: Row[Any]) -> ShownMedia:
        is_ready = row.state == _READY
        url = self.media_url(self.store_id, row.message_id) if is_ready else None
        return ShownMedia.of(row._mapping, url)  # noqa: SLF001

    def _content(self, row: Row[Any]) -> str:
        if row.content_sealed is None:
            return str(row.content)
        # Without its key, what redaction left of it is better than nothing.
        return self._opened(row, row.content_sealed) or str(row.content)

    def _details(self, row: Row[Any]) -> dict[str, Any]:
        text = "" if row.details_sealed is None else self._opened(row, row.details_sealed)
        return _as_details(text) if text else {}

    def _opened(self, row: Row[Any], sealed: bytes) -> str | None:
        try:
            return self.seal.open_text(sealed)
        except SealBrokenError:
            _LOG.warning("message_not_unsealed", store=row.store_id, message=row.message_id)
            return None


@dataclass(frozen=True)
class MessageReaders:
    """Gives each store its reader."""

    stores: Stores
    media_url: MediaUrl

    def of(self, store: Store) -> MessageReader:
        return MessageReader(store.store_id, self.stores.seal_of(store), self.media_url)


def _as_details(text: str) -> dict[str, Any]:
    """Read details; what a browser or a socket could not take is mended, whoever wrote it."""
    read = _mended(json.loads(text, parse_constant=lambda _name: None))
    return read if isinstance(read, dict) else {}


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_mended(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): _mended(each) for name, each in value.items()}
    return value
