"""What the console's list asks for: a filter, some words, and where to go on. Pure: builds SQL."""

import base64
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from common import models
from common.errors import InvalidRequestError
from common.identifiers import as_uuid

FILTERS = ("all", "mine", "waiting", "snoozed")
OWNERS = ("bot", "queue", "agent", "resolved")
PAGE = 50
NEXT_PAGE = 200  # who scrolls on sees more than a screen go by
_ACCENTED = "áàäâãéèëêíìïîóòöôõúùüûñç"
_PLAIN = "aaaaaeeeeiiiiooooouuuunc"
_PLAIN_LETTERS = str.maketrans(_ACCENTED, _PLAIN)
_NEVER_A_DIGIT = re.compile(r"\D")
# As `words_of` of 0023_list.sql takes a message apart, near enough: no signs.
_WORD = re.compile(r"[^\W_]+")
# Words are a number when they hold nothing but what numbers are written with.
_LIKE_A_NUMBER = re.compile(r"[\d\s+().-]+")

_conversations, _contacts = models.conversations.c, models.contacts.c


@dataclass(frozen=True)
class SessionQuery:
    """One page of the list, as `agent_id` sees it."""

    agent_id: str
    filter: str = "all"
    words: str = ""
    cursor: str = ""
    owner: str = ""  # one of OWNERS, or anybody
    is_unread: bool = False

    @property
    def page(self) -> int:
        """Say how many conversations are answered at most."""
        return NEXT_PAGE if self.cursor else PAGE

    @property
    def is_for_waiting(self) -> bool:
        return self.filter == "waiting"


def narrowed(statement: Select[Any], query: SessionQuery) -> Select[Any]:
    """Apply a query to a selection of conversations with their contacts.

    Newest activity first; those who wait, longest first. Raises InvalidRequestError for a
    cursor that is not ours. Selects one row more than a page.
    """
    statement = statement.where(*_filters(query))
    if query.words.strip():
        statement = statement.where(_matches(query.words.strip()))
    if query.cursor:
        statement = statement.where(_after_cursor(query))
    if query.is_for_waiting:
        order = (_conversations.waiting_since.asc(), _conversations.conversation_id)
    else:
        order = (_conversations.last_message_at.desc(), _conversations.conversation_id)
    return statement.order_by(*order).limit(query.page + 1)


def cursor_after(query: SessionQuery, row: Any) -> str:
    """Name the place after a row."""
    moment = row.waiting_since if query.is_for_waiting else row.last_message_at
    place = json.dumps([moment.isoformat(), row.conversation_id])
    return base64.urlsafe_b64encode(place.encode()).decode()


def _filters(query: SessionQuery) -> list[ColumnElement[bool]]:
    filters = [_conversations.unread > 0] if query.is_unread else []
    if query.owner == "resolved":
        filters.append(_conversations.resolved)
    elif query.owner:
        filters += [_conversations.owner == query.owner, not_(_conversations.resolved)]
    return filters + _of_tab(query)


def _of_tab(query: SessionQuery) -> list[ColumnElement[bool]]:
    is_awake = not_(_conversations.snoozed)
    if query.filter == "mine":
        is_mine = _conversations.agent_id == query.agent_id
        return [_conversations.owner == "agent", is_mine, is_awake]
    if query.is_for_waiting:
        is_waiting = _conversations.waiting_since.is_not(None)
        return [_conversations.owner == "queue", is_waiting, is_awake]
    return [_conversations.snoozed] if query.filter == "snoozed" else []


def _matches(words: str) -> ColumnElement[bool]:
    folded = _folded(words)
    pattern = f"%{_escaped(folded)}%"
    matches = [_contacts.name_folded.like(pattern, escape="\\")]
    digits = _NEVER_A_DIGIT.sub("", words)
    if digits and _LIKE_A_NUMBER.fullmatch(words):
        matches.append(_contacts.phone.like(f"%{digits}%"))
    if beginnings := " & ".join(f"{word}:*" for word in _WORD.findall(folded)):
        matches.append(_conversations.conversation_id.in_(_saying(beginnings)))
    return or_(*matches)


def _saying(beginnings: str) -> Select[Any]:
    """Choose the conversations in which all of these words were said in one message."""
    return select(func.conversations_saying(beginnings))


def _folded(words: str) -> str:
    """Do to the words what 0023_list.sql does to names and messages, but for signs."""
    return unicodedata.normalize("NFC", words.lower()).translate(_PLAIN_LETTERS)


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _after_cursor(query: SessionQuery) -> ColumnElement[bool]:
    moment, conversation_id = _read(query.cursor)
    column = (
        _conversations.waiting_since if query.is_for_waiting else _conversations.last_message_at
    )
    is_later = column > moment if query.is_for_waiting else column < moment
    is_beside = and_(column == moment, _conversations.conversation_id > conversation_id)
    return or_(is_later, is_beside)


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        moment, place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        conversation_id, since = as_uuid(place), datetime.fromisoformat(moment)
    except (ValueError, TypeError, RecursionError) as error:
        raise _not_ours() from error
    if conversation_id is None or since.tzinfo is None:
        raise _not_ours()
    return since, conversation_id


def _not_ours() -> InvalidRequestError:
    return InvalidRequestError("The cursor is not one of ours.")
