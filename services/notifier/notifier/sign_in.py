"""Logs agents in and out, and keeps what is known of them fresh.

An account that lost a store, or is gone, loses the console within half a minute. While the
catalog cannot be reached, who is logged in stays so for a while: conversations do not need it.
"""

import time

import structlog

from common.errors import NotAuthenticatedError
from notifier.catalog import Catalog, CatalogUnavailableError
from notifier.console_sessions import ConsoleSession, ConsoleSessions
from notifier.login_throttle import LoginThrottle

_LOG = structlog.get_logger()

_FRESH_SECONDS = 30.0
_LAST_SECONDS = 15 * 60.0
# After a failure the catalog is left alone this long, or every request would wait for it.
_PAUSE_SECONDS = 5.0


class SignIn:
    """The log-ins of the console. Safe to share between threads."""

    def __init__(
        self, catalog: Catalog, sessions: ConsoleSessions, throttle: LoginThrottle
    ) -> None:
        self._catalog = catalog
        self._sessions = sessions
        self._throttle = throttle
        self._ask_again_at = 0.0

    def log_in(self, email: str, password: str, address: str) -> tuple[str, ConsoleSession]:
        """Open a session for a right password; returns the cookie's token too.

        Raises NotAuthenticatedError with one code for whatever is wrong,
        TooManyAttemptsError and CatalogUnavailableError.
        """
        with self._throttle.attempt(f"{email.strip().casefold()}|{address}"):
            agent = self._catalog.verify(email, password)
            if agent is None:
                raise NotAuthenticatedError(
                    "The e-mail or the password is wrong.", code="invalid_credentials"
                )
        token, session = self._sessions.open(agent)
        _LOG.info("logged_in", agent=agent.id)
        return token, session

    def log_out(self, session_key: str) -> None:
        self._sessions.close(session_key)
        _LOG.info("logged_out")

    def present(self, key: str) -> ConsoleSession:
        """Find who is logged in; raises NotAuthenticatedError."""
        session = self._sessions.find(key)
        if session is None:
            raise NotAuthenticatedError("Log in first.")
        if session.checked_seconds <= _FRESH_SECONDS:
            return session
        return self._confirmed(session)

    def _confirmed(self, session: ConsoleSession) -> ConsoleSession:
        try:
            return self._ask(session)
        except CatalogUnavailableError:
            if session.checked_seconds > _LAST_SECONDS:
                raise
            return session

    def _ask(self, session: ConsoleSession) -> ConsoleSession:
        if time.monotonic() < self._ask_again_at:
            raise CatalogUnavailableError
        try:
            agent = self._catalog.agent(session.agent.id)
        except CatalogUnavailableError:
            self._ask_again_at = time.monotonic() + _PAUSE_SECONDS
            raise
        if agent is None:
            self._sessions.close(session.key)
            raise NotAuthenticatedError("Log in first.")
        return self._sessions.confirm(session, agent)
