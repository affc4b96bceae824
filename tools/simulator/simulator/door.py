"""The way to ingress: posts signed webhook bodies, as Meta's servers would.

Beside `product_pictures` the only file here that speaks HTTP to another process.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from simulator.signatures import SIGNATURE_HEADER, sign
from simulator.store import SimulatedStore

_TIMEOUT_SECONDS = (2.0, 30.0)
_MOST_AT_ONCE = 50
_LONGEST_BODY = 2000
UNREACHABLE = 0


@dataclass(frozen=True)
class Answer:
    """What ingress said; status 0 when it said nothing, then the body names the reason."""

    status: int
    body: str

    @property
    def asks_for_another_attempt(self) -> bool:
        return self.status == UNREACHABLE or self.status >= 500  # noqa: PLR2004  # server errors


class Door:
    """Posts to `<ingress_url>/webhooks/<store_id>`; safe to use from many threads."""

    def __init__(self, ingress_url: str) -> None:
        self._ingress_url = ingress_url.rstrip("/")

    def post(self, store: SimulatedStore, raw: bytes) -> Answer:
        """Sign exactly these bytes and deliver them once."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            SIGNATURE_HEADER: sign(raw, store.app_secret),
            # A kept connection may be closed by ingress just as it is used again: that would
            # look like a failed delivery that never was one.
            "Connection": "close",
        }
        url = f"{self._ingress_url}/webhooks/{store.id}"
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy stands between two loopback ports
                response = session.post(url, data=raw, headers=headers, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            return Answer(UNREACHABLE, type(error).__name__)
        return Answer(response.status_code, response.text[:_LONGEST_BODY])

    def post_at_once(self, store: SimulatedStore, raw: bytes, times: int) -> list[Answer]:
        """Deliver the same bytes several times in parallel."""
        if times == 1:
            return [self.post(store, raw)]
        with ThreadPoolExecutor(max_workers=min(times, _MOST_AT_ONCE)) as pool:
            return list(pool.map(lambda _: self.post(store, raw), range(times)))
