"""What the door answers: nothing when all is well, else the shape all services share. Pure."""

import json
from dataclasses import dataclass

from common.errors import ServiceError, TemporaryError

Headers = tuple[tuple[bytes, bytes], ...]

_COMMON: Headers = ((b"x-content-type-options", b"nosniff"),)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Headers = _COMMON


TAKEN = Answer(200)


def refusal(error: ServiceError) -> Answer:
    """Say why a delivery was not taken."""
    said = {"code": error.code, "message": error.message, "details": dict(error.details)}
    headers: Headers = (*_COMMON, (b"content-type", b"application/json"))
    if isinstance(error, TemporaryError) and error.retry_after is not None:
        headers += ((b"retry-after", str(int(error.retry_after)).encode()),)
    return Answer(error.status, json.dumps({"error": said}).encode(), headers)
