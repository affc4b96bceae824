"""Sessions, messages, and what an agent does to them. Times are ISO 8601 in UTC."""

from marshmallow import Schema, fields, validate

from notifier.session_query import FILTERS, OWNERS, PAGE


class SessionQuerySchema(Schema):
    filter = fields.String(load_default="all", validate=validate.OneOf(FILTERS))
    q = fields.String(load_default="", validate=validate.Length(max=200))
    cursor = fields.String(load_default="", validate=validate.Length(max=200))
    owner = fields.String(load_default="", validate=validate.OneOf(("", *OWNERS)))
    unread = fields.Boolean(load_default=False)


class ListedSessionSchema(Schema):
    id = fields.String()
    contact_id = fields.String(metadata={"description": "Whose it is, with a number or without."})
    phone = fields.String(allow_none=True, metadata={"description": "Digits only."})
    name = fields.String()
    status = fields.String(metadata={"description": "bot, handover, human or resolved"})
    owner = fields.String(metadata={"description": "bot, queue or an agent's id"})
    owner_name = fields.String()
    epoch = fields.Integer()
    preview = fields.String(metadata={"description": "Redacted; [kind] when it had no words."})
    preview_kind = fields.String(
        metadata={"description": "Of the last message; `revoke` when it was deleted."}
    )
    unread = fields.Integer()
    window_expires_at = fields.String(allow_none=True)
    waiting_since = fields.String(allow_none=True)
    last_message_at = fields.String(allow_none=True)
    handover_trigger = fields.String()
    unreachable_code = fields.String(
        metadata={"description": "Why WhatsApp cannot reach them, by its code, until they write."}
    )
    snoozed = fields.Boolean()
    snoozed_until = fields.String(
        allow_none=True,
        metadata={"description": "Null while it is snoozed: until the customer writes."},
    )
    blocked = fields.Boolean()
    opted_out = fields.Boolean(metadata={"description": "They want no advertising."})
    channel = fields.String(metadata={"description": "whatsapp or web"})


class SessionPageSchema(Schema):
    as_of_seq = fields.Integer()
    sessions = fields.List(fields.Nested(ListedSessionSchema))
    next_cursor = fields.String(allow_none=True)


class ListCountsSchema(Schema):
    as_of_seq = fields.Integer()
    all = fields.Integer(metadata={"description": "At most 10,000."})
    mine = fields.Integer()
    waiting = fields.Integer()
    snoozed = fields.Integer()
    unread = fields.Integer(metadata={"description": "Messages, of mine and of who waits."})


class MessageQuerySchema(Schema):
    before = fields.String(load_default=None)
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 4 * PAGE))


class QuotedMessageSchema(Schema):
    id = fields.String()
    role = fields.String()
    kind = fields.String()
    content = fields.String(metadata={"description": "Its beginning."})


class ShownMediaSchema(Schema):
    kind = fields.String(metadata={"description": "image, video, audio, document, sticker"})
    mime_type = fields.String()
    filename = fields.String()
    size = fields.Integer(allow_none=True, metadata={"description": "Bytes, once it is here."})
    state = fields.String(metadata={"description": "loading, ready or failed"})
    reason = fields.String(metadata={"description": "Why it failed."})
    url = fields.String(
        allow_none=True,
        metadata={"description": "Good for some minutes; read the message anew for another."},
    )


class ShownMessageSchema(Schema):
    id = fields.String()
    session_id = fields.String()
    role = fields.String(metadata={"description": "user (the customer), assistant, agent, system"})
    content = fields.String()
    time = fields.String()
    kind = fields.String()
    images = fields.List(fields.String())
    status = fields.String(
        metadata={
            "description": "sending, retrying, unknown, sent, delivered, read, played or failed; "
            "received when it is the customer's"
        }
    )
    error = fields.String(
        metadata={"description": "WhatsApp's words; beside unknown: its status never came."}
    )
    error_code = fields.String(
        metadata={"description": "WhatsApp's code, while it has failed or is retrying."}
    )
    attempt = fields.Integer(
        metadata={"description": "Which attempt it is; 0 when it is not sent by us."}
    )
    can_retry = fields.Boolean()
    details = fields.Dict(metadata={"description": "What its kind holds beside words."})
    reply_to = fields.String(allow_none=True, metadata={"description": "The id it answers to."})
    quoted = fields.Nested(QuotedMessageSchema, allow_none=True)
    is_reply = fields.Boolean(
        metadata={"description": "True without `quoted`: what it answers to is not known here."}
    )
    reactions = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "By role."}
    )
    edited = fields.Boolean()
    revoked = fields.Boolean(metadata={"description": "Deleted: it shows nothing of itself."})
    media = fields.Nested(ShownMediaSchema, allow_none=True)


class OwnershipChangeSchema(Schema):
    seq = fields.Integer(metadata={"description": "The number of the event that told it."})
    session_id = fields.String()
    time = fields.String()
    status = fields.String(metadata={"description": "bot, handover, human or resolved"})
    agent_id = fields.String()
    agent = fields.String()
    by = fields.String(metadata={"description": "Who did it, where a person did."})
    handover_trigger = fields.String()
    reason = fields.String(
        metadata={"description": "SILENCE, SNOOZED, AWAKE, BLOCKED or UNBLOCKED; else empty."}
    )


class MessagePageSchema(Schema):
    as_of_seq = fields.Integer()
    messages = fields.List(fields.Nested(ShownMessageSchema))
    changes = fields.List(
        fields.Nested(OwnershipChangeSchema),
        metadata={"description": "Of the owner, in the time of these messages."},
    )
    session = fields.Nested(
        ListedSessionSchema,
        allow_none=True,
        metadata={"description": "The conversation's present line; null beside `before`."},
    )
    next_before = fields.String(allow_none=True)


class RetriedSchema(Schema):
    id = fields.String()
    status = fields.String()
    attempt = fields.Integer(metadata={"description": "Which attempt this is, from 2."})


class ReleaseSchema(Schema):
    note = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": "For the assistant and colleagues; it is not sent."},
    )


class AssignmentSchema(Schema):
    agent_id = fields.String(
        required=True, metadata={"description": "A colleague's id, or `queue`: anybody's."}
    )


class OwnershipSchema(Schema):
    owner = fields.String(metadata={"description": "bot, queue or an agent's id"})
    owner_name = fields.String()
    agent_name = fields.String()
    status = fields.String()
    epoch = fields.Integer()


class SnoozeSchema(Schema):
    until = fields.String(
        required=True,
        validate=validate.Length(max=64),
        metadata={"description": "`reply`, or a time of the next 366 days with its zone."},
    )


class SnoozedSchema(OwnershipSchema):
    snoozed = fields.Boolean()
    snoozed_until = fields.String(allow_none=True)


class TakenOverSchema(OwnershipSchema):
    in_flight = fields.List(
        fields.String(), metadata={"description": "Message ids that may still arrive."}
    )
