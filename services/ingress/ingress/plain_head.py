"""Reads the head of the one request that Meta makes, in its plain form and no other. Pure.

A head is plain when nobody could read it in two ways: `POST /webhooks/<store> HTTP/1.1`, header
lines that end in CRLF, one Host, one Content-Length of digits, no Transfer-Encoding, no Expect,
no Upgrade, no Connection but keep-alive. All else, rightful or not, is left to gunicorn's own
parser, from the first byte on. So nothing that is read here can be read differently there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_HEAD = 8 * 1024  # Meta's have less than one
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb"[\t\x20-\x7e\x80-\xff]*"
_HEAD = re.compile(
    rb"POST /webhooks/([a-z0-9-]{1,63}) HTTP/1\.1\r\n((?:"
    + _TOKEN
    + rb":"
    + _VALUE
    + rb"\r\n)+)\r\n"
)
# Each byte is looked at once, whatever stands there: blanks are stripped afterwards.
_LINE = re.compile(rb"([^:\r\n]+):([^\r\n]*)\r\n")
_LENGTH = re.compile(rb"[0-9]{1,12}")
# Each could change where the request ends or what follows it.
_NOT_PLAIN = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"trailer", b"te"))
_ONCE = frozenset((b"host", b"content-length", b"connection"))


@dataclass(frozen=True)
class PlainHead:
    """What a plain head says; `size` is the head's own length."""

    store_id: str
    size: int
    body_size: int
    signatures: tuple[str, ...]
    forwarded_for: tuple[str, ...]


def read_plain_head(received: bytes | bytearray) -> PlainHead | None:
    """Read a head that has come whole; None when it is not plain."""
    found = _HEAD.match(received)
    if found is None or found.end() > LONGEST_HEAD:
        return None
    once: dict[bytes, bytes] = {}
    several: dict[bytes, list[str]] = {b"x-hub-signature-256": [], b"x-forwarded-for": []}
    for written, value in _LINE.findall(found[2]):
        name = written.lower()
        if name in _NOT_PLAIN or name in once:
            return None
        if name in _ONCE:
            once[name] = value.strip(b"\t ")
        elif name in several:
            several[name].append(value.strip(b"\t ").decode("latin-1"))
    if not _is_plain(once):
        return None
    return PlainHead(
        store_id=found[1].decode("ascii"),
        size=found.end(),
        body_size=int(once[b"content-length"]),
        signatures=tuple(several[b"x-hub-signature-256"]),
        forwarded_for=tuple(several[b"x-forwarded-for"]),
    )


def _is_plain(once: Mapping[bytes, bytes]) -> bool:
    return (
        b"host" in once
        and _LENGTH.fullmatch(once.get(b"content-length", b"")) is not None
        and once.get(b"connection", b"keep-alive").lower() == b"keep-alive"
    )
