"""Reads `Retry-After`: how long a server asks to be left alone (RFC 9110, 10.2.3). Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 3600.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read a number of seconds or a date, an hour at most; anything else counts for nothing.

    A date is measured by the clock of the server that wrote it, where it says what that shows.
    """
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given), LONGEST_SECONDS)
    until = _moment(given)
    if until is None:
        return None
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_SECONDS)


def _moment(text: str) -> datetime | None:
    if not text.endswith("GMT"):  # what every HTTP date of today ends with
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found.replace(tzinfo=UTC)
