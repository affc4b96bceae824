"""The parts of the running catalog, as its routes find them."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from catalog.agents import Agents
from catalog.knowledge import Knowledge
from catalog.products import Products
from catalog.search import Search
from catalog.stores import StoreDirectory

_NAME = "catalog"


@dataclass(frozen=True)
class Parts:
    """What `app` put together."""

    stores: StoreDirectory
    products: Products
    knowledge: Knowledge
    agents: Agents
    search: Search
    base_url: str


def install(app: Flask, parts: Parts) -> None:
    app.extensions[_NAME] = parts


def parts() -> Parts:
    """Return the parts of the application that answers the present request."""
    return cast("Parts", current_app.extensions[_NAME])
