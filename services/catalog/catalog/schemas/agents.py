"""Agents, their stores and their log-in."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from catalog.agents import AgentForm
from catalog.schemas.fields import boolean, email, new_password, text

_ROLES = ("agent", "supervisor", "owner")
_LONGEST_TRIED_PASSWORD = 1_000


def _form(values: dict[str, Any]) -> AgentForm:
    values["email"] = values.get("email", "").lower()
    values.pop("administrator", None)
    return AgentForm(**values)


class StoreAgentSchema(Schema):
    id = fields.String(attribute="agent_id", dump_only=True)
    email = email(required=True)
    name = text(200, least=1, required=True)
    role = fields.String(required=True, validate=validate.OneOf(_ROLES))
    password = new_password(
        metadata={"description": "Needed for an e-mail that has no account yet."}
    )

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> AgentForm:
        return _form(values)


class AgentChangeSchema(Schema):
    email = email(metadata={"description": "Only the one it has."})
    name = text(200, least=1, required=True)
    role = fields.String(required=True, validate=validate.OneOf(_ROLES))
    password = new_password()

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> AgentForm:
        return _form(values)


class StoreAgentsSchema(Schema):
    agents = fields.List(fields.Nested(StoreAgentSchema))


class NewAdministratorSchema(Schema):
    email = email(required=True)
    name = text(200, least=1, required=True)
    password = new_password(required=True)
    administrator = boolean(required=True, validate=validate.Equal(True))

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> AgentForm:
        return _form(values)


class LogInSchema(Schema):
    """No rule for a password's strength here: a wrong one must only be wrong."""

    email = text(1_000, required=True)
    password = text(_LONGEST_TRIED_PASSWORD, required=True, load_only=True)

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> AgentForm:
        return _form(values)


class PasswordChangeSchema(Schema):
    old = text(_LONGEST_TRIED_PASSWORD, required=True, load_only=True)
    new = new_password(required=True)


class ServedSchema(Schema):
    id = fields.String(attribute="store_id")
    name = fields.String()
    role = fields.String()


class AccountSchema(Schema):
    id = fields.String(attribute="agent_id")
    email = fields.String()
    name = fields.String()
    administrator = fields.Boolean()
    stores = fields.List(fields.Nested(ServedSchema))
    credentials_version = fields.Integer(
        metadata={"description": "Raised with each change of what the account logs in with."}
    )


class LoggedInSchema(Schema):
    agent = fields.Nested(AccountSchema)
