"""Which account a program that refuses root runs under, touching nobody's rights.

PostgreSQL does not start as root. A user namespace of its own is the way that changes no
file's owner and works below folders only root may enter; where the kernel or the container
forbids it, the unprivileged account `nobody` is the second, if it can reach what it needs.
"""

import os
import pwd
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

from devstack.errors import DevstackError

_LAUNCHER = Path(__file__).with_name("launch.py")


def account_for(cluster: Path, binaries: Path) -> str:
    """Choose how the launcher starts PostgreSQL; raises DevstackError when no way is open."""
    if os.geteuid() != 0:
        return "self"
    if namespaces_work():
        return "namespace"
    data_dir = cluster.parent
    if _anyone_reaches(data_dir.parent) and _anyone_reaches(binaries):
        # DATA_DIR itself is ours: nobody may pass through it, and read nothing of it.
        data_dir.chmod(data_dir.stat().st_mode | stat.S_IXOTH)
        nobody = pwd.getpwnam("nobody")
        return f"{nobody.pw_uid}:{nobody.pw_gid}"
    raise DevstackError(
        "PostgreSQL refuses to run as root, user namespaces are forbidden here, and the account "
        f"nobody cannot reach {data_dir.parent} and {binaries}: run as an ordinary user, "
        "or set DATABASE_URL."
    )


def give_to(account: str, place: Path) -> None:
    """Make a file or folder the account's own, when the account is another user."""
    if ":" in account:
        uid, gid = (int(part) for part in account.split(":"))
        os.chown(place, uid, gid)


@cache
def namespaces_work() -> bool:
    """Tell whether root may open a user namespace here, by doing it once."""
    tie = (str(os.getpid()), "9", "namespace")
    probe = (sys.executable, "-I", "-S", "-c", "")
    command = (sys.executable, "-I", "-S", str(_LAUNCHER), *tie, *probe)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _anyone_reaches(folder: Path) -> bool:
    places = (folder, *folder.resolve().parents)
    return all(place.stat().st_mode & stat.S_IXOTH for place in places)
