"""Who may log in to the console, and whom each store has."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from catalog import accounts
from catalog.accounts import Account, AccountForm, Credentials
from catalog.models import agents, memberships
from catalog.passwords import Passwords
from common.database import Database, announce_after_commit
from common.errors import (
    ConflictError,
    InvalidRequestError,
    NotAuthenticatedError,
    NotFoundError,
)
from common.identifiers import as_uuid

_REMOVE = text("SELECT remove_membership(CAST(:agent_id AS uuid))")


@dataclass(frozen=True)
class StoreAgent:
    """An agent as one store sees it."""

    agent_id: str
    email: str
    name: str
    role: str


@dataclass(frozen=True)
class AgentForm:
    """What a request says about an agent; an empty value says nothing."""

    email: str = ""
    name: str = ""
    role: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"AgentForm(role={self.role!r})"


class Agents:
    """Reads and writes memberships and, as far as it may, the accounts behind them."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def of_store(self, store_id: str) -> tuple[StoreAgent, ...]:
        with self._database.store(store_id) as connection:
            return _read(connection, store_id)

    def add(self, store_id: str, form: AgentForm, *, for_the_installation: bool) -> StoreAgent:
        """Let an agent serve a store, making the account if there is none.

        Raises ConflictError when the agent serves it already, or when a store names an account
        that exists; InvalidRequestError when a new account gets no password.
        """
        account = self._account_form(form, for_the_installation=for_the_installation)
        with self._database.store(store_id) as connection:
            agent_id = accounts.find_or_add(connection, account)
            row = {"store_id": store_id, "agent_id": agent_id, "role": form.role}
            adding = insert(memberships).values(row).on_conflict_do_nothing()
            if connection.scalar(adding.returning(memberships.c.agent_id)) is None:
                raise ConflictError("This agent serves the store.", code="already_exists")
            return _one(connection, store_id, agent_id)

    def change(
        self, store_id: str, agent_id: str, form: AgentForm, *, for_the_installation: bool
    ) -> StoreAgent:
        """Set role and name, and the password if one is given.

        Raises NotFoundError, and ConflictError when name or password are not this store's to set.
        """
        account = self._account_form(form, for_the_installation=for_the_installation)
        with self._database.store(store_id) as connection:
            now = _one(connection, store_id, agent_id)
            if form.email and form.email != now.email:
                raise InvalidRequestError(
                    "An account keeps its e-mail.", fields={"email": ["It cannot be changed."]}
                )
            if form.name != now.name or account.password_hash is not None:
                accounts.change(connection, now.agent_id, account)
            connection.execute(
                update(memberships)
                .where(memberships.c.store_id == store_id, memberships.c.agent_id == now.agent_id)
                .values(role=form.role)
            )
            return _one(connection, store_id, agent_id)

    def remove(self, store_id: str, agent_id: str) -> None:
        """Take an agent from a store; an account without any store is forgotten.

        Whom they were answering there waits for a colleague from then on.
        """
        known = as_uuid(agent_id)
        with self._database.store(store_id) as connection:
            if known is None or not connection.scalar(_REMOVE, {"agent_id": known}):
                raise _no_such_agent()
            announce_after_commit(connection, store_id)

    def add_administrator(self, form: AgentForm) -> Account:
        """Make an account for the whole installation; raises ConflictError for a taken e-mail."""
        account = self._account_form(form, for_the_installation=True)
        with self._database.everywhere() as connection:
            agent_id = accounts.add(connection, account, administrator=True)
        if agent_id is None:
            raise ConflictError("This e-mail has an account.", code="already_exists")
        return self.get(agent_id)

    def get(self, agent_id: str) -> Account:
        """Find an account; raises NotFoundError."""
        known = as_uuid(agent_id)
        account = self._find(known) if known else None
        if account is None:
            raise _no_such_agent()
        return account

    def verify(self, email: str, password: str) -> Account:
        """Check a log-in; whatever is wrong, the same NotAuthenticatedError after the same work."""
        known = self._right_credentials(email, password)
        account = self._find(known.agent_id) if known and known.agent_id else None
        if account is None or known is None:
            raise _wrong()
        # Of the password that was compared: it may have been changed meanwhile.
        return replace(account, credentials_version=known.version)

    def change_password(self, agent_id: str, old: str, new: str) -> Account:
        """Replace one's own password.

        Raises NotFoundError, and NotAuthenticatedError when the old one is wrong.
        """
        known = self._right_credentials(self.get(agent_id).email, old)
        if known is None:
            raise _wrong()
        new_hash = self._passwords.hash(new)
        with self._database.everywhere() as connection:
            if not accounts.change_own_password(connection, known, new_hash):
                raise _wrong()
        return self.get(agent_id)

    def _right_credentials(self, email: str, password: str) -> Credentials | None:
        with self._database.everywhere() as connection:
            known = accounts.credentials(connection, email)
        # No transaction is open here: comparing takes its time.
        return known if self._passwords.matches(password, known.password_hash) else None

    def _find(self, agent_id: str) -> Account | None:
        with self._database.everywhere() as connection:
            return accounts.find(connection, agent_id)

    def _account_form(self, form: AgentForm, *, for_the_installation: bool) -> AccountForm:
        password_hash = self._passwords.hash(form.password) if form.password else None
        return AccountForm(form.email, form.name, password_hash, for_the_installation)


def _read(
    connection: Connection, store_id: str, agent_id: str | None = None
) -> tuple[StoreAgent, ...]:
    query = (
        select(agents.c.agent_id, agents.c.email, agents.c.name, memberships.c.role)
        .join(memberships, memberships.c.agent_id == agents.c.agent_id)
        .where(memberships.c.store_id == store_id)
        .order_by(agents.c.email)
    )
    if agent_id is not None:
        query = query.where(agents.c.agent_id == agent_id)
    rows: Any = connection.execute(query).mappings()
    return tuple(StoreAgent(**row) for row in rows)


def _one(connection: Connection, store_id: str, agent_id: str) -> StoreAgent:
    known = as_uuid(agent_id)
    found = _read(connection, store_id, known) if known else ()
    if not found:
        raise _no_such_agent()
    return found[0]


def _wrong() -> NotAuthenticatedError:
    return NotAuthenticatedError("The e-mail or the password is wrong.", code="invalid_credentials")


def _no_such_agent() -> NotFoundError:
    return NotFoundError("There is no such agent.")
