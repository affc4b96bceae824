"""Import every module of the packages named, as `make alone` does in a bare environment.

Nothing is reached over a network: the settings name servers that do not exist, and building
an application connects to none.
"""

import importlib
import os
import pkgutil
import sys

_SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRETS_KEYS": "x" * 44,
    "SERVICE_KEYS": "x" * 44,
}
# Run by Alembic or as a program, never imported.
_PROGRAMS = ("__main__", "launch", "env", "versions")


def modules_of(name: str) -> list[str]:
    """List a package and every module below it that is there to be imported."""
    package = importlib.import_module(name)
    found = pkgutil.walk_packages(package.__path__, f"{name}.")
    return [each.name for each in found if not set(each.name.split(".")) & set(_PROGRAMS)]


def main(packages: list[str]) -> None:
    """Import all of them; an import that fails ends the program with its traceback."""
    os.environ.update(_SETTINGS)
    imported = 0
    for package in packages:
        for module in modules_of(package):
            importlib.import_module(module)
            imported += 1
    print(f"alone: {packages[-1]} imports with its own requirements ({imported} modules)")


if __name__ == "__main__":
    main(sys.argv[1:])
