"""Which address a product's picture has: the rules for what a store wrote. Pure: no I/O.

Nothing here fetches a picture. An address is handed to WhatsApp, so what is odd is refused
instead of repaired: a picture that is missing is better than one from elsewhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, unquote, urlsplit

LONGEST_REFERENCE = 2_000

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\s\ud800-\udfff]")
_SAFE_IN_PATH = "/%!$&'()*+,;=:@~-._?"


@dataclass(frozen=True)
class Picture:
    """The address of a product's picture."""

    product_id: str
    url: str


@dataclass(frozen=True)
class Resolved:
    """What was asked for, apart: with and without a usable picture, each in the order asked."""

    images: tuple[Picture, ...]
    missing: tuple[str, ...]


def resolve(
    asked: Iterable[str], references: Mapping[str, Sequence[str]], base_url: str
) -> Resolved:
    """Give each product asked for the first usable of its pictures."""
    images: list[Picture] = []
    missing: list[str] = []
    for product_id in asked:
        urls = (picture_url(each, base_url) for each in references.get(product_id, ()))
        url = next((each for each in urls if each), None)
        if url is None:
            missing.append(product_id)
        else:
            images.append(Picture(product_id, url))
    return Resolved(tuple(images), tuple(missing))


def picture_url(reference: str, base_url: str) -> str | None:
    """Turn a stored reference into an address; None when it is not one we hand out.

    An http or https URL stays as it is; a path goes below `base_url`.
    """
    if not reference or len(reference) > LONGEST_REFERENCE or _FORBIDDEN.search(reference):
        return None
    try:
        parts = urlsplit(reference)
        if parts.scheme or parts.netloc or reference.startswith("//"):
            return reference if _is_plain_web_address(parts) else None
    except ValueError:  # a broken port or IPv6 address
        return None
    if parts.fragment or _climbs(parts.path) or not parts.path.strip("/"):
        return None
    return f"{base_url.rstrip('/')}/{_quoted(reference.removeprefix('/'))}"


def _is_plain_web_address(parts: SplitResult) -> bool:
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return False
    return parts.port != 0 and not _is_link_local(parts.hostname)


def _is_link_local(hostname: str) -> bool:
    """Tell the addresses where clouds keep a machine's own secrets."""
    try:
        return ip_address(hostname).is_link_local
    except ValueError:
        return False


def _climbs(path: str) -> bool:
    """Tell a path that leaves its place, also when it is encoded once more than usual."""
    plain = unquote(unquote(path))
    segments = plain.split("/")
    return "\\" in plain or "\x00" in plain or ".." in segments or "//" in plain


def _quoted(path: str) -> str:
    return quote(path, safe=_SAFE_IN_PATH)
