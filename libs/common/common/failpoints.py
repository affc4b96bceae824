"""Places where a test can kill this process: a crash that is asked for, once, by name.

`name@3` asks for the third time that the place is reached.

Unarmed (always, outside tests) a place costs one comparison. The file is taken away before
the kill, so the process that replaces this one lives on.
"""

import os
import signal
import threading
from pathlib import Path

_state: dict[str, Path | None] = {"file": None}
_IN_THE_MIDDLE_SECONDS = 0.3


def arm(file: str) -> None:
    """Watch a file that names the place to die at; an empty name disarms."""
    _state["file"] = Path(file) if file else None


def reach(place: str) -> None:
    """Die here when the file says so."""
    if _state["file"] is not None and _claimed(_state["file"], place):
        os.kill(os.getpid(), signal.SIGKILL)


def reach_within(place: str) -> None:
    """Die a moment from now, in the middle of the call that follows."""
    if _state["file"] is not None and _claimed(_state["file"], place):
        timer = threading.Timer(_IN_THE_MIDDLE_SECONDS, os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()


def _claimed(file: Path, place: str) -> bool:
    try:
        name, _, count = file.read_text(encoding="utf-8").strip().partition("@")
        if name != place:
            return False
        if count not in ("", "1"):
            file.write_text(f"{place}@{int(count) - 1}", encoding="utf-8")
            return False
        file.unlink()
    except FileNotFoundError:
        return False
    return True
