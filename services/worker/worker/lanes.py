"""Whose turns a worker takes: every store's, or those of a few that are its own. Pure."""

from dataclasses import dataclass

from common.errors import ConfigurationError
from common.identifiers import is_store_id
from common.queues import SHARED_LANE

EVERY_STORE = "all"


@dataclass(frozen=True)
class Lanes:
    """The lanes a worker serves, and the stores it keeps from the shared workers."""

    served: tuple[str, ...]
    own_stores: tuple[str, ...] = ()

    @classmethod
    def of(cls, worker_stores: str) -> "Lanes":
        """Read WORKER_STORES; raises ConfigurationError for what is no store's id.

        A store need not be registered yet. Its id is also the name of its lane.
        """
        if worker_stores == EVERY_STORE:
            return cls((SHARED_LANE,))
        stores = tuple(dict.fromkeys(filter(None, map(str.strip, worker_stores.split(",")))))
        if not stores:
            raise ConfigurationError("WORKER_STORES names no store; all means every store.")
        for each in stores:
            if not is_store_id(each) or each in (SHARED_LANE, EVERY_STORE):
                raise ConfigurationError(f"WORKER_STORES: {each!r} cannot be a store's id.")
        return cls(stores, stores)
