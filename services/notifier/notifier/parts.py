"""The parts of the running notifier, as its routes find them."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from common.database import Database
from common.queues import Doorbells
from common.storage import Storage
from common.stores import Store, Stores
from notifier.access import Access, console_session
from notifier.agents import Agent
from notifier.attachment_intake import AttachmentIntake
from notifier.catalog import Catalog
from notifier.days_kept import DaysKept
from notifier.media_links import MediaLinks
from notifier.message_reader import MessageReaders
from notifier.open_sockets import OpenSockets
from notifier.relay import Relay
from notifier.sign_in import SignIn

_NAME = "notifier"


@dataclass(frozen=True)
class Parts:
    """What `app` put together."""

    database: Database
    stores: Stores
    readers: MessageReaders
    access: Access
    sign_in: SignIn
    catalog: Catalog
    doorbells: Doorbells
    open_sockets: OpenSockets
    media_links: MediaLinks
    storage: Storage
    intake: AttachmentIntake
    relay: Relay
    days: DaysKept

    def close(self) -> None:
        """End the sockets, the relay and every connection."""
        self.open_sockets.close_all()
        self.relay.stop()
        self.catalog.close()
        self.database.close()


def install(app: Flask, parts: Parts) -> None:
    app.extensions[_NAME] = parts


def parts_of(app: Flask) -> Parts:
    return cast("Parts", app.extensions[_NAME])


def parts() -> Parts:
    """Return the parts of the application that answers the present request."""
    return parts_of(current_app)


def agent() -> Agent:
    """Return who is asking."""
    return console_session().agent


def store_of_path(store_id: str) -> Store:
    """Find the store a path names; raises StoreNotFoundError unless the agent serves it."""
    return parts().access.store_for(agent(), store_id)
