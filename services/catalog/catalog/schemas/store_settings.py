"""What a store may set for itself; null goes back to the installation's default."""

from typing import Any

from marshmallow import Schema, fields, validate

from catalog.schemas.fields import boolean, text

_LONGEST_HOLD_BACK_MS = 60_000
_LONGEST_PAUSE_SECONDS = 86_400
_MOST_A_SECOND = 1_000
_TEN_YEARS_OF_DAYS = 3_650
_WEEK_OF_MINUTES = 10_080


def _whole(least: int, most: int) -> fields.Integer:
    return fields.Integer(strict=True, allow_none=True, validate=validate.Range(least, most))


def _number(most: float, least: float = 0, *, least_inclusive: bool = False) -> fields.Float:
    bounds = validate.Range(least, most, min_inclusive=least_inclusive)
    return fields.Float(allow_none=True, validate=bounds)


def _text(most: int, **options: Any) -> fields.String:
    return text(most, allow_none=True, **options)


class StoreSettingsSchema(Schema):
    rate = _number(_MOST_A_SECOND)
    concurrency = _whole(1, 256)
    weight = _number(100, 0.01, least_inclusive=True)
    hold_back_ms = _whole(0, _LONGEST_HOLD_BACK_MS)
    attempts = _whole(1, 20)
    send_rate = _number(_MOST_A_SECOND)
    pair_rate = _number(_LONGEST_PAUSE_SECONDS, least_inclusive=True)
    pair_burst = _whole(1, 1_000)
    unknown_policy = fields.String(
        allow_none=True, validate=validate.OneOf(("settle", "flag", "resend_once"))
    )
    images_per_reply = _whole(0, 30)
    picture_by = fields.String(allow_none=True, validate=validate.OneOf(("link", "upload")))
    unknown_seconds = _number(_LONGEST_PAUSE_SECONDS)
    retention_days = _whole(1, _TEN_YEARS_OF_DAYS)
    handover_keywords = fields.List(
        text(100, least=1), allow_none=True, validate=validate.Length(max=100)
    )
    transfer_text = _text(1_000)
    instructions = _text(8_000)
    language = fields.String(allow_none=True, validate=validate.OneOf(("es", "en")))
    bot_enabled = boolean(allow_none=True)
    return_minutes = _number(_WEEK_OF_MINUTES, least_inclusive=True)
    escalate_minutes = _number(_WEEK_OF_MINUTES, least_inclusive=True)
