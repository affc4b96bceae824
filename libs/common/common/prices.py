"""Writes a price as the store's customers do. Pure."""

from decimal import Decimal, InvalidOperation

_SWAPPED = str.maketrans(",.", ".,")


def written_price(amount: str | None, currency: str, language: str) -> str:
    """Write a decimal such as "45000.00": "$ 45.000" for pesos, "USD 12.50" in English.

    Cents are shown when there are any. Empty for no price, or one that cannot be read.
    """
    try:
        value = Decimal(amount or "")
    except InvalidOperation:
        return ""
    if not value.is_finite():
        return ""
    written = f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
    if currency == "COP":
        return f"$ {written.translate(_SWAPPED)}"
    return f"{currency} {written if language == 'en' else written.translate(_SWAPPED)}"
