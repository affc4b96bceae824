"""Names of files that cannot lead anywhere or read otherwise than they are. Pure."""

import re

# Controls, and marks that make a name read otherwise than it is: "fdp.exe" for "exe.pdf".
_UNSHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\:*?\"<>|]"
)


def safe_name(filename: str) -> str:
    """Make a name fit for a file; empty when nothing of it is."""
    return _UNSHOWN.sub("_", filename).strip(". ")
