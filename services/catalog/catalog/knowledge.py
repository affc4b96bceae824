"""A store's knowledge in PostgreSQL: short texts the assistant answers from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from catalog.models import knowledge
from catalog.paging import Page, PageRequest, page_of
from catalog.search import vector_of
from common.database import Database
from common.errors import ConflictError, NotFoundError
from common.identifiers import is_catalog_id


@dataclass(frozen=True)
class Passage:
    """One thing a store knows; `knowledge_id` is empty until it has one."""

    knowledge_id: str
    title: str
    text: str


class Knowledge:
    """Reads and writes passages; each call is one transaction bound to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, store_id: str, request: PageRequest) -> Page[Passage]:
        query = (
            _passages_of(store_id)
            .where(knowledge.c.knowledge_id > request.cursor)
            .order_by(knowledge.c.knowledge_id)
            .limit(request.limit + 1)
        )
        with self._database.store(store_id) as connection:
            found = [Passage(**row) for row in connection.execute(query).mappings()]
        return page_of([(each.knowledge_id, each) for each in found], request.limit)

    def get(self, store_id: str, knowledge_id: str) -> Passage:
        """Find a passage; raises NotFoundError."""
        query = _passages_of(store_id).where(knowledge.c.knowledge_id == knowledge_id)
        if not is_catalog_id(knowledge_id):
            raise _no_such_passage()
        with self._database.store(store_id) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise _no_such_passage()
        return Passage(**row)

    def add(self, store_id: str, passage: Passage) -> Passage:
        """Add a passage, with a random id if it has none; raises ConflictError for a taken id."""
        adding = insert(knowledge).values(_values(store_id, passage)).on_conflict_do_nothing()
        with self._database.store(store_id) as connection:
            knowledge_id = connection.scalar(adding.returning(knowledge.c.knowledge_id))
        if knowledge_id is None:
            raise ConflictError("There is a passage with this id.", code="already_exists")
        return self.get(store_id, knowledge_id)

    def put(self, store_id: str, passage: Passage) -> tuple[Passage, bool]:
        """Add or replace a passage; the second value tells whether it is new."""
        values = _values(store_id, passage)
        new_values = {name: values[name] for name in ("title", "text", "search")}
        putting = (
            insert(knowledge)
            .values(values)
            .on_conflict_do_update(
                index_elements=["store_id", "knowledge_id"],
                set_=new_values | {"changed_at": func.now()},
            )
            .returning(knowledge.c.created_at == knowledge.c.changed_at)
        )
        with self._database.store(store_id) as connection:
            is_new = bool(connection.scalar(putting))
        return passage, is_new

    def remove(self, store_id: str, knowledge_id: str) -> None:
        """Forget a passage; raises NotFoundError."""
        removing = delete(knowledge).where(_is(store_id, knowledge_id))
        with self._database.store(store_id) as connection:
            if not is_catalog_id(knowledge_id) or connection.execute(removing).rowcount == 0:
                raise _no_such_passage()


def _is(store_id: str, knowledge_id: str) -> ColumnElement[bool]:
    return (knowledge.c.store_id == store_id) & (knowledge.c.knowledge_id == knowledge_id)


def _passages_of(store_id: str) -> Select[Any]:
    columns = (knowledge.c.knowledge_id, knowledge.c.title, knowledge.c.text)
    return select(*columns).where(knowledge.c.store_id == store_id)


def _values(store_id: str, passage: Passage) -> dict[str, Any]:
    values = {
        "store_id": store_id,
        "title": passage.title,
        "text": passage.text,
        "search": vector_of(passage.title, passage.text),
    }
    return values | ({"knowledge_id": passage.knowledge_id} if passage.knowledge_id else {})


def _no_such_passage() -> NotFoundError:
    return NotFoundError("There is no such passage.")
