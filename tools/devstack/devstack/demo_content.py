"""What the demo holds: two stores with different goods, and the people who serve them.

The texts are in `demo/stores.json`; the pictures belong to the catalog, which serves them.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CONTENT = Path(__file__).with_name("demo") / "stores.json"


@dataclass(frozen=True)
class DemoStore:
    """A store of the demo; products and knowledge are the catalog's own JSON."""

    id: str
    name: str
    phone_number_id: str
    settings: dict[str, Any]
    products: tuple[dict[str, Any], ...]
    knowledge: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class DemoAgent:
    """A person of the demo: a role in some stores, or administrator of all."""

    email: str
    name: str
    role: str
    stores: tuple[str, ...]
    administrator: bool


@dataclass(frozen=True)
class DemoContent:
    stores: tuple[DemoStore, ...]
    agents: tuple[DemoAgent, ...]


def demo_content(path: Path = _CONTENT) -> DemoContent:
    """Read the demo's texts."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return DemoContent(
        stores=tuple(_store(each) for each in content["stores"]),
        agents=tuple(_agent(each) for each in content["agents"]),
    )


def _store(content: dict[str, Any]) -> DemoStore:
    return DemoStore(
        id=content["id"],
        name=content["name"],
        phone_number_id=content["phone_number_id"],
        settings=content.get("settings", {}),
        products=tuple(content["products"]),
        knowledge=tuple(content["knowledge"]),
    )


def _agent(content: dict[str, Any]) -> DemoAgent:
    return DemoAgent(
        email=content["email"],
        name=content["name"],
        role=content["role"],
        stores=tuple(content["stores"]),
        administrator=content.get("administrator", False),
    )
