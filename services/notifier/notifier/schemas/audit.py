"""The audit log."""

from marshmallow import Schema, fields


class AuditQuerySchema(Schema):
    cursor = fields.String(load_default="", metadata={"description": "From the page before."})
    session_id = fields.String(load_default="")
    agent_id = fields.String(load_default="")


class AuditEntrySchema(Schema):
    id = fields.String()
    at = fields.String()
    agent_id = fields.String()
    agent_name = fields.String(metadata={"description": "As it was then."})
    action = fields.String()
    session_id = fields.String(allow_none=True)
    target = fields.String(metadata={"description": "Which message, product, agent …"})
    details = fields.Dict(metadata={"description": "Names of what was changed, never values."})


class AuditPageSchema(Schema):
    entries = fields.List(fields.Nested(AuditEntrySchema))
    cursor = fields.String(allow_none=True, metadata={"description": "Null at the end."})
