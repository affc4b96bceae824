"""The shape of every error, for the OpenAPI document; `common.web` makes the answers."""

from marshmallow import Schema, fields


class ErrorBodySchema(Schema):
    code = fields.String(metadata={"description": "What a program acts on, in snake_case."})
    message = fields.String(metadata={"description": "What a person reads."})
    details = fields.Dict(metadata={"description": "Such as `fields`: what is wrong with each."})


class ErrorSchema(Schema):
    error = fields.Nested(ErrorBodySchema)
