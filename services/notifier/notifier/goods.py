"""A store's goods as an agent offers them: what the customer will read, and the picture.

Asked of the catalog anew each time: a price that is sent must be today's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from common.errors import ConflictError, NotFoundError
from common.identifiers import is_catalog_id
from common.prices import written_price
from common.stores import Store
from notifier.catalog import Catalog, CatalogUnavailableError

_OK, _NOT_FOUND, _MOST = 200, 404, 20


@dataclass(frozen=True)
class Offered:
    """A product that can be chosen; `price` is written, and empty when it has none."""

    id: str
    name: str
    price: str
    available: bool
    picture: str | None = None
    picture_problem: str = ""  # WhatsApp's code, when it could not load the picture last

    @property
    def words(self) -> str:
        """Say what goes under its picture, or instead of it."""
        return f"{self.name} — {self.price}" if self.price else self.name


def found(catalog: Catalog, store: Store, words: str) -> list[Offered]:
    """Find what has these words in its name, all without words; at most twenty.

    Raises CatalogUnavailableError.
    """
    path = _path(store, "products")
    answer = catalog.forward("GET", path, store.store_id, {"q": words, "limit": _MOST}, b"")
    listed = [_offered(store, each) for each in _content(answer.status, answer.body)["products"]]
    pictures = _pictures(catalog, store, [each.id for each in listed])
    return [Offered(**vars(each) | {"picture": pictures.get(each.id)}) for each in listed]


def offered(catalog: Catalog, store: Store, product_id: str) -> Offered:
    """Find the one that is to be sent.

    Raises NotFoundError, ConflictError for what cannot be bought now, CatalogUnavailableError.
    """
    if not is_catalog_id(product_id):
        raise _no_such_product()
    path = _path(store, "products", product_id)
    answer = catalog.forward("GET", path, store.store_id, {}, b"")
    if answer.status == _NOT_FOUND:
        raise _no_such_product()
    product = _offered(store, _content(answer.status, answer.body))
    if not product.available:
        raise ConflictError("This product is not available.", code="product_not_available")
    return product


def _pictures(catalog: Catalog, store: Store, product_ids: list[str]) -> Mapping[str, str]:
    if not product_ids:
        return {}
    asked = json.dumps({"product_ids": product_ids}).encode()
    path = _path(store, "images/resolve")
    answer = catalog.forward("POST", path, store.store_id, {}, asked)
    images = _content(answer.status, answer.body)["images"]
    return {str(each["product_id"]): str(each["url"]) for each in images}


def _offered(store: Store, product: Mapping[str, Any]) -> Offered:
    price = written_price(product["price"], product["currency"], store.settings.language)
    problem = str(product.get("picture_problem") or "")
    return Offered(
        product["id"],
        product["name"],
        price,
        bool(product["available"]),
        picture_problem=problem,
    )


def _content(status: int, body: bytes) -> Mapping[str, Any]:
    if status != _OK:
        raise CatalogUnavailableError
    content: Mapping[str, Any] = json.loads(body)
    return content


def _path(store: Store, *parts: str) -> str:
    return "/".join(["/stores", quote(store.store_id, safe=""), *parts])


def _no_such_product() -> NotFoundError:
    return NotFoundError("The store has no such product.", code="product_not_found")
