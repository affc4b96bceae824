"""Places where a test can kill this process, or let it wait: asked for, once, by name.

`name@3` asks for the third time that the place is reached. `pause:name` asks to wait there:
`<file>.paused` says that somebody does, and they go on when it is gone.

Unarmed (always, outside tests) a place costs one comparison. The file is taken away before
the kill, so the process that replaces this one lives on.
"""

import os
import signal
import threading
import time
from pathlib import Path

_state: dict[str, Path | None] = {"file": None}
_IN_THE_MIDDLE_SECONDS = 0.3
_PAUSE = "pause:"
_LONGEST_PAUSE_SECONDS = 60.0
_LOOK_SECONDS = 0.005


def arm(file: str) -> None:
    """Watch a file that names the place to die at; an empty name disarms."""
    _state["file"] = Path(file) if file else None


def reach(place: str) -> None:
    """Die here, or wait, when the file says so."""
    file = _state["file"]
    if file is None:
        return
    if _claimed(file, place):
        os.kill(os.getpid(), signal.SIGKILL)
    if _claimed(file, _PAUSE + place):
        _wait(file)


def reach_within(place: str) -> None:
    """Die a moment from now, in the middle of the call that follows, or wait before it."""
    file = _state["file"]
    if file is None:
        return
    if _claimed(file, _PAUSE + place):
        _wait(file)
    if _claimed(file, place):
        timer = threading.Timer(_IN_THE_MIDDLE_SECONDS, os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()


def _wait(file: Path) -> None:
    paused = file.with_name(f"{file.name}.paused")
    paused.touch()
    end = time.monotonic() + _LONGEST_PAUSE_SECONDS
    while paused.exists() and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)


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
