"""A store's products and their pictures in PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    RowMapping,
    Select,
    Text,
    cast,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array, insert

from catalog.models import product_images, products
from catalog.paging import Page, PageRequest, page_of
from catalog.search import vector_of
from common.database import Database
from common.errors import ConflictError, NotFoundError
from common.folding import fold
from common.identifiers import is_catalog_id

# What people leave out when they type; the words are folded beforehand.
_ACCENTED, _PLAIN = "áàâãäåéèêëíìîïóòôõöúùûüñç", "aaaaaaeeeeiiiiooooouuuunc"
_IsTheirs = Callable[[str], bool]


@dataclass(frozen=True)
class Product:
    """What a store sells; `product_id` is empty until it has one."""

    product_id: str
    name: str
    description: str = ""
    price: Decimal | None = None
    currency: str = "COP"
    available: bool = True
    images: tuple[str, ...] = ()
    picture_problem: str = ""  # WhatsApp's code, when it could not load a picture of these


class Products:
    """Reads and writes products; each call is one transaction bound to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, store_id: str, request: PageRequest) -> Page[Product]:
        query = (
            _products_of(store_id)
            .where(products.c.product_id > request.cursor)
            .order_by(products.c.product_id)
            .limit(request.limit + 1)
        )
        name = func.translate(func.lower(products.c.name), _ACCENTED, _PLAIN)
        for word in fold(request.words).split():
            query = query.where(name.contains(word, autoescape=True))
        with self._database.store(store_id) as connection:
            found = [_as_product(row) for row in connection.execute(query).mappings()]
        return page_of([(each.product_id, each) for each in found], request.limit)

    def get(self, store_id: str, product_id: str) -> Product:
        """Find a product; raises NotFoundError."""
        with self._database.store(store_id) as connection:
            return _get(connection, store_id, product_id)

    def add(self, store_id: str, product: Product) -> Product:
        """Add a product, with a random id if it has none; raises ConflictError for a taken id."""
        adding = insert(products).values(_values(store_id, product)).on_conflict_do_nothing()
        with self._database.store(store_id) as connection:
            product_id = connection.scalar(adding.returning(products.c.product_id))
            if product_id is None:
                raise ConflictError("There is a product with this id.", code="already_exists")
            _write_images(connection, store_id, product_id, product.images)
            return _get(connection, store_id, product_id)

    def put(self, store_id: str, product: Product) -> tuple[Product, bool]:
        """Add or replace a product; the second value tells whether it is new."""
        with self._database.store(store_id) as connection:
            is_new = _put(connection, store_id, product)
            return _get(connection, store_id, product.product_id), is_new

    def change(self, store_id: str, product_id: str, changes: Mapping[str, Any]) -> Product:
        """Change the fields that are named; raises NotFoundError."""
        with self._database.store(store_id) as connection:
            now = _get(connection, store_id, product_id, for_update=True)
            _put(connection, store_id, replace(now, **changes))
            return _get(connection, store_id, product_id)

    def remove(self, store_id: str, product_id: str) -> None:
        """Forget a product and its pictures; raises NotFoundError."""
        removing = delete(products).where(_is(store_id, product_id))
        with self._database.store(store_id) as connection:
            if not is_catalog_id(product_id) or connection.execute(removing).rowcount == 0:
                raise _no_such_product()

    def flag_picture(self, store_id: str, product_id: str, code: str, is_theirs: _IsTheirs) -> None:
        """Note that a picture could not be loaded, unless it is none of the product's any more.

        Raises NotFoundError.
        """
        with self._database.store(store_id) as connection:
            product = _get(connection, store_id, product_id, for_update=True)
            if any(map(is_theirs, product.images)):
                flagging = update(products).where(_is(store_id, product_id))
                connection.execute(flagging.values(picture_problem=code))

    def images(self, store_id: str, asked: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Read the pictures of those asked for that this store has."""
        ids = [each for each in set(asked) if is_catalog_id(each)]
        found: dict[str, list[str]] = {}
        for product_id, url in self._database.call("pictures_of", store_id, ids):
            found.setdefault(product_id, []).append(url)
        return found


def _is(store_id: str, product_id: str) -> Any:
    return (products.c.store_id == store_id) & (products.c.product_id == product_id)


def _products_of(store_id: str) -> Select[Any]:
    urls = (
        select(func.array_agg(aggregate_order_by(product_images.c.url, product_images.c.place)))
        .where(
            product_images.c.store_id == products.c.store_id,
            product_images.c.product_id == products.c.product_id,
        )
        .scalar_subquery()
    )
    none: Any = cast(array([]), ARRAY(Text))
    shown = (products.c[name] for name in ("product_id", "name", "description", "price"))
    return select(
        *shown,
        products.c.currency,
        products.c.available,
        products.c.picture_problem,
        func.coalesce(urls, none).label("images"),
    ).where(products.c.store_id == store_id)


def _get(
    connection: Connection, store_id: str, product_id: str, *, for_update: bool = False
) -> Product:
    if not is_catalog_id(product_id):
        raise _no_such_product()
    query = _products_of(store_id).where(products.c.product_id == product_id)
    if for_update:
        query = query.with_for_update(of=products)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _no_such_product()
    return _as_product(row)


def _put(connection: Connection, store_id: str, product: Product) -> bool:
    values = _values(store_id, product)
    new_values = values | {"changed_at": func.now()}
    del new_values["store_id"], new_values["product_id"]
    putting = (
        insert(products)
        .values(values)
        .on_conflict_do_update(index_elements=["store_id", "product_id"], set_=new_values)
        .returning(products.c.created_at == products.c.changed_at)
    )
    is_new = bool(connection.scalar(putting))
    _write_images(connection, store_id, product.product_id, product.images)
    return is_new


def _write_images(
    connection: Connection, store_id: str, product_id: str, urls: Sequence[str]
) -> None:
    removing = delete(product_images).where(
        product_images.c.store_id == store_id, product_images.c.product_id == product_id
    )
    former = connection.scalars(removing.returning(product_images.c.url)).all()
    if set(former) != set(urls):  # what could not be loaded may be another picture now
        changed = update(products).where(_is(store_id, product_id))
        connection.execute(changed.values(picture_problem=""))
    rows = [
        {"store_id": store_id, "product_id": product_id, "place": place, "url": url}
        for place, url in enumerate(urls)
    ]
    if rows:
        connection.execute(insert(product_images), rows)


def _values(store_id: str, product: Product) -> dict[str, Any]:
    values = {
        "store_id": store_id,
        "name": product.name,
        "description": product.description,
        "price": product.price,
        "currency": product.currency,
        "available": product.available,
        "search": vector_of(product.name, product.description),
    }
    return values | ({"product_id": product.product_id} if product.product_id else {})


def _as_product(row: RowMapping) -> Product:
    return Product(**{**row, "images": tuple(row["images"])})


def _no_such_product() -> NotFoundError:
    return NotFoundError("There is no such product.")
