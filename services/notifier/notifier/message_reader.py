"""From rows to messages as an agent sees them: unsealed, with their media and what they quote.

Three queries at most for any number of messages, and only for those that need them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, Row, select

from common import models
from common.plain_text import storable
from common.sealing import SealBrokenError, StoreSeal
from common.stores import Store, Stores
from notifier.wire import MEDIA_COLUMNS, Opened, QuotedMessage, ShownMedia, ShownMessage

_LOG = structlog.get_logger()

_WITH_MEDIA = frozenset({"image", "video", "audio", "document", "sticker"})
_READY = "ready"


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
        return tuple(
            ShownMessage.of(
                row._mapping,  # noqa: SLF001  # its public name in SQLAlchemy
                Opened(
                    self._content(row),
                    self._details(row),
                    quoted.get((row.conversation_id, row.reply_to)),
                    media.get(row.message_id),
                ),
            )
            for row in listed
        )

    def _quoted(
        self, connection: Connection, rows: Sequence[Row[Any]]
    ) -> dict[tuple[str, str], QuotedMessage]:
        """Find what is quoted, by conversation and wamid: nobody quotes another conversation."""
        asked = {(row.conversation_id, row.reply_to) for row in rows if row.reply_to}
        if not asked:
            return {}
        table = models.messages
        statement = select(table).where(
            table.c.store_id == self.store_id,
            table.c.wamid.in_({wamid for _, wamid in asked}),
            table.c.conversation_id.in_({conversation_id for conversation_id, _ in asked}),
        )
        return {
            (row.conversation_id, row.wamid): QuotedMessage.of(row._mapping, self._content(row))  # noqa: SLF001
            for row in connection.execute(statement)
        }

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
