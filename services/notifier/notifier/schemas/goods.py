"""Goods as an agent chooses them."""

from marshmallow import Schema, fields, validate


class GoodsQuerySchema(Schema):
    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Words of the name, or their parts."},
    )


class OfferedSchema(Schema):
    id = fields.String()
    name = fields.String()
    price = fields.String(metadata={"description": "As it is sent; empty without one."})
    available = fields.Boolean(metadata={"description": "Only then it can be sent."})
    picture = fields.String(allow_none=True)
    picture_problem = fields.String(
        metadata={"description": "WhatsApp's code, when it could not load the picture last."}
    )
    words = fields.String(metadata={"description": "What the customer reads."})


class GoodsSchema(Schema):
    products = fields.List(fields.Nested(OfferedSchema))
