"""Where a customer's file may be fetched from, and who may be shown the store's token. Pure.

The address comes from WhatsApp's answer and from redirects. It is followed only to Meta's own
hosts, over https at the usual port, or to where GRAPH_API_URL leads; the token goes only where
Meta documents that it is wanted.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from common.errors import PermanentError

# Meta's documentation of media names the first; the others are where its files are served from.
META_HOSTS = frozenset({"lookaside.fbsbx.com", "graph.facebook.com"})
META_DOMAINS = (".whatsapp.net", ".fbcdn.net")
_TOKEN_HOSTS = frozenset({"lookaside.fbsbx.com", "graph.facebook.com"})
_PORTS = {"http": 80, "https": 443}
# Nothing that two readers of an address could understand differently: no user, no escapes.
_HOST = re.compile(r"([a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_PRINTABLE = re.compile(r"[!-\[\]-~]+")  # neither blanks nor a backslash
_LONGEST_URL = 4096


class ForbiddenSourceError(PermanentError):
    """The address leads where nothing is fetched from."""

    code = "forbidden_source"


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port: what may share a token."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Read an address; raises ForbiddenSourceError for one that is not plain."""
        if len(url) > _LONGEST_URL or not _PRINTABLE.fullmatch(url):
            raise ForbiddenSourceError("The address is no plain one.")
        parts = urlsplit(url)
        found = _HOST.fullmatch(parts.netloc.lower())
        if parts.scheme not in _PORTS or found is None:
            raise ForbiddenSourceError("The address is no plain one.")
        return cls(parts.scheme, found[1], int(found[2] or _PORTS[parts.scheme]))


@dataclass(frozen=True)
class Source:
    """An address that may be asked."""

    url: str
    origin: Origin
    is_own: bool  # where GRAPH_API_URL leads, perhaps a private address
    wants_token: bool


@dataclass(frozen=True)
class MediaSources:
    """The places of one installation."""

    own: Origin
    hosts: frozenset[str] = META_HOSTS
    domains: tuple[str, ...] = META_DOMAINS
    token_hosts: frozenset[str] = _TOKEN_HOSTS
    port: int = _PORTS["https"]

    def check(self, url: str) -> Source:
        """Admit an address, or raise ForbiddenSourceError."""
        origin = Origin.of(url)
        if origin == self.own:
            return Source(url, origin, is_own=True, wants_token=True)
        is_metas = origin.host in self.hosts or origin.host.endswith(self.domains)
        if not is_metas or origin.scheme != "https" or origin.port != self.port:
            raise ForbiddenSourceError("The address is not WhatsApp's.")
        return Source(url, origin, is_own=False, wants_token=origin.host in self.token_hosts)

    def follow(self, source: Source, location: str) -> Source:
        """Admit where a redirect leads; the token stays with the origin it was shown to."""
        target = self.check(urljoin(source.url, location))
        keeps_token = source.wants_token and target.origin == source.origin
        return Source(target.url, target.origin, target.is_own, wants_token=keeps_token)
