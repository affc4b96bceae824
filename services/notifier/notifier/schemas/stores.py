"""The stores an agent serves, and their dead letters."""

from marshmallow import Schema, fields


class ServedStoreSchema(Schema):
    id = fields.String()
    name = fields.String()
    role = fields.String()
    status = fields.String()
    paused_reason = fields.String()


class ServedStoresSchema(Schema):
    stores = fields.List(fields.Nested(ServedStoreSchema))


class StoreStandingSchema(Schema):
    id = fields.String()
    status = fields.String()


class DeadLetterSchema(Schema):
    id = fields.String()
    session_id = fields.String(allow_none=True)
    kind = fields.String()
    reason = fields.String()
    attempts = fields.Integer()
    received_at = fields.String()
    died_at = fields.String()


class DeadLettersSchema(Schema):
    dead_letters = fields.List(fields.Nested(DeadLetterSchema))


class SettledDeadLetterSchema(Schema):
    id = fields.String()
    status = fields.String(metadata={"description": "pending or discarded"})
