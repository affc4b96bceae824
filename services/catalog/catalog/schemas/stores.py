"""Stores: secrets go in whole and come out by their last four characters."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from catalog.schemas.fields import boolean, shaped, store_id, text
from catalog.schemas.store_settings import StoreSettingsSchema
from common.store_registration import StoreChange

_SECRETS = ("access_token", "app_secret", "verify_token")
_SECRET_LENGTH = 2_000
# Meta's ids are digits; other roads to WhatsApp name their numbers otherwise.
_NUMBER_ID = "^[A-Za-z0-9_.:@-]{1,64}$"
_ACCOUNT_ID = "^[A-Za-z0-9_.:@-]{0,64}$"


@dataclass(frozen=True)
class StoreForm:
    """What a request says about a store; `store_id` is empty when it says none."""

    store_id: str
    change: StoreChange


class StoreFieldsSchema(Schema):
    """A secret that is empty is one that is left out."""

    id = store_id()
    name = text(200, least=1, required=True)
    phone_number_id = shaped(_NUMBER_ID, required=True)
    waba_id = shaped(_ACCOUNT_ID)
    status = fields.String(
        validate=validate.OneOf(("active", "paused")),
        metadata={"description": "Left out it stays as it is; a new store is active."},
    )
    access_token = text(_SECRET_LENGTH, load_only=True)
    app_secret = text(_SECRET_LENGTH, load_only=True)
    verify_token = text(_SECRET_LENGTH, load_only=True)
    settings = fields.Nested(StoreSettingsSchema)


class StoreSchema(StoreFieldsSchema):
    """Everything but the secrets: what is missing becomes its default.

    But for `status`: a store that is paused stays so until it is asked for. A new one is active.
    """

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> StoreForm:
        named = {
            name: each for name, each in values.get("settings", {}).items() if each is not None
        }
        return _form({"waba_id": "", **values, "settings": named})


class NewStoreSchema(StoreSchema):
    id = store_id(required=True)


class StoreChangeSchema(StoreFieldsSchema):
    """Loaded partially: what is missing stays as it is, also among the settings."""

    forget_former = boolean(
        load_only=True,
        metadata={"description": "True: the former app secret and verify token end at once."},
    )

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> StoreForm:
        return _form(values)


class StoreViewSchema(Schema):
    id = fields.String(attribute="store_id")
    name = fields.String()
    phone_number_id = fields.String()
    waba_id = fields.String()
    status = fields.String()
    paused_reason = fields.String(
        metadata={"description": "One word; empty while active, or when it was paused by hand."}
    )
    access_token_last4 = fields.String(allow_none=True)
    app_secret_last4 = fields.String(allow_none=True)
    verify_token_last4 = fields.String(allow_none=True)
    settings = fields.Dict()


class StoresSchema(Schema):
    stores = fields.List(fields.Nested(StoreViewSchema))


def _form(values: dict[str, Any]) -> StoreForm:
    named_id = values.pop("store_id", "")
    secrets = {name: values.pop(name, "") for name in _SECRETS}
    given = {name: secret for name, secret in secrets.items() if secret}
    return StoreForm(named_id, StoreChange(**values, secrets=given))
