"""The demo as a whole: its texts, the secrets that open it, and its place in the catalog."""

from collections.abc import Callable
from pathlib import Path

from common.settings import Settings
from common.tokens import InternalTokens
from devstack.catalog_client import CatalogClient
from devstack.credentials import credentials_of
from devstack.demo_content import demo_content
from devstack.demo_file import Demo
from devstack.secrets_file import SecretsFile
from devstack.seed import Seeding


def demo_of(settings: Settings, secrets: SecretsFile) -> Demo:
    """Put together what the demo will be; nothing needs to run for that."""
    content = demo_content()
    return Demo(
        stores=tuple((store, credentials_of(store, settings, secrets)) for store in content.stores),
        agents=tuple((agent, secrets.password(agent.email)) for agent in content.agents),
    )


def seed(
    demo: Demo,
    catalog_url: str,
    tokens: InternalTokens,
    remembered: Path,
    say: Callable[[str], None],
) -> None:
    """Fill the catalog with what is missing of the demo; raises DevstackError."""
    seeding = Seeding(CatalogClient(catalog_url, tokens), remembered, say)
    for store, credentials in demo.stores:
        seeding.store(store, credentials)
    for agent, password in demo.agents:
        seeding.agent(agent, password)
