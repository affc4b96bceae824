"""Paging in the query string."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from catalog.paging import LARGEST_PAGE, USUAL_PAGE, PageRequest
from catalog.schemas.fields import identifier, text


class PageQuerySchema(Schema):
    cursor = identifier("cursor")
    limit = fields.Integer(load_default=USUAL_PAGE, validate=validate.Range(1, LARGEST_PAGE))

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> PageRequest:
        return PageRequest(**values)


class ProductQuerySchema(PageQuerySchema):
    q = text(200, attribute="words", metadata={"description": "Words of the name, or their parts."})
