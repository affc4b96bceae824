"""The kinds of field that several schemas have."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from common.identifiers import CATALOG_ID_PATTERN, STORE_ID_PATTERN
from common.plain_text import is_storable

_LARGEST_PRICE = Decimal("999999999999.99")  # numeric(14, 2)
_CENTS = -2
_LONGEST_EMAIL = 254  # RFC 5321
_EMAIL_PATTERN = r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$"
_SHORTEST_PASSWORD = 8  # ASVS 6.2.1
_LONGEST_PASSWORD = 128

Check = Callable[[Any], None]


def text(most: int, least: int = 0, check: Check | None = None, **options: Any) -> fields.String:
    """Make a field for text that PostgreSQL can store, of bounded length."""
    checks: list[Check] = [storable, validate.Length(min=least, max=most)]
    return fields.String(validate=checks + ([check] if check else []), **options)


def shaped(pattern: str, **options: Any) -> fields.String:
    """Make a field for text that fits a pattern as a whole."""
    return fields.String(
        validate=[storable, _fitting(pattern)], metadata={"pattern": pattern}, **options
    )


def identifier(attribute: str) -> fields.String:
    return shaped(CATALOG_ID_PATTERN, attribute=attribute)


def store_id(**options: Any) -> fields.String:
    return shaped(STORE_ID_PATTERN, attribute="store_id", **options)


def email(**options: Any) -> fields.String:
    return text(_LONGEST_EMAIL, check=_fitting(_EMAIL_PATTERN), **options)


def new_password(**options: Any) -> fields.String:
    return text(_LONGEST_PASSWORD, least=_SHORTEST_PASSWORD, load_only=True, **options)


def price(**options: Any) -> fields.Decimal:
    """Make a field for a price: a decimal string, out with two places; null when on request."""
    return fields.Decimal(as_string=True, allow_none=True, validate=_is_price, **options)


def boolean(**options: Any) -> fields.Boolean:
    return fields.Boolean(truthy={True}, falsy={False}, **options)


def storable(value: str) -> None:
    """Refuse what PostgreSQL cannot store: NUL, and halves of characters."""
    if not is_storable(value):
        raise ValidationError("It holds NUL or half a character.")


def _fitting(pattern: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: str) -> None:
        if compiled.fullmatch(value) is None:
            raise ValidationError(f"It does not fit {pattern}")

    return check


def _is_price(value: Decimal) -> None:
    if not 0 <= value <= _LARGEST_PRICE:
        raise ValidationError(f"It must lie between 0 and {_LARGEST_PRICE}.")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < _CENTS:
        raise ValidationError("It has more than two decimal places.")
