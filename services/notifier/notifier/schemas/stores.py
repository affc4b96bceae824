"""The stores an agent serves, their numbers, and their dead letters."""

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


class SessionCountsSchema(Schema):
    bot = fields.Integer()
    handover = fields.Integer()
    human = fields.Integer()
    resolved = fields.Integer()


class AnsweredSchema(Schema):
    assistant = fields.Integer()
    agent = fields.Integer()


class StatsQuerySchema(Schema):
    time_zone = fields.String(
        load_default="America/Bogota", metadata={"description": "Whose day `today` is."}
    )


class StatsSchema(Schema):
    sessions = fields.Nested(SessionCountsSchema)
    waiting = fields.Integer()
    longest_waiting_since = fields.String(allow_none=True)
    dead_letters = fields.Integer()
    answered_today = fields.Nested(AnsweredSchema)
    queue_depth = fields.Integer(
        allow_none=True, metadata={"description": "Null while the queue cannot be reached."}
    )


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
