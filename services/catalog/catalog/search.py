"""What a store has that answers a question: PostgreSQL's full text search over folded words.

A question matches what has any of its words; what has more of them, or has them in its name,
comes first. Misspelt words are not found.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, text

from catalog.search_words import asked_words, indexed_words
from common.database import Database

_SPANISH: ColumnElement[Any] = literal_column("'spanish'::regconfig")
_NAME_WEIGHT: ColumnElement[Any] = literal_column("'A'")
_TEXT_WEIGHT: ColumnElement[Any] = literal_column("'B'")

_PRODUCTS = text(
    """
    SELECT product_id, name, description, price, currency,
           EXISTS (
               SELECT 1 FROM product_images
               WHERE product_images.store_id = products.store_id
                 AND product_images.product_id = products.product_id) AS has_image,
           ts_rank(search, question) AS score
    FROM products, to_tsquery('spanish', :words) AS question
    WHERE store_id = :store_id AND available AND search @@ question
    ORDER BY score DESC, product_id LIMIT :at_most
    """
)
_KNOWLEDGE = text(
    """
    SELECT knowledge_id, title, text, ts_rank(search, question) AS score
    FROM knowledge, to_tsquery('spanish', :words) AS question
    WHERE store_id = :store_id AND search @@ question
    ORDER BY score DESC, knowledge_id LIMIT :at_most
    """
)


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
    """Asks in one transaction bound to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, store_id: str, question: str, at_most: int) -> Found:
        """Find products and knowledge, `at_most` of each; nothing when no word tells anything."""
        words = asked_words(question)
        if not words:
            return Found()
        # The words are letters and digits, so the bars are the only operators in the query.
        asked = {"store_id": store_id, "words": " | ".join(words), "at_most": at_most}
        with self._database.store(store_id) as connection:
            products = connection.execute(_PRODUCTS, asked).mappings().all()
            passages = connection.execute(_KNOWLEDGE, asked).mappings().all()
        return Found(
            tuple(FoundProduct(**row) for row in products),
            tuple(FoundPassage(**row) for row in passages),
        )


def vector_of(name: str, body: str) -> ColumnElement[Any]:
    """Form the value of a `search` column, where a word of the name weighs more."""
    return _weighted(name, _NAME_WEIGHT).op("||")(_weighted(body, _TEXT_WEIGHT))


def _weighted(words: str, weight: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.setweight(func.to_tsvector(_SPANISH, indexed_words(words)), weight)
