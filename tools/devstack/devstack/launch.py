"""Become a server: tie its life to the parent's, put root aside if told to, then exec it.

Run as a script of its own (`python -I -S launch.py …`), because what it does must happen in
the child, and Python code between fork and exec of a threaded process may hang. The process
keeps its pid through the exec. Arguments: the parent's pid, the signal to get when the parent
dies, the account (`self`, `namespace` or `uid:gid`), then the command.

`namespace` is root's way to run a program that refuses root: in a user namespace of its own
the process is uid 1000 to itself, while every file it makes or reads stays root's.
"""

import ctypes
import os
import sys

_SET_PARENT_DEATH_SIGNAL = 1  # prctl(2): PR_SET_PDEATHSIG
_NEW_USER_NAMESPACE = 0x10000000  # unshare(2): CLONE_NEWUSER
_MAPS = (("setgroups", "deny"), ("uid_map", "1000 0 1"), ("gid_map", "1000 0 1"))

_LIBC = ctypes.CDLL(None, use_errno=True)


def _enter_namespace() -> None:
    if _LIBC.unshare(_NEW_USER_NAMESPACE) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in _MAPS:
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123  # -S start
            file.write(text)


def _become(account: str) -> None:
    if account == "namespace":
        _enter_namespace()
    elif account != "self":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)


def _die_with(parent: int, signal_number: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    # After the change of account, which clears it.
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Exec the command; never returns but by an error."""
    parent, signal_number, account, *command = arguments
    _become(account)
    _die_with(int(parent), int(signal_number))
    os.execv(command[0], command)  # noqa: S606  # this is the launcher


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"launch: {error}")
