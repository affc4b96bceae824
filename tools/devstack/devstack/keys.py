"""Which keys this installation uses: the person's own, or those made once in DATA_DIR."""

from common.settings import Settings
from common.tokens import InternalTokens
from devstack.data_directory import DataDirectory
from devstack.errors import DevstackError
from devstack.secrets_file import SecretsFile


def secrets_keys(settings: Settings, secrets: SecretsFile) -> tuple[str, ...]:
    """Give the keys for encryption at rest, newest first."""
    return settings.secrets_keys or (secrets.key("SECRETS_KEYS"),)


def service_keys(settings: Settings, secrets: SecretsFile) -> tuple[str, ...]:
    """Give the keys for internal tokens, newest first."""
    return settings.service_keys or (secrets.key("SERVICE_KEYS"),)


def internal_token(settings: Settings, audience: str, store_id: str) -> str:
    """Issue an internal token for a running stack; raises DevstackError before its first run."""
    directory = DataDirectory(settings.data_dir)
    if not settings.service_keys and not directory.secrets.exists():
        raise DevstackError(f"No stack has run on DATA_DIR {directory.root} yet: make run first.")
    keys = service_keys(settings, SecretsFile(directory.secrets))
    return InternalTokens(keys).issue(audience, store_id)
