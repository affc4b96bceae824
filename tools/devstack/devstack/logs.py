"""Reading the end of a log, to quote it when its program does not start."""

import re
from pathlib import Path

_END_BYTES = 4_000
_QUOTE_LENGTH = 300
# A traceback's end, which SQLAlchemy follows with its statement and a link.
_NAMES_AN_ERROR = re.compile(r"(Cannot|[\w.]*(Error|Exception)\b)")


def last_line(log: Path) -> str:
    """Read the last line that names an error, else the last of all; shortened, "" if none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _END_BYTES))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    spoken = [line.rstrip() for line in lines if line.strip()]
    naming = [line for line in spoken if _NAMES_AN_ERROR.match(line)]
    return (naming or spoken or [""])[-1].strip()[:_QUOTE_LENGTH]
