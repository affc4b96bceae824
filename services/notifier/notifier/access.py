"""Who may ask what of the console: log-in, CSRF token, origin, and which stores.

Closed by default: what is open, and what a route asks for, is in `permissions`. A store that is
absent and a store that is another's get one answer, and so do their conversations; in a store of
one's own, what the role does not allow is refused as such.
"""

import hmac
from dataclasses import dataclass
from typing import cast

from flask import g, request

from common.addresses import client_address
from common.errors import (
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    StoreNotFoundError,
)
from common.identifiers import as_uuid, is_store_id
from common.settings import Settings
from common.stores import Store, Stores
from notifier import permissions
from notifier.agents import Agent
from notifier.console_sessions import ConsoleSession, key_of
from notifier.permissions import ADMINISTRATOR, MAKES_ITS_STORE, OPEN, Permission
from notifier.sign_in import Caller, SignIn

_WITHOUT_EFFECT = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE = "mostrador_session"
_BROWSER_COOKIE = "mostrador_browser"


@dataclass(frozen=True)
class CookieRules:
    """How the cookies are called and kept. `__Host-` binds them to one https host."""

    name: str
    browser_name: str
    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> "CookieRules":
        """Choose by the addresses browsers use: behind a proxy ours is the one without TLS."""
        origins = settings.console_origins
        secure = settings.notifier_url.startswith("https://") or (
            bool(origins) and all(each.startswith("https://") for each in origins)
        )
        prefix = "__Host-" if secure else ""
        return cls(prefix + _COOKIE, prefix + _BROWSER_COOKIE, secure)


@dataclass(frozen=True)
class Access:
    """The guard in front of every route."""

    sign_in: SignIn
    stores: Stores
    origins: frozenset[str]
    cookie: CookieRules
    trusted_proxies: int

    def check(self) -> None:
        """Admit the present request, or raise the ServiceError it is answered with."""
        if request.endpoint in OPEN:
            return
        g.console_session = self.session_of_request()
        if request.method not in _WITHOUT_EFFECT:
            check_csrf(console_session(), request.headers.get("X-CSRF-Token"))
        if request.endpoint is not None:
            self._check_rights(request.endpoint, (request.view_args or {}).get("store_id"))

    def session_of_request(self) -> ConsoleSession:
        token = request.cookies.get(self.cookie.name)
        if not token:
            raise NotAuthenticatedError("Log in first.")
        return self.sign_in.present(key_of(token))

    def caller(self) -> Caller:
        """Say from where the present request comes."""
        told = request.headers.getlist("X-Forwarded-For")
        address = client_address(request.remote_addr or "", told, self.trusted_proxies)
        return Caller(address, request.cookies.get(self.cookie.browser_name, ""))

    def check_origin(self, origin: str | None) -> None:
        """Allow exactly the console's own origins; raises NotAllowedError."""
        if origin not in self.origins:
            raise NotAllowedError("This origin is not the console's.", code="origin_not_allowed")

    def _check_rights(self, endpoint: str, store_id: str | None) -> None:
        agent = console_session().agent
        needed = permissions.needed_for(request.method, endpoint)
        if store_id is None:
            role = ADMINISTRATOR if agent.administrator else None
        elif agent.administrator and (request.method, endpoint) == MAKES_ITS_STORE:
            role = ADMINISTRATOR
            _check_store_id(store_id)
        else:
            role = agent.role_in(self.store_for(agent, store_id).store_id)
        if not permissions.may(role, needed):
            raise not_permitted(needed)

    def allowed_store(self, agent: Agent, store_id: object, permission: Permission) -> Store:
        """Find a store the agent serves and may do this in.

        Raises StoreNotFoundError for any other, and NotAllowedError.
        """
        store = self.store_for(agent, store_id)
        if not permissions.may(agent.role_in(store.store_id), permission):
            raise not_permitted(permission)
        return store

    def store_for(self, agent: Agent, store_id: object) -> Store:
        """Find a store the agent serves; raises StoreNotFoundError for any other."""
        known = _check_store_id(store_id)
        if agent.role_in(known) is None:
            raise StoreNotFoundError(known)
        return self.stores.get(known)


def check_csrf(session: ConsoleSession, given: str | None) -> None:
    """Compare in constant time; raises NotAllowedError."""
    if not hmac.compare_digest((given or "").encode(), session.csrf_token.encode()):
        raise NotAllowedError("X-CSRF-Token is missing or wrong.", code="csrf_failed")


def _check_store_id(store_id: object) -> str:
    if not isinstance(store_id, str) or not is_store_id(store_id):
        raise StoreNotFoundError(str(store_id))
    return store_id


def not_permitted(permission: Permission | None) -> NotAllowedError:
    return NotAllowedError(
        "Your role does not allow this.", code="not_permitted", permission=permission or ""
    )


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
