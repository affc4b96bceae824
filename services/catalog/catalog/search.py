"""What a store has that answers a question: PostgreSQL's full text search over folded words.

A question matches what has any of its words; what has more of them, or has them in its name,
comes first. Misspelt words are not found.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal_column

from catalog.search_words import asked_words, indexed_words
from common.database import Database

_SPANISH: ColumnElement[Any] = literal_column("'spanish'::regconfig")
_NAME_WEIGHT: ColumnElement[Any] = literal_column("'A'")
_TEXT_WEIGHT: ColumnElement[Any] = literal_column("'B'")


@dataclass(frozen=True)
class FoundProduct:
    """A product that can be bought now; a higher score fits better."""

    product_id: str
    name: str
    description: str
    price: Decimal | None
    currency: str
    has_image: bool
    score: float


@dataclass(frozen=True)
class FoundPassage:
    """A passage that may hold the answer; a higher score fits better."""

    knowledge_id: str
    title: str
    text: str
    score: float


@dataclass(frozen=True)
class Found:
    """What fits a question, best first."""

    products: tuple[FoundProduct, ...] = ()
    knowledge: tuple[FoundPassage, ...] = ()


class Search:
    """Asks in one statement, which binds itself to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, store_id: str, question: str, at_most: int) -> Found:
        """Find products and knowledge, `at_most` of each; nothing when no word tells anything."""
        words = asked_words(question)
        if not words:
            return Found()
        # The words are letters and digits, so the bars are the only operators in the query.
        rows = self._database.call("search_catalog", store_id, " | ".join(words), at_most)
        return Found(
            tuple(_product(row) for row in rows if row.kind == "product"),
            tuple(_passage(row) for row in rows if row.kind == "knowledge"),
        )


def vector_of(name: str, body: str) -> ColumnElement[Any]:
    """Form the value of a `search` column, where a word of the name weighs more."""
    return _weighted(name, _NAME_WEIGHT).op("||")(_weighted(body, _TEXT_WEIGHT))


def _weighted(words: str, weight: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.setweight(func.to_tsvector(_SPANISH, indexed_words(words)), weight)


def _product(row: Row[Any]) -> FoundProduct:
    _, product_id, name, description, price, currency, has_image, score = row
    return FoundProduct(product_id, name, description, price, currency, has_image, score)


def _passage(row: Row[Any]) -> FoundPassage:
    return FoundPassage(row.id, row.title, row.body, row.score)
