"""Tells a customer who waits that their message was read and an answer is being written.

Only when the assistant takes longer than a moment: an answer that comes at once needs no
announcement. It is no part of a reply: nothing depends on whether it arrives, and repeating it
is harmless (whatsapp.md 1.4).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from common.stores import Store, Stores
from worker.channels.cloud_api import Credentials
from worker.ports import Channel

_A_MOMENT_SECONDS = 0.7


@dataclass(frozen=True)
class Attention:
    """Shows typing for one store's customers."""

    stores: Stores
    channel: Channel

    @contextmanager
    def shown(self, store: Store, wamid: str) -> Iterator[None]:
        """Show typing if the block takes longer than a moment."""
        credentials = Credentials(store.phone_number_id, self.stores.access_token(store))
        timer = threading.Timer(_A_MOMENT_SECONDS, self.channel.show_typing, (credentials, wamid))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
