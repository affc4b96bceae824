"""Files that only their owner may read: passwords, keys and the demo file.

Every write is atomic, so a reader never meets half a file and a `kill -9` leaves the former
content or the new one.
"""

import json
import os
from pathlib import Path
from typing import Any

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


def private_folder(path: Path) -> Path:
    """Make a folder, readable by its owner alone; one that exists keeps its rights."""
    path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Put the text in place of the file in one step, mode 600."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_private_json(path: Path, content: object) -> None:
    write_private(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; None when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
