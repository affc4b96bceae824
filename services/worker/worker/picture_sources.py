"""Where a product's picture may be fetched from. Pure.

Its address is what a store wrote into the catalog: our own catalog may be anywhere, everything
else must be on the Internet, whose addresses `guarded_connections` checks. No token goes along.
"""

from collections.abc import Iterable
from urllib.parse import urljoin

from worker.media_sources import ForbiddenSourceError, Origin, Source

_PORTS = (80, 443)


class PictureSources:
    """The places of one installation."""

    def __init__(self, own: Iterable[str]) -> None:
        """Take the addresses of what is ours; raises ForbiddenSourceError for no plain one."""
        self._own = frozenset(Origin.of(each) for each in own if each)

    def check(self, url: str) -> Source:
        """Admit an address, or raise ForbiddenSourceError."""
        origin = Origin.of(url)
        is_own = origin in self._own
        if not is_own and origin.port not in _PORTS:
            raise ForbiddenSourceError("The address has an unusual port.")
        return Source(url, origin, is_own=is_own, wants_token=False)

    def follow(self, source: Source, location: str) -> Source:
        """Admit where a redirect leads."""
        return self.check(urljoin(source.url, location))
