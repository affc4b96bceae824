"""Who may ask what: an internal token for every route, and the store inside the token.

Closed by default: a route is open, or for tokens of one store, only by being named here or by
having the store in its path. A store that is absent and a store that is another's get one
answer, and for a token of one store without a look at the database.
"""

from dataclasses import dataclass
from typing import cast

from flask import g, request

from common.errors import NotAllowedError, StoreNotFoundError
from common.identifiers import is_store_id
from common.openapi_page import ENDPOINTS
from common.stores import Stores
from common.tokens import EVERY_STORE, Claims
from common.web import TokenVerifier, bearer_claims

AUDIENCE = "catalog"

_OPEN = frozenset({"healthz", "readyz", "metrics", "static", "api-docs.openapi_json"}) | ENDPOINTS
_FOR_TOKENS_OF_ONE_STORE = frozenset({("GET", "stores.EveryStore"), ("HEAD", "stores.EveryStore")})
_MAKES_ITS_STORE = frozenset({("PUT", "stores.OneStore")})


@dataclass(frozen=True)
class Access:
    """The guard in front of every route."""

    tokens: TokenVerifier
    stores: Stores

    def check(self) -> None:
        """Admit the present request, or raise the ServiceError it is answered with."""
        if request.endpoint in _OPEN:
            return
        g.claims = bearer_claims(request.headers.get("Authorization"), self.tokens, AUDIENCE)
        route = (request.method, request.endpoint or "")
        store_id = (request.view_args or {}).get("store_id")
        if store_id is not None:
            self._check_store(store_id, must_exist=route not in _MAKES_ITS_STORE)
        elif request.endpoint is not None and route not in _FOR_TOKENS_OF_ONE_STORE:
            require_every_store()

    def _check_store(self, store_id: str, *, must_exist: bool) -> None:
        if not is_store_id(store_id) or not claims().opens(store_id):
            raise StoreNotFoundError(store_id)
        if must_exist:
            self.stores.get(store_id)


def claims() -> Claims:
    """Return what the present request's token allows."""
    return cast("Claims", g.claims)


def is_for_every_store() -> bool:
    return claims().store_id == EVERY_STORE


def require_every_store() -> None:
    """Refuse a token of one store."""
    if not is_for_every_store():
        raise NotAllowedError("A token for every store is needed.")
