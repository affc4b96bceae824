"""`python -m common.migrations upgrade head` (or `downgrade <revision>`, `current`)."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from common.errors import ConfigurationError
from common.settings import Settings


def configuration(settings: Settings) -> Config:
    """Build Alembic's configuration; raises ConfigurationError when no database is named."""
    if not settings.migration_database_url:
        raise ConfigurationError("Set MIGRATION_DATABASE_URL or DATABASE_URL to migrate.")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["settings"] = settings
    return config


def migrate(settings: Settings, verb: str, revision: str) -> None:
    """Run one Alembic command; raises ConfigurationError, OperationalError or KeyError."""
    config = configuration(settings)
    if verb == "current":
        command.current(config)
    else:
        {"upgrade": command.upgrade, "downgrade": command.downgrade}[verb](config, revision)


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; returns the exit code."""
    verb, revision = [*arguments, "head"][:2] if arguments else ("upgrade", "head")
    try:
        migrate(Settings.from_environment(), verb, revision)
    except KeyError:
        sys.stderr.write("Use: upgrade <revision>, downgrade <revision> or current.\n")
        return 2
    except (ConfigurationError, OperationalError) as error:
        sys.stderr.write(f"Cannot migrate: {str(error).splitlines()[0]}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
