"""One fetch: asks WhatsApp where a customer's file is, gets it, and checks that it is the one.

Between the claim and the storage. Says what became of it by what it raises: TemporaryError for
what another attempt may get, PermanentError for what nobody will.
"""

import base64
import binascii
import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from common.errors import PermanentError, TemporaryError
from common.media import ClaimedMedia
from common.media_types import HEAD_BYTES, kept_type
from common.send_errors import Action, rule_for
from worker.media_download import Bounds, Downloaded, MediaDownload

LARGEST_BYTES = 100_000_000  # whatsapp.md 1.3: what a customer may send
_FILE = Bounds(LARGEST_BYTES, seconds=180.0)
_DESCRIPTION = Bounds(65_536, seconds=20.0)
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_HEX = re.compile(r"[0-9a-f]{64}")
_HASH_BYTES = 32
_REFUSED, _TOO_MANY = (401, 403), 429
_CLIENT_FAULTS = range(400, 500)
_TOKEN_WAIT_SECONDS = 60.0


class WaitsForTokenError(TemporaryError):
    """The store's token does not open it now; no attempt of the media's own."""

    code = "token_refused"


class WrongContentError(TemporaryError):
    """What came is not what was named; a second time it is given up."""

    code = "wrong_content"


@dataclass(frozen=True)
class Fetched:
    """A file that is what WhatsApp says it is."""

    size: int
    mime_type: str  # to keep it under


@dataclass(frozen=True)
class _Description:
    url: str
    mime_type: str
    sha256: str
    size: int | None


class MediaFetching:
    """Fetches through the Graph API; safe to share between threads."""

    def __init__(self, base_url: str, version: str, download: MediaDownload) -> None:
        self._base_url = f"{base_url}/{version}"
        self._download = download

    def fetch(self, token: str, claimed: ClaimedMedia, into: BinaryIO) -> Fetched:
        """Get a file, checked; raises TemporaryError or PermanentError."""
        if not token:
            raise WaitsForTokenError("The store has no token.", retry_after=_TOKEN_WAIT_SECONDS)
        described = self._describe(token, claimed.media_id)
        if described.size is not None and described.size > LARGEST_BYTES:
            raise PermanentError("The file is too large.", code="too_large")
        answer = self._download.get(described.url, token, into, _FILE)
        if not answer.is_success:
            raise _refusal_of_file(answer)
        return _checked(into, claimed, described)

    def _describe(self, token: str, media_id: str) -> _Description:
        if not _MEDIA_ID.fullmatch(media_id):
            raise PermanentError("That is no id of media.", code="bad_media_id")
        body = io.BytesIO()
        url = f"{self._base_url}/{quote(media_id, safe='')}"
        answer = self._download.get(url, token, body, _DESCRIPTION)
        content = _json(body.getvalue())
        if not answer.is_success or "error" in content:
            raise _refusal(answer, content)
        address = _text(content, "url")
        if not address:
            raise TemporaryError("WhatsApp named no address.", code="no_address")
        return _Description(
            address,
            _text(content, "mime_type"),
            plain_hash(_text(content, "sha256")),
            _size(content),
        )


def plain_hash(given: str) -> str:
    """Write a SHA-256 in hexadecimal, from that or Base64; empty for anything else."""
    if _HEX.fullmatch(given.lower()):
        return given.lower()
    try:
        found = base64.b64decode(given, altchars=b"-_" if set(given) & set("-_") else None)
    except (binascii.Error, ValueError):
        return ""
    return found.hex() if len(found) == _HASH_BYTES else ""


def _checked(file: BinaryIO, claimed: ClaimedMedia, described: _Description) -> Fetched:
    """Compare with what WhatsApp said, in the webhook or now: the one may be the other's form."""
    head, size, found = _measured(file)
    named = {each for each in (described.sha256, claimed.sha256) if each}
    if size == 0 or (described.size is not None and size != described.size):
        raise WrongContentError("The file has another size.")
    if named and found not in named:
        raise WrongContentError("The file has another hash.")
    said = described.mime_type or claimed.mime_type
    return Fetched(size, kept_type(claimed.kind, said, head))


def _measured(file: BinaryIO) -> tuple[bytes, int, str]:
    """Read a file through: its first bytes, its size, its hash."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return file.read(HEAD_BYTES), size, digest.hexdigest()


def _refusal(answer: Downloaded, content: Mapping[str, Any]) -> TemporaryError | PermanentError:
    """Understand Graph's refusal to describe media: by its code, else by the HTTP status."""
    error = content.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int):
        return _refusal_without_code(answer)
    rule = rule_for(code, answer.status)
    wait = rule.wait_after(1, answer.retry_after)  # the media desk waits longer at its own pace
    if rule.action is Action.PAUSE:
        return WaitsForTokenError("WhatsApp refuses the store.", retry_after=wait)
    if rule.action is Action.AGAIN:
        return TemporaryError("WhatsApp asks for patience.", code=str(code), retry_after=wait)
    return PermanentError("WhatsApp does not have it.", code=str(code))


def _refusal_without_code(answer: Downloaded) -> TemporaryError | PermanentError:
    code = str(answer.status)
    if answer.status in _REFUSED:
        return WaitsForTokenError("The token is refused.", retry_after=_TOKEN_WAIT_SECONDS)
    if answer.status in _CLIENT_FAULTS and answer.status != _TOO_MANY:
        return PermanentError("WhatsApp does not have it.", code=code)
    return TemporaryError("WhatsApp does not answer.", code=code, retry_after=answer.retry_after)


def _refusal_of_file(answer: Downloaded) -> TemporaryError | PermanentError:
    """Understand the file host: what it forbids may be an address that has just run out."""
    if answer.status in _REFUSED:
        return TemporaryError("The file is refused.", code=str(answer.status))
    return _refusal_without_code(answer)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""


def _size(content: Mapping[str, Any]) -> int | None:
    """Read the size, which Graph writes as a number or as digits."""
    value = content.get("file_size")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:19])
    return value if type(value) is int and value >= 0 else None
