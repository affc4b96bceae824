"""A store's numbers: of this moment, of today, and hour by hour."""

from marshmallow import Schema, fields, validate


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
        load_default="America/Bogota",
        # Names only: PostgreSQL also takes zones that somebody makes up, any number of them.
        validate=validate.Regexp(r"^[A-Za-z_]{1,20}(/[A-Za-z_+-]{1,30}[0-9]{0,2}){0,2}$"),
        metadata={"description": "Whose day `today` is."},
    )


class QueueSchema(Schema):
    per_minute = fields.Float(metadata={"description": "Turns ended, over five minutes."})
    most_per_minute = fields.Float(metadata={"description": "What the store's rate allows."})
    oldest_seconds = fields.Integer(
        allow_none=True, metadata={"description": "How long the oldest due message waits."}
    )


class SendsSchema(Schema):
    waiting = fields.Integer(metadata={"description": "Parts that have not begun."})
    unconfirmed = fields.Integer(metadata={"description": "Parts WhatsApp has not confirmed."})
    held = fields.Integer(metadata={"description": "Messages kept by a pause and not planned."})


class PausedSchema(Schema):
    reason = fields.String(metadata={"description": "As in `store_paused`; empty: by hand."})


class BotSolvedSchema(Schema):
    ended = fields.Integer(
        metadata={"description": "Sessions of the day that are resolved, over or quiet."}
    )
    solved = fields.Integer(metadata={"description": "Those the bot answered alone."})


class ResponseSchema(Schema):
    median = fields.Float()
    p90 = fields.Float()


class ResponsesSchema(Schema):
    bot = fields.Nested(ResponseSchema, allow_none=True)
    people = fields.Nested(
        ResponseSchema,
        allow_none=True,
        metadata={"description": "From the customer's first word that nobody has answered."},
    )


class HourSchema(Schema):
    began_at = fields.String()
    customers = fields.Integer()
    bot = fields.Integer()
    people = fields.Integer()
    failed = fields.Integer()
    bot_seconds = fields.Float(allow_none=True, metadata={"description": "The median."})
    people_seconds = fields.Float(allow_none=True)


class StatsSchema(Schema):
    counted_at = fields.String(
        metadata={"description": "When the sums of the day were counted; the rest is of now."}
    )
    sessions = fields.Nested(SessionCountsSchema)
    waiting = fields.Integer()
    longest_waiting_since = fields.String(allow_none=True)
    dead_letters = fields.Integer()
    answered_today = fields.Nested(AnsweredSchema)
    queue_depth = fields.Integer(
        allow_none=True, metadata={"description": "Null while the queue cannot be reached."}
    )
    queue = fields.Nested(QueueSchema)
    sends = fields.Nested(SendsSchema)
    paused = fields.Nested(PausedSchema, allow_none=True, metadata={"description": "Or null."})
    conversations_answered_today = fields.Integer()
    bot_solved = fields.Nested(BotSolvedSchema)
    response_seconds = fields.Nested(ResponsesSchema)
    hours = fields.List(fields.Nested(HourSchema))
