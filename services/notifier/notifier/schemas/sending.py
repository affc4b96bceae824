"""What an agent sends: words, a file, a menu. Lengths are checked in `send_contents`."""

from marshmallow import Schema, fields, validate

from notifier.schemas.templates import AskedTemplateSchema


class ChoiceSchema(Schema):
    id = fields.String(required=True, metadata={"description": "Comes back; at most 200."})
    title = fields.String(required=True, metadata={"description": "Of a button 20, of a row 24."})
    description = fields.String(metadata={"description": "Of a row only; at most 72."})


class SectionSchema(Schema):
    title = fields.String(metadata={"description": "Needed where there are several; at most 24."})
    rows = fields.List(fields.Nested(ChoiceSchema), required=True)


class MenuSchema(Schema):
    type = fields.String(required=True, validate=validate.OneOf(("button", "list")))
    body = fields.String(required=True, metadata={"description": "1024; of a list 4096."})
    buttons = fields.List(
        fields.Nested(ChoiceSchema), metadata={"description": "Of `button`: one to three."}
    )
    button = fields.String(metadata={"description": "Of `list`: what opens it; at most 20."})
    sections = fields.List(
        fields.Nested(SectionSchema), metadata={"description": "Of `list`: ten rows in all."}
    )


class NewMessageSchema(Schema):
    text = fields.String(
        load_default="",
        metadata={"description": "1 to 4096 characters; 0 to 1024 beside an attachment."},
    )
    client_id = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "Yours; the same one again sends nothing again."},
    )
    reply_to = fields.String(
        load_default=None, allow_none=True, metadata={"description": "Id of the message it quotes."}
    )
    attachment = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "Id of an attachment of yours."},
    )
    product = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "Id of a product: its picture goes, with name and price."},
    )
    interactive = fields.Nested(MenuSchema, load_default=None, allow_none=True)
    template = fields.Nested(
        AskedTemplateSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "The only kind that goes after the 24 hours."},
    )


class NewConversationSchema(Schema):
    message_id = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "Yours; the same one again sends nothing again."},
    )
    phone = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "With its country, such as +57 300 111 2233."},
    )
    name = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Kept for who has none."},
    )
    template = fields.Nested(AskedTemplateSchema, required=True)


class BegunSchema(Schema):
    session_id = fields.String()
    message_id = fields.String()


class SentSchema(Schema):
    id = fields.String()
    client_id = fields.String()
    status = fields.String()


class AttachmentQuerySchema(Schema):
    filename = fields.String(load_default="", validate=validate.Length(max=1_000))


class AttachmentSchema(Schema):
    id = fields.String(attribute="attachment_id")
    kind = fields.String(metadata={"description": "image, audio, video or document"})
    mime_type = fields.String()
    filename = fields.String()
    size = fields.Integer()
