"""Logs agents in and out, and keeps what is known of them fresh.

An account that lost a store, or is gone, loses the console within half a minute, and at once
when it was changed here. While the catalog cannot be reached, who is logged in stays so for a
while: conversations do not need it.
"""

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog

from common.database import Database
from common.errors import NotAllowedError, NotAuthenticatedError
from notifier import audit
from notifier.agents import Agent
from notifier.catalog import Catalog, CatalogUnavailableError
from notifier.console_sessions import ConsoleSession, ConsoleSessions
from notifier.known_browsers import KnownBrowsers
from notifier.login_throttle import LoginThrottle, limits_of
from notifier.revocations import Revocations

_LOG = structlog.get_logger()

_FRESH_SECONDS = 30.0
_LAST_SECONDS = 15 * 60.0
# After a failure the catalog is left alone this long, or every request would wait for it.
_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Caller:
    """From where somebody logs in; `browser` is the cookie that tells a known one, or empty."""

    address: str
    browser: str

    def __repr__(self) -> str:
        return "Caller()"


@dataclass(frozen=True)
class LoggedIn:
    """A log-in that was just opened, with what its cookies hold."""

    session: ConsoleSession
    token: str
    browser: str

    def __repr__(self) -> str:
        return f"LoggedIn({self.session!r})"


class SignIn:
    """The log-ins of the console. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        sessions: ConsoleSessions,
        browsers: KnownBrowsers,
        revocations: Revocations,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._sessions = sessions
        self._browsers = browsers
        self._revocations = revocations
        self._throttle = LoginThrottle()
        self._ask_again_at = 0.0

    def log_in(self, email: str, password: str, caller: Caller) -> LoggedIn:
        """Open a session for a right password.

        Raises NotAuthenticatedError with one code for whatever is wrong,
        TooManyAttemptsError and CatalogUnavailableError.
        """
        try:
            with self._attempt(email, caller):
                agent = _right(self._catalog.verify(email, password))
        except NotAuthenticatedError:
            audit.record_failed_log_in(self._database, _account(email))
            raise
        token, session = self._sessions.open(agent)
        audit.record_log_in(self._database, agent)
        _LOG.info("logged_in", agent=agent.id)
        return LoggedIn(session, token, self._remembered(email, caller))

    def log_out(self, session_key: str) -> None:
        self._sessions.close(session_key)
        self._revocations.tell([session_key])
        _LOG.info("logged_out")

    def change_password(
        self, session: ConsoleSession, old: str, new: str, caller: Caller
    ) -> LoggedIn:
        """Replace one's own password: every log-in ends, and one begins anew for who asks.

        Raises NotAllowedError for a wrong old one, InvalidRequestError for a new one that will
        not do, TooManyAttemptsError and CatalogUnavailableError.
        """
        me = session.agent
        try:
            with self._attempt(me.email, caller):
                agent = _right(self._catalog.change_password(me.id, old, new))
        except NotAuthenticatedError as error:
            audit.record_failed_log_in(self._database, me.email)
            raise NotAllowedError("The old password is wrong.", code="wrong_password") from error
        ended = self._sessions.close_all(agent.id)
        token, opened = self._sessions.open(agent)
        self._revocations.tell(ended)
        audit.record_of_account(self._database, agent, "change_password")
        return LoggedIn(opened, token, self._remembered(me.email, caller))

    def end_others(self, session: ConsoleSession) -> int:
        """End every other log-in of an agent; returns how many there were."""
        ended = self._sessions.close_all(session.agent.id, but=session.key)
        self._revocations.tell(ended)
        audit.record_of_account(self._database, session.agent, "end_log_ins")
        return len(ended)

    def account_changed(self, agent_id: str, *, ends_log_ins: bool) -> None:
        """Let the log-ins of an agent follow a change of the account, in every process."""
        changed = self._sessions.close_all if ends_log_ins else self._sessions.doubt_all
        self._revocations.tell(changed(agent_id))

    def present(self, key: str) -> ConsoleSession:
        """Find who is logged in; raises NotAuthenticatedError."""
        session = self._sessions.find(key)
        if session is None:
            raise NotAuthenticatedError("Log in first.")
        if session.checked_seconds <= _FRESH_SECONDS:
            return session
        return self._confirmed(session)

    def _attempt(self, email: str, caller: Caller) -> AbstractContextManager[None]:
        account = _account(email)
        browser = self._browsers.name_of(caller.browser, account)
        return self._throttle.attempt(limits_of(account, caller.address, browser))

    def _remembered(self, email: str, caller: Caller) -> str:
        account = _account(email)
        is_known = self._browsers.name_of(caller.browser, account) is not None
        return caller.browser if is_known else self._browsers.remember(account)

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
        if agent is None or agent.credentials_version != session.agent.credentials_version:
            self._sessions.close(session.key)
            raise NotAuthenticatedError("Log in first.")
        return self._sessions.confirm(session, agent)


def _right(agent: Agent | None) -> Agent:
    if agent is None:
        raise NotAuthenticatedError(
            "The e-mail or the password is wrong.", code="invalid_credentials"
        )
    return agent


def _account(email: str) -> str:
    return email.strip().lower()
