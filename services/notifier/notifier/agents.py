"""Who uses the console, and what each may do where. Pure: an account comes from the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADMINISTRATOR = "administrator"
_MAY_CHANGE_A_STORE = frozenset({"owner", ADMINISTRATOR})


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
        )

    def as_account(self) -> dict[str, Any]:
        return {**vars(self), "stores": [vars(each) for each in self.stores]}

    def role_in(self, store_id: str) -> str | None:
        """Name the role in a store; None when the agent has no business there."""
        if self.administrator:
            return ADMINISTRATOR
        return next((each.role for each in self.stores if each.id == store_id), None)

    def may_change(self, store_id: str) -> bool:
        """Say whether settings, goods, knowledge and agents of a store are this agent's to set."""
        return self.role_in(store_id) in _MAY_CHANGE_A_STORE
