"""Search."""

from marshmallow import Schema, fields, validate

USUAL_ANSWERS = 5
MOST_ANSWERS = 50


class SearchQuerySchema(Schema):
    q = fields.String(required=True, metadata={"description": "A customer's words."})
    limit = fields.Integer(load_default=USUAL_ANSWERS, validate=validate.Range(1, MOST_ANSWERS))


class FoundProductSchema(Schema):
    id = fields.String(attribute="product_id")
    name = fields.String()
    description = fields.String()
    price = fields.Decimal(as_string=True, allow_none=True)
    currency = fields.String()
    has_image = fields.Boolean()
    score = fields.Float()


class FoundPassageSchema(Schema):
    id = fields.String(attribute="knowledge_id")
    title = fields.String()
    text = fields.String()
    score = fields.Float()


class FoundSchema(Schema):
    products = fields.List(fields.Nested(FoundProductSchema))
    knowledge = fields.List(fields.Nested(FoundPassageSchema))
