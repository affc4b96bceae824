"""The customer beside the thread, and notes that only colleagues see."""

from marshmallow import Schema, fields, validate

from notifier.schemas.conversations import ListedSessionSchema

_LONGEST_NOTE = 2000


class FormerSessionSchema(Schema):
    id = fields.String()
    contact_id = fields.String(
        metadata={"description": "Another's where two contacts turned out to be one person."}
    )
    started_at = fields.String()
    ended_at = fields.String(allow_none=True, metadata={"description": "Null while it is open."})
    messages = fields.Integer()


class ShownOrderSchema(Schema):
    message_id = fields.String()
    session_id = fields.String()
    time = fields.String()
    items = fields.Integer(metadata={"description": "How many pieces in all."})
    total = fields.Float(
        allow_none=True,
        metadata={"description": "By the customer's phone; null where it cannot be added up."},
    )
    currency = fields.String()


class ShownNoteSchema(Schema):
    message_id = fields.String()
    session_id = fields.String()
    kind = fields.String(metadata={"description": "note, or release_note"})
    author = fields.String()
    text = fields.String()
    time = fields.String()


class HandoverSchema(Schema):
    trigger = fields.String()
    time = fields.String()
    words = fields.List(
        fields.String(), metadata={"description": "The customer's last ones before it."}
    )


class ContactSchema(Schema):
    id = fields.String()
    name = fields.String()
    phone = fields.String(allow_none=True, metadata={"description": "Digits only."})
    username = fields.String(allow_none=True, metadata={"description": "WhatsApp's id of them."})
    aliases = fields.List(fields.String(), metadata={"description": "Other numbers and ids."})
    created_at = fields.String()
    blocked = fields.Boolean()
    opted_out = fields.Boolean(metadata={"description": "Of advertising."})
    unreachable_code = fields.String()
    handover = fields.Nested(HandoverSchema, allow_none=True)
    sessions = fields.List(fields.Nested(FormerSessionSchema))
    orders = fields.List(fields.Nested(ShownOrderSchema))
    notes = fields.List(fields.Nested(ShownNoteSchema))


class NewNoteSchema(Schema):
    message_id = fields.UUID(
        required=True, metadata={"description": "Yours; the same one again adds nothing."}
    )
    text = fields.String(required=True, validate=validate.Length(1, _LONGEST_NOTE))


class BlockSchema(Schema):
    blocked = fields.Boolean(required=True)


class BlockedSchema(Schema):
    blocked = fields.Boolean()
    session = fields.Nested(ListedSessionSchema)
