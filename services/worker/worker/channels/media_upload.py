"""Gives WhatsApp a file to keep for a number: `POST /<phone_number_id>/media` (whatsapp.md 1.4).

An upload shows nobody anything, so one whose fate is unknown may simply be made again. The file
goes out piece by piece, whatever its size.
"""

import re
import secrets
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from common.errors import PermanentError, TemporaryError
from common.media_types import ending_of
from common.send_errors import ErrorRule
from worker.channels.cloud_api import Credentials
from worker.channels.graph_answers import outcome_of
from worker.channels.outcome import Rejected, TryLater
from worker.computing import aside
from worker.outgoing_http import Answer, Limits, OutgoingHttp

_CONNECT_SECONDS = 5.0
_LARGEST_ANSWER_BYTES = 65_536
# A customer may be waiting for a picture; a video takes its time.
_PICTURE_BYTES, _PICTURE_SECONDS, _FILE_SECONDS = 5_000_000, 30.0, 300.0
_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_CLIENT_FAULTS, _TOO_MANY = range(400, 500), 429
_LINE = "\r\n"


class UploadPutOffError(TemporaryError):
    """WhatsApp does not take it now; the rule says what that asks for, when there is one."""

    def __init__(
        self, message: str, code: str, retry_after: float | None, rule: ErrorRule | None = None
    ) -> None:
        super().__init__(message, code=code, retry_after=retry_after)
        self.rule = rule


@dataclass(frozen=True)
class Upload:
    """A file of a known size and type, read once."""

    pieces: Iterable[bytes]
    size: int
    mime_type: str


class MediaUpload:
    """Uploads through the Graph API; safe to share between threads."""

    def __init__(self, base_url: str, version: str, tls: ssl.SSLContext | None = None) -> None:
        self._base_url = f"{base_url.rstrip('/')}/{version}"
        self._quick = OutgoingHttp(_within(_PICTURE_SECONDS), tls)
        self._long = OutgoingHttp(_within(_FILE_SECONDS), tls)

    def upload(self, credentials: Credentials, upload: Upload) -> str:
        """Upload a file; returns the id that it may be sent by for thirty days.

        Raises TemporaryError or PermanentError, with WhatsApp's code where it gave one.
        """
        is_quick = upload.size <= _PICTURE_BYTES
        http = self._quick if is_quick else self._long
        seconds = _PICTURE_SECONDS if is_quick else _FILE_SECONDS
        form = _Form(upload, secrets.token_hex(16))
        with aside():
            answer = http.ask(
                "POST",
                f"{self._base_url}/{credentials.phone_number_id}/media",
                {"Authorization": f"Bearer {credentials.access_token}", **form.headers()},
                pieces=form.pieces(time.monotonic() + seconds),
            )
        content = answer.json()
        media_id = content.get("id") if isinstance(content, dict) else None
        if answer.is_success and isinstance(media_id, str) and _ID.fullmatch(media_id):
            return media_id
        raise _refusal(answer)


@dataclass(frozen=True)
class _Form:
    """A file as multipart/form-data."""

    upload: Upload
    boundary: str

    def headers(self) -> Mapping[str, str]:
        length = len(self._before()) + self.upload.size + len(self._after())
        return {
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(length),
        }

    def pieces(self, deadline: float) -> Iterator[bytes]:
        """Give the form piece by piece; raises TimeoutError when it takes too long."""
        yield self._before()
        left = self.upload.size
        for piece in self.upload.pieces:
            if time.monotonic() > deadline:
                raise TimeoutError("The upload takes too long.")
            left -= len(piece)
            yield piece
        if left:
            raise PermanentError("The file is not as long as it was.", code="wrong_content")
        yield self._after()

    def _before(self) -> bytes:
        mime_type = self.upload.mime_type
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        lines = [
            f'--{self.boundary}{_LINE}Content-Disposition: form-data; name="{name}"'
            f"{_LINE}{_LINE}{value}{_LINE}"
            for name, value in fields.items()
        ]
        # Its own name is told with the message; this one says the type once more.
        lines.append(
            f'--{self.boundary}{_LINE}Content-Disposition: form-data; name="file"; '
            f'filename="file{ending_of(mime_type)}"{_LINE}Content-Type: {mime_type}{_LINE}{_LINE}'
        )
        return "".join(lines).encode("ascii")

    def _after(self) -> bytes:
        return f"{_LINE}--{self.boundary}--{_LINE}".encode("ascii")


def _refusal(answer: Answer) -> TemporaryError | PermanentError:
    outcome = outcome_of(answer)
    if isinstance(outcome, Rejected):
        return PermanentError(outcome.reason, code=outcome.code)
    if isinstance(outcome, TryLater):
        wait = outcome.rule.wait_after(1, outcome.retry_after)
        return UploadPutOffError(outcome.reason, outcome.code, wait, outcome.rule)
    if answer.status in _CLIENT_FAULTS and answer.status != _TOO_MANY:
        return PermanentError("WhatsApp does not take the file.", code=str(answer.status))
    return UploadPutOffError(
        "WhatsApp does not take the file now.", str(answer.status), answer.retry_after
    )


def _within(seconds: float) -> Limits:
    return Limits(_CONNECT_SECONDS, seconds, _LARGEST_ANSWER_BYTES)
