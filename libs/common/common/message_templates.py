"""A store's message templates, as WhatsApp last listed them.

The one module that touches the tables `templates` and `template_lists`. A list is claimed for a
moment by the worker that reads it, and kept or put off under that claim; the rules are in
0020_templates.sql.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, select, text
from sqlalchemy.dialects.postgresql import JSONPATH

from common import models
from common.database import Database
from common.errors import NotFoundError
from common.template_texts import Template, read_template

_ASK = text("SELECT ask_for_templates(:store_id)")
_CLAIM = text("SELECT * FROM claim_template_list(:seconds, :only)")
_TABLE = models.templates
_TEXTS = cast("$.**.text", JSONPATH)  # also those of buttons


@dataclass(frozen=True)
class ListedTemplate:
    """One template as WhatsApp listed it."""

    name: str
    language: str
    status: str
    category: str
    components: Sequence[Any]


@dataclass(frozen=True)
class ClaimedList:
    """A list that one process reads now, and the fence under which it may keep it."""

    store_id: str
    waba_id: str
    fence: int
    failures: int  # in a row, before this read


@dataclass(frozen=True)
class Wanted:
    """Which templates to show; an empty value means any."""

    status: str = ""
    words: str = ""  # of the name or of a text
    most: int = 500


@dataclass(frozen=True)
class TemplateList:
    """What is known of a store's templates: since when, and why it could not be read last time."""

    templates: tuple[Template, ...] = ()
    listed_at: datetime | None = None
    problem: str = ""


def listed(connection: Connection, store_id: str, wanted: Wanted) -> TemplateList:
    """Read a store's templates, by name and language."""
    query = (
        select(_TABLE)
        .where(_TABLE.c.store_id == store_id)
        .order_by(_TABLE.c.name, _TABLE.c.language)
        .limit(wanted.most)
    )
    if wanted.status:
        query = query.where(_TABLE.c.status == wanted.status.upper())
    if wanted.words:
        texts = cast(func.jsonb_path_query_array(_TABLE.c.components, _TEXTS), Text)
        query = query.where(
            _TABLE.c.name.icontains(wanted.words, autoescape=True)
            | texts.icontains(wanted.words, autoescape=True)
        )
    lists = models.template_lists
    known = select(lists.c.listed_at, lists.c.problem).where(lists.c.store_id == store_id)
    of_list = connection.execute(known).one_or_none()
    found = tuple(_as_template(row) for row in connection.execute(query))
    if of_list is None:
        return TemplateList(found)
    return TemplateList(found, of_list.listed_at, of_list.problem)


def find(connection: Connection, store_id: str, name: str, language: str) -> Template:
    """Find one template; raises NotFoundError."""
    query = select(_TABLE).where(
        _TABLE.c.store_id == store_id, _TABLE.c.name == name, _TABLE.c.language == language
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("There is no such template.", code="template_not_found")
    return _as_template(row)


def ask_again(connection: Connection, store_id: str) -> bool:
    """Let the list be read as soon as it may; False for a store without an account."""
    return bool(connection.scalar(_ASK, {"store_id": store_id}))


def claim(database: Database, seconds: float, only: Sequence[str] | None) -> ClaimedList | None:
    """Claim the list that has been due for longest; None when none is."""
    asked = {"seconds": seconds, "only": None if only is None else list(only)}
    with database.everywhere() as connection:
        row = connection.execute(_CLAIM, asked).one_or_none()
    if row is None:
        return None
    return ClaimedList(row.store_id, row.waba_id, row.fence, row.failures)


def keep(
    database: Database,
    claimed: ClaimedList,
    rows: Iterable[ListedTemplate],
    problem: str,
    rest_seconds: float,
    next_seconds: float,
) -> bool:
    """Keep what was listed instead of what was; False when the claim is another's."""
    written = json.dumps([vars(each) for each in rows])
    arguments = (claimed.fence, written, problem, rest_seconds, next_seconds)
    (answer,) = database.call("keep_templates", claimed.store_id, *arguments)
    return bool(answer.keep_templates)


def put_off(
    database: Database,
    claimed: ClaimedList,
    problem: str,
    rest_seconds: float,
    next_seconds: float,
) -> bool:
    """Leave the list as it was and say why; False when the claim is another's."""
    arguments = (claimed.fence, problem, rest_seconds, next_seconds)
    (answer,) = database.call("put_off_templates", claimed.store_id, *arguments)
    return bool(answer.put_off_templates)


def _as_template(row: Row[Any]) -> Template:
    return read_template(row.name, row.language, row.category, row.status, row.components)
