"""The rules of the house that no linter knows: who may read the environment, construct, catch."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = [ROOT / "libs", ROOT / "services"]

# The doors: turns, jobs, files and requests that must reach an end whatever is wrong with us.
DOORS = {
    "libs/common/common/web.py",
    "services/ingress/ingress/door.py",
    "services/worker/worker/turn_runner.py",
    "services/worker/worker/actors.py",
    "services/worker/worker/media_desk.py",
    "services/notifier/notifier/relay.py",
}
COMPOSERS = {"wiring.py", "app.py"}
# What holds connections, keys or threads is made in one place of each service.
CONSTRUCTED = {
    "Database",
    "Stores",
    "Keyring",
    "InternalTokens",
    "Doorbells",
    "StoreRegistration",
    "redis_client",
    "StoreQueues",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in PRODUCT:
        for file in sorted(folder.rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())


MODULES = dict(modules())


def names_called(tree: ast.Module) -> set[str]:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


def catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(each, ast.Name) and each.id in _EVERYTHING for each in caught)


def is_environment(node: ast.Attribute) -> bool:
    names_os = isinstance(node.value, ast.Name) and node.value.id == "os"
    return names_os and node.attr in {"environ", "environb", "getenv", "getenvb"}


_EVERYTHING = {"Exception", "BaseException"}


def test_only_settings_reads_the_environment():
    readers = {
        path
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and is_environment(node))
        or (isinstance(node, ast.ImportFrom) and node.module == "environs")
    }

    assert readers == {"libs/common/common/settings.py"}


def test_everything_is_caught_at_the_doors_only():
    catching = {
        path
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }

    assert catching <= DOORS


def test_only_wiring_and_app_construct_what_holds_connections():
    constructing = {
        path
        for path, tree in MODULES.items()
        if names_called(tree) & CONSTRUCTED and Path(path).name not in COMPOSERS
    }

    assert constructing == set()


def test_every_module_says_what_it_is_for():
    silent = [path for path, tree in MODULES.items() if not ast.get_docstring(tree)]

    assert silent == []


@pytest.mark.parametrize("path", sorted(MODULES))
def test_no_module_prints_or_leaves_unfinished_business(path):
    source = (ROOT / path).read_text()

    assert "TODO" not in source
    assert "FIXME" not in source
    assert "NotImplementedError" not in source
    assert "print" not in names_called(MODULES[path])
