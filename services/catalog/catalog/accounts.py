"""The accounts behind the agents: the installation's, so written by the owner's functions only.

One account may serve several stores. A store may therefore change the name and the password
of an account only while no other store has it, or it could log in to the other store.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.errors import ConflictError, InvalidRequestError

_BY_EMAIL = text(
    "SELECT agent_id::text, password_hash, credentials_version FROM agent_by_email(:email)"
)
_WITH_STORES = text(
    "SELECT *, credentials_version_of(agent_id) AS credentials_version"
    " FROM agent_with_stores(CAST(:agent_id AS uuid))"
)
_CHANGE_OWN = text("SELECT change_own_password(CAST(:agent_id AS uuid), :old_hash, :new_hash)")
_ADD = text("SELECT add_agent(:email, :name, :password_hash, :administrator)::text")
_CHANGE = text(
    "SELECT change_agent(CAST(:agent_id AS uuid), :name, :password_hash, :for_the_installation)"
)


@dataclass(frozen=True)
class Served:
    """A store an agent serves."""

    store_id: str
    name: str
    role: str


@dataclass(frozen=True)
class Account:
    """An agent with every store served; each new password raises `credentials_version`."""

    agent_id: str
    email: str
    name: str
    administrator: bool
    stores: tuple[Served, ...]
    credentials_version: int


@dataclass(frozen=True)
class Credentials:
    """What a log-in is compared with; empty for an unknown e-mail."""

    agent_id: str | None = None
    password_hash: str | None = None
    version: int = 0

    def __repr__(self) -> str:
        return f"Credentials(agent_id={self.agent_id!r})"


@dataclass(frozen=True)
class AccountForm:
    """What to write; without a hash the password stays. The installation may write any account."""

    email: str
    name: str
    password_hash: str | None = None
    for_the_installation: bool = False

    def __repr__(self) -> str:
        return f"AccountForm(for_the_installation={self.for_the_installation})"


def find(connection: Connection, agent_id: str) -> Account | None:
    """Read an account by a well-formed id."""
    row = connection.execute(_WITH_STORES, {"agent_id": agent_id}).mappings().one_or_none()
    if row is None:
        return None
    stores = tuple(Served(each["id"], each["name"], each["role"]) for each in row["stores"])
    return Account(**{**row, "agent_id": str(row["agent_id"]), "stores": stores})


def credentials(connection: Connection, email: str) -> Credentials:
    row = connection.execute(_BY_EMAIL, {"email": email}).one_or_none()
    return Credentials() if row is None else Credentials(*row)


def change_own_password(connection: Connection, known: Credentials, new_hash: str) -> bool:
    """Replace a password; false when it is no more the one that was compared."""
    values = {"agent_id": known.agent_id, "old_hash": known.password_hash, "new_hash": new_hash}
    return bool(connection.scalar(_CHANGE_OWN, values))


def add(connection: Connection, form: AccountForm, *, administrator: bool) -> str | None:
    """Make an account and return its id, None when the e-mail has one."""
    values = {"email": form.email, "name": form.name, "password_hash": form.password_hash}
    agent_id: str | None = connection.scalar(_ADD, {**values, "administrator": administrator})
    return agent_id


def find_or_add(connection: Connection, form: AccountForm) -> str:
    """Return the id of the account with this e-mail: a new one, or the one there is, unchanged.

    Only the installation lets an account serve a further store: who made it knows its first
    password, and would come in with it. Raises InvalidRequestError when a new account gets no
    password, and ConflictError when a store names an account that exists.
    """
    if form.password_hash is not None:
        added = add(connection, form, administrator=False)
        if added is not None:
            return added
    agent_id = credentials(connection, form.email).agent_id
    if agent_id is None:
        raise InvalidRequestError(
            "A new account needs a password.", fields={"password": ["Missing data."]}
        )
    if not form.for_the_installation:
        raise ConflictError(
            "This e-mail has an account: an administrator can let it serve this store too.",
            code="already_exists",
        )
    return agent_id


def change(connection: Connection, agent_id: str, form: AccountForm) -> None:
    """Set name and password; raises ConflictError when they are not this store's to set."""
    values = {
        "agent_id": agent_id,
        "name": form.name,
        "password_hash": form.password_hash,
        "for_the_installation": form.for_the_installation,
    }
    if not connection.scalar(_CHANGE, values):
        raise ConflictError(
            "Another store has this agent too: name and password are not this store's to change.",
            code="shared_account",
        )
