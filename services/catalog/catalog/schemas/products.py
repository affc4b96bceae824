"""Products, and the resolving of their pictures."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, post_load, validate

from catalog.images import LONGEST_REFERENCE, picture_url
from catalog.products import Product
from catalog.schemas.fields import boolean, identifier, price, shaped, text

_MOST_IMAGES = 10
_MOST_ASKED = 100


def _is_picture(reference: str) -> None:
    if picture_url(reference, "") is None:
        raise ValidationError("It is neither an http(s) URL nor a plain path.")


class ProductFieldsSchema(Schema):
    id = identifier("product_id")
    name = text(200, least=1, required=True)
    description = text(4_000)
    price = price()
    currency = shaped("^[A-Z]{3}$")
    available = boolean()
    images = fields.List(
        text(LONGEST_REFERENCE, check=_is_picture), validate=validate.Length(max=_MOST_IMAGES)
    )
    picture_problem = text(
        10,
        metadata={
            "description": "WhatsApp's code, only when it could not load a picture. Never taken."
        },
    )

    @post_dump
    def _only_a_problem(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not values.get("picture_problem"):
            values.pop("picture_problem", None)
        return values


class ProductSchema(ProductFieldsSchema):
    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> Product:
        values.pop("picture_problem", None)
        product_id = values.pop("product_id", "")
        images = tuple(values.pop("images", ()))
        return Product(product_id=product_id, images=images, **values)


class ProductChangeSchema(ProductFieldsSchema):
    """Loaded partially: what is missing stays as it is."""

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        values.pop("picture_problem", None)
        if "images" in values:
            values["images"] = tuple(values["images"])
        return values


class ProductPageSchema(Schema):
    products = fields.List(fields.Nested(ProductSchema), attribute="items")
    next_cursor = fields.String(allow_none=True)


class ImagesQuestionSchema(Schema):
    product_ids = fields.List(
        fields.String(), required=True, validate=validate.Length(max=_MOST_ASKED)
    )


class PictureProblemSchema(Schema):
    code = shaped("^[0-9]{1,10}$", required=True)
    url = text(LONGEST_REFERENCE + 200, load_default="")


class PictureSchema(Schema):
    product_id = fields.String()
    url = fields.String()


class ResolvedSchema(Schema):
    images = fields.List(fields.Nested(PictureSchema))
    missing = fields.List(fields.String())
