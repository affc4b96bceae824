"""The schema, forward and back: Alembic revisions whose SQL stands in files of its own."""

from importlib.resources import files

from common.errors import ConfigurationError

# uuidv7(), and RETURNING of what a row was before.
OLDEST_POSTGRESQL = 18
_NUMBERS_OF_A_VERSION = 10_000


def statements(name: str) -> str:
    """Read one SQL file of the schema."""
    return (files(__package__) / "sql" / name).read_text(encoding="utf-8")


def refuse_old_server(version_number: int) -> None:
    """Raise ConfigurationError for a PostgreSQL that lacks what the functions here use."""
    version = version_number // _NUMBERS_OF_A_VERSION
    if version < OLDEST_POSTGRESQL:
        raise ConfigurationError(
            f"This is PostgreSQL {version}; Mostrador needs {OLDEST_POSTGRESQL} or newer."
        )
