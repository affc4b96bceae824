"""Who may ask what of the console: log-in, CSRF token, origin, and which stores.

Closed by default: a path is open only by being named here. A store that is absent and a store
that is another's get one answer, and so do their conversations.
"""

import hmac
from dataclasses import dataclass
from typing import cast

from flask import g, request

from common.errors import (
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    StoreNotFoundError,
)
from common.identifiers import as_uuid, is_store_id
from common.openapi_page import ENDPOINTS
from common.settings import Settings
from common.stores import Store, Stores
from notifier.agents import Agent
from notifier.console_sessions import ConsoleSession, key_of
from notifier.sign_in import SignIn

_OPEN = frozenset({"/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/api/login"})
_OPEN_ENDPOINTS = ENDPOINTS | {"static"}
_WITHOUT_EFFECT = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE = "mostrador_session"


@dataclass(frozen=True)
class CookieRules:
    """How the session's cookie is called and kept. `__Host-` binds it to one https host."""

    name: str
    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> "CookieRules":
        secure = settings.notifier_url.startswith("https://")
        return cls(f"__Host-{_COOKIE}" if secure else _COOKIE, secure)


@dataclass(frozen=True)
class Access:
    """The guard in front of every route."""

    sign_in: SignIn
    stores: Stores
    origins: frozenset[str]
    cookie: CookieRules

    def check(self) -> None:
        """Admit the present request, or raise the ServiceError it is answered with."""
        if request.path in _OPEN or request.endpoint in _OPEN_ENDPOINTS:
            return
        g.console_session = self.session_of_request()
        if request.method not in _WITHOUT_EFFECT:
            check_csrf(console_session(), request.headers.get("X-CSRF-Token"))

    def session_of_request(self) -> ConsoleSession:
        token = request.cookies.get(self.cookie.name)
        if not token:
            raise NotAuthenticatedError("Log in first.")
        return self.sign_in.present(key_of(token))

    def check_origin(self, origin: str | None) -> None:
        """Allow exactly the console's own origins; raises NotAllowedError."""
        if origin not in self.origins:
            raise NotAllowedError("This origin is not the console's.", code="origin_not_allowed")

    def store_for(self, agent: Agent, store_id: object) -> Store:
        """Find a store the agent serves; raises StoreNotFoundError for any other."""
        if not isinstance(store_id, str) or not is_store_id(store_id):
            raise StoreNotFoundError(str(store_id))
        if agent.role_in(store_id) is None:
            raise StoreNotFoundError(store_id)
        return self.stores.get(store_id)


def check_csrf(session: ConsoleSession, given: str | None) -> None:
    """Compare in constant time; raises NotAllowedError."""
    if not hmac.compare_digest((given or "").encode(), session.csrf_token.encode()):
        raise NotAllowedError("X-CSRF-Token is missing or wrong.", code="csrf_failed")


def session_id_of(text: object) -> str:
    """Read a session's id; what is none names no conversation. Raises NotFoundError."""
    session_id = as_uuid(text)
    if session_id is None:
        raise no_such_session()
    return session_id


def no_such_session() -> NotFoundError:
    return NotFoundError("There is no such conversation.", code="session_not_found")


def console_session() -> ConsoleSession:
    """Return who is logged in behind the present request."""
    return cast("ConsoleSession", g.console_session)
