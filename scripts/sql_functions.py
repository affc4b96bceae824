"""Where each SQL function has its present body: `make docs` puts it into docs/sql-functions.md.

A migration that changes a function writes the whole of it anew, so of several files that define
it only the last one says what the database does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MIGRATIONS = Path(__file__).resolve().parents[1] / "libs/common/common/migrations"
_FILE = re.compile(r'"(\d{4}_\w+\.sql)"')
_STATEMENT = re.compile(
    r"(?P<comment>(?:^--.*\n)*)^CREATE (?:OR REPLACE )?FUNCTION (?P<made>\w+)"
    r"|^DROP FUNCTION (?P<gone>[^;]+);",
    re.MULTILINE,
)
_SENTENCE = re.compile(r".+?\.(?=\s|$)")
_HEAD = """# Where each SQL function is

Written by `make docs` from the migrations. A migration that changes a function writes the whole
of it anew; here is the file with the body that is in force, and the first sentence of its promise.

| function | file | promises |
|---|---|---|
"""


@dataclass(frozen=True)
class Home:
    """The file that has a function's present body, and its newest comment's first sentence."""

    file: str
    promise: str


def homes() -> dict[str, Home]:
    """Find each function's home, by name, as the migrations leave it."""
    found: dict[str, Home] = {}
    promises: dict[str, str] = {}
    for file in _files():
        text = (_MIGRATIONS / "sql" / file).read_text(encoding="utf-8")
        for statement in _STATEMENT.finditer(text):
            if statement["gone"]:
                for name in re.sub(r"\([^)]*\)", "", statement["gone"]).split(","):
                    found.pop(name.strip(), None)
            else:
                name = statement["made"]
                promises[name] = _promise(statement["comment"]) or promises.get(name, "")
                found[name] = Home(file, promises[name])
    return found


def sql_page() -> str:
    """Write the page."""
    return _HEAD + "".join(
        f"| `{name}` | [{home.file}](../libs/common/common/migrations/sql/{home.file})"
        f" | {home.promise} |\n"
        for name, home in sorted(homes().items())
    )


def _files() -> Iterator[str]:
    """Name the files that a migration forward executes, in their order."""
    for version in sorted((_MIGRATIONS / "versions").glob("[0-9]*.py")):
        forward = version.read_text(encoding="utf-8").split("def downgrade", 1)[0]
        yield from _FILE.findall(forward)


def _promise(comment: str) -> str:
    words = " ".join(line.removeprefix("--").strip() for line in comment.splitlines()).strip()
    sentence = _SENTENCE.match(words)
    return (sentence[0] if sentence else words).replace("|", "\\|")
