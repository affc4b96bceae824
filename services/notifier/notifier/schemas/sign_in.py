"""Who is logged in."""

from marshmallow import Schema, fields, validate

_LONGEST = 1_000  # a longer one is not worth the catalog's time


class LogInSchema(Schema):
    email = fields.String(required=True, validate=validate.Length(max=_LONGEST))
    password = fields.String(required=True, load_only=True, validate=validate.Length(max=_LONGEST))


class PasswordChangeSchema(Schema):
    old = fields.String(required=True, load_only=True, validate=validate.Length(max=_LONGEST))
    new = fields.String(required=True, load_only=True, validate=validate.Length(max=_LONGEST))


class EndedLogInsSchema(Schema):
    ended = fields.Integer()


class MembershipSchema(Schema):
    id = fields.String()
    name = fields.String()
    role = fields.String(metadata={"description": "agent, supervisor or owner"})


class AgentSchema(Schema):
    id = fields.String()
    email = fields.String()
    name = fields.String()
    administrator = fields.Boolean()
    stores = fields.List(fields.Nested(MembershipSchema))


class LoggedInSchema(Schema):
    may = fields.Dict(
        fields.String(),
        fields.List(fields.String()),
        metadata={"description": "What the agent may do by store; `*` is every store."},
    )
    agent = fields.Nested(AgentSchema)
    csrf_token = fields.String(metadata={"description": "Goes into X-CSRF-Token."})
