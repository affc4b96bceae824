"""The errors WhatsApp names: of a change, a message or a status. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.contents import known
from ingress import fields

_MOST = 10
_LONGEST_DETAILS = 512


@dataclass(frozen=True)
class PlatformError:
    """One error; its code decides, its words are for people."""

    code: str = ""
    title: str = ""
    details: str = ""

    @property
    def shown(self) -> dict[str, str]:
        return known(code=self.code, title=self.title, details=self.details)


def errors(element: Mapping[str, Any]) -> tuple[PlatformError, ...]:
    """Read `errors[]`, from a single object too, and without the empty ones."""
    given = element.get("errors")
    if not given:
        return ()
    elements = [given] if isinstance(given, dict) else fields.items(given)[:_MOST]
    read = (_error(fields.mapping(each)) for each in elements)
    return tuple(each for each in read if each != _EMPTY)


_EMPTY = PlatformError()


def _error(error: Mapping[str, Any]) -> PlatformError:
    inner = fields.mapping(error.get("error_data")).get("details")
    words = inner or error.get("details") or error.get("message")
    return PlatformError(
        code=fields.label(error.get("code")),
        title=fields.label(error.get("title") or error.get("message")),
        details=fields.label(words, _LONGEST_DETAILS),
    )
