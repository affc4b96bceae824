"""Replies that a store keeps ready."""

from marshmallow import Schema, fields, validate


class AskedCannedSchema(Schema):
    shortcut = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z"),
        metadata={"description": "What is typed after `/`; one of a kind in the store."},
    )
    text = fields.String(
        required=True,
        metadata={"description": "1 to 4096 characters, with {{nombre}}, {{tienda}}, {{agente}}."},
    )


class CannedSchema(AskedCannedSchema):
    id = fields.String()
    updated_at = fields.String()


class CannedListSchema(Schema):
    canned = fields.List(fields.Nested(CannedSchema))
