"""Reads an account's list of message templates from WhatsApp, page by page, within bounds.

It follows the cursor of a page and never the address that the page names: nothing but
GRAPH_API_URL is asked. Raises TemplatesUnreadError with what WhatsApp answered.
"""

import json
import math
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from common.errors import TemporaryError
from common.message_templates import ListedTemplate
from common.plain_text import storable
from worker.outgoing_http import Answer, Limits, NoAnswerError, NotConnectedError, OutgoingHttp

_LIMITS = Limits(connect_seconds=5.0, answer_seconds=10.0, answer_bytes=4_000_000)
_FIELDS = "name,language,status,category,components"
_PAGE = 100
_MOST_PAGES, _MOST_TEMPLATES = 50, 2000
_MOST_BYTES, _LARGEST_TEMPLATE = 16_000_000, 32_000
_LONGEST_NAME, _LONGEST_CURSOR, _DEEPEST = 512, 2000, 20


class TemplatesUnreadError(TemporaryError):
    """The list could not be read; `code` is WhatsApp's, or one word of ours."""

    code = "no_answer"

    def __init__(self, code: str, pages: int, retry_after: float | None = None) -> None:
        super().__init__("The templates could not be read.", code=code, retry_after=retry_after)
        self.pages = pages


@dataclass(frozen=True)
class ReadList:
    """An account's templates; `is_whole` is False when there are more than we keep."""

    templates: Sequence[ListedTemplate]
    pages: int
    is_whole: bool = True


class TemplateReading:
    """Asks the Graph API; for one thread."""

    def __init__(self, base_url: str, version: str, tls: ssl.SSLContext | None = None) -> None:
        self._base_url = f"{base_url.rstrip('/')}/{version}"
        self._http = OutgoingHttp(_LIMITS, tls)

    def read(self, token: str, waba_id: str, is_over: Callable[[], bool]) -> ReadList:
        """Read all pages; `is_over` is asked before each whether there is still time."""
        if not token:
            raise TemplatesUnreadError("no_token", pages=0)
        found: dict[tuple[str, str], ListedTemplate] = {}
        size, cursor = 0, ""
        for page in range(1, _MOST_PAGES + 1):
            if is_over():
                raise TemplatesUnreadError("too_slow", page - 1)
            answer = self._ask(token, waba_id, cursor, page)
            size += len(answer.body)
            content = _content(answer, page)
            for each in filter(None, map(_listed, content["data"])):
                found.setdefault((each.name, each.language), each)
            following = _next_cursor(content, page)
            if not following:
                return ReadList(_first(found), page, len(found) <= _MOST_TEMPLATES)
            if len(found) >= _MOST_TEMPLATES or size > _MOST_BYTES:
                break
            if following == cursor:
                raise TemplatesUnreadError("malformed", page)
            cursor = following
        return ReadList(_first(found), page, is_whole=False)

    def _ask(self, token: str, waba_id: str, cursor: str, page: int) -> Answer:
        asked = {"fields": _FIELDS, "limit": str(_PAGE)} | ({"after": cursor} if cursor else {})
        url = f"{self._base_url}/{quote(waba_id, safe='')}/message_templates"
        try:
            return self._http.ask("GET", url, {"Authorization": f"Bearer {token}"}, params=asked)
        except (NotConnectedError, NoAnswerError) as error:
            raise TemplatesUnreadError(error.code, page) from error


def _content(answer: Answer, page: int) -> Mapping[str, Any]:
    content = answer.json()
    error = content.get("error") if isinstance(content, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if type(code) is int:
        raise TemplatesUnreadError(str(code), page, answer.retry_after)
    if not answer.is_success:
        raise TemplatesUnreadError(str(answer.status), page, answer.retry_after)
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise TemplatesUnreadError("malformed", page)
    return content


def _next_cursor(content: Mapping[str, Any], page: int) -> str:
    """Find where the next page begins; the last one has a cursor too, but no next page."""
    paging = content.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if not isinstance(after, str) or not 0 < len(after) <= _LONGEST_CURSOR:
        raise TemplatesUnreadError("malformed", page)  # not the end: nothing may be removed
    return after


def _listed(given: object) -> ListedTemplate | None:
    """Read one template; None for what is none, or too large to be one."""
    if not isinstance(given, dict):
        return None
    name, language, status, category = (
        _word(given, each) for each in ("name", "language", "status", "category")
    )
    components = given.get("components")
    if not name or not language or not isinstance(components, list):
        return None
    if _is_too_deep(components) or len(json.dumps(components)) > _LARGEST_TEMPLATE:
        return None
    return ListedTemplate(name, language, status.upper(), category.upper(), _storable(components))


def _word(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return storable(value) if isinstance(value, str) and len(value) <= _LONGEST_NAME else ""


def _is_too_deep(value: object, level: int = 0) -> bool:
    if level > _DEEPEST:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_too_deep(each, level + 1) for each in inner)


def _storable(value: Any) -> Any:
    """Replace what PostgreSQL cannot keep in JSON."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): _storable(each) for name, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _first(found: Mapping[tuple[str, str], ListedTemplate]) -> list[ListedTemplate]:
    return list(found.values())[:_MOST_TEMPLATES]
