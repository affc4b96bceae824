"""A store's message templates, and what is filled in for one."""

from marshmallow import Schema, fields, validate

_LONGEST_NAME = 512  # Meta's
_MOST_VALUES, _LONGEST_VALUE = 200, 8192  # what a template itself allows is checked with it


class TemplateQuerySchema(Schema):
    status = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "Such as APPROVED; all without it."},
    )
    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "In the name or a text."},
    )


class TemplateVariableSchema(Schema):
    name = fields.String(metadata={"description": "The key of its value."})
    part = fields.String(metadata={"description": "header, body or button"})
    kind = fields.String(metadata={"description": "text, url, code, image, video or document"})
    longest = fields.Integer()


class TemplateButtonSchema(Schema):
    kind = fields.String(metadata={"description": "As WhatsApp names it, such as QUICK_REPLY."})
    text = fields.String()
    url = fields.String()


class TemplateSchema(Schema):
    name = fields.String()
    language = fields.String()
    category = fields.String()
    status = fields.String(metadata={"description": "Only APPROVED ones can be sent."})
    text = fields.String(metadata={"description": "The body, with its variables."})
    header = fields.String()
    header_format = fields.String(metadata={"description": "text, image, …; empty without one."})
    footer = fields.String()
    buttons = fields.List(fields.Nested(TemplateButtonSchema))
    variables = fields.List(fields.Nested(TemplateVariableSchema))
    usable = fields.Boolean(metadata={"description": "False when this console cannot send it."})
    unusable = fields.String(metadata={"description": "Why not, as one word."})


class TemplatesSchema(Schema):
    templates = fields.List(fields.Nested(TemplateSchema))
    listed_at = fields.String(allow_none=True, metadata={"description": "Null before the first."})
    problem = fields.String(
        metadata={"description": "Why it could not be read: WhatsApp's code or a word of ours."}
    )


class AskedTemplateSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(1, _LONGEST_NAME))
    language = fields.String(required=True, validate=validate.Length(1, _LONGEST_NAME))
    variables = fields.Dict(
        keys=fields.String(validate=validate.Length(max=_LONGEST_NAME)),
        values=fields.String(validate=validate.Length(max=_LONGEST_VALUE)),
        load_default=dict,
        validate=validate.Length(max=_MOST_VALUES),
        metadata={"description": "By variable; of a file, its address or attachment:<id>."},
    )


class TemplatePreviewSchema(Schema):
    text = fields.String(metadata={"description": "Variables without a value stay as they are."})
    missing = fields.List(fields.String())


class TemplatesAskedSchema(Schema):
    status = fields.String(metadata={"description": "asked: read within a minute or so."})
