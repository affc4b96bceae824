"""The stores an agent serves, and their dead letters."""

from marshmallow import Schema, fields, validate

from common.dead_letters import MOST


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


class DeadLettersQuerySchema(Schema):
    before = fields.String(load_default="", validate=validate.Length(max=100))
    limit = fields.Integer(load_default=MOST, validate=validate.Range(1, MOST))


class DeadLettersSchema(Schema):
    dead_letters = fields.List(fields.Nested(DeadLetterSchema))
    next_before = fields.String(
        allow_none=True, metadata={"description": "Where the next page begins; null at the end."}
    )


class SettledDeadLetterSchema(Schema):
    id = fields.String()
    status = fields.String(metadata={"description": "pending or discarded"})
