"""A store's products and the addresses of their pictures."""

from dataclasses import replace
from typing import Any

from flask.views import MethodView

from catalog.images import Resolved, picture_url, resolve
from catalog.paging import Page, PageRequest
from catalog.parts import parts
from catalog.products import Product
from catalog.routes.paths import same_id
from catalog.schemas.paging import ProductQuerySchema
from catalog.schemas.products import (
    ImagesQuestionSchema,
    PictureProblemSchema,
    ProductChangeSchema,
    ProductPageSchema,
    ProductSchema,
    ResolvedSchema,
)
from common.errors import InvalidRequestError
from common.identifiers import is_catalog_id
from common.openapi import Blueprint

blueprint = Blueprint("products", __name__, description="What a store sells.")


@blueprint.route("/stores/<store_id>/products")
class StoreProducts(MethodView):
    @blueprint.arguments(ProductQuerySchema, location="query")
    @blueprint.response(200, ProductPageSchema)
    def get(self, page: PageRequest, store_id: str) -> Page[Product]:
        """List products in the order of their ids."""
        return parts().products.page(store_id, page)

    @blueprint.arguments(ProductSchema)
    @blueprint.response(201, ProductSchema)
    def post(self, product: Product, store_id: str) -> Product:
        """Add a product; without an id it gets a random one."""
        return parts().products.add(store_id, product)


@blueprint.route("/stores/<store_id>/products/<product_id>")
class OneProduct(MethodView):
    @blueprint.response(200, ProductSchema)
    def get(self, store_id: str, product_id: str) -> Product:
        """Show a product."""
        return parts().products.get(store_id, product_id)

    @blueprint.arguments(ProductSchema)
    @blueprint.response(200, ProductSchema)
    def put(self, product: Product, store_id: str, product_id: str) -> tuple[Product, int]:
        """Add or replace a product."""
        same_id(product.product_id, product_id)
        if not is_catalog_id(product_id):
            raise InvalidRequestError("A product cannot have this id.")
        kept, is_new = parts().products.put(store_id, replace(product, product_id=product_id))
        return kept, 201 if is_new else 200

    @blueprint.arguments(ProductChangeSchema(partial=True))
    @blueprint.response(200, ProductSchema)
    def patch(self, changes: dict[str, Any], store_id: str, product_id: str) -> Product:
        """Change the fields that are named."""
        same_id(changes.pop("product_id", ""), product_id)
        return parts().products.change(store_id, product_id, changes)

    @blueprint.response(204)
    def delete(self, store_id: str, product_id: str) -> None:
        """Forget a product."""
        parts().products.remove(store_id, product_id)


@blueprint.route("/stores/<store_id>/products/<product_id>/picture-problem")
class PictureProblem(MethodView):
    @blueprint.arguments(PictureProblemSchema)
    @blueprint.response(204)
    def post(self, problem: dict[str, str], store_id: str, product_id: str) -> None:
        """Note that WhatsApp could not load a product's picture, until it has other pictures.

        With its address, what is none of its pictures any more changes nothing.
        """
        url, base_url = problem["url"], parts().base_url
        parts().products.flag_picture(
            store_id,
            product_id,
            problem["code"],
            lambda reference: url in ("", picture_url(reference, base_url)),
        )


@blueprint.route("/stores/<store_id>/images/resolve")
class ImageResolving(MethodView):
    @blueprint.arguments(ImagesQuestionSchema)
    @blueprint.response(200, ResolvedSchema)
    def post(self, question: dict[str, list[str]], store_id: str) -> Resolved:
        """Give the picture of each product, and name the products without one."""
        asked = question["product_ids"]
        return resolve(asked, parts().products.images(store_id, asked), parts().base_url)
