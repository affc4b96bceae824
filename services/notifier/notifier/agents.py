"""Who uses the console, and what each may do where. Pure: an account comes from the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notifier.permissions import ADMINISTRATOR, EVERY_STORE, granted_to


@dataclass(frozen=True)
class Membership:
    """A store an agent serves, and as what: agent, supervisor or owner."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class Agent:
    """A person with an account; an administrator serves every store."""

    id: str
    email: str
    name: str
    administrator: bool
    stores: tuple[Membership, ...]
    # Of the password that the log-in was opened with.
    credentials_version: int = 0

    @classmethod
    def of(cls, account: Mapping[str, Any]) -> "Agent":
        """Read the catalog's account, or one that `as_account` wrote."""
        stores = tuple(
            Membership(str(each["id"]), str(each["name"]), str(each["role"]))
            for each in account["stores"]
        )
        return cls(
            id=str(account["id"]),
            email=str(account["email"]),
            name=str(account["name"]),
            administrator=bool(account["administrator"]),
            stores=stores,
            credentials_version=int(account.get("credentials_version", 0)),
        )

    def as_account(self) -> dict[str, Any]:
        return {**vars(self), "stores": [vars(each) for each in self.stores]}

    def role_in(self, store_id: str) -> str | None:
        """Name the role in a store; None when the agent has no business there."""
        if self.administrator:
            return ADMINISTRATOR
        return next((each.role for each in self.stores if each.id == store_id), None)

    def may(self) -> dict[str, list[str]]:
        """List by store what the agent may do there; an administrator's is `*`, every store's."""
        if self.administrator:
            return {EVERY_STORE: granted_to(ADMINISTRATOR)}
        return {each.id: granted_to(each.role) for each in self.stores}
