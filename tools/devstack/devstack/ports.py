"""Loopback ports: is one free, and which one to take for an embedded server."""

import errno
import random
import socket

# Below Linux's default range for outgoing connections (32768 and up), so that no client's
# local port takes a remembered one while its server is down.
_LOWEST, _HIGHEST = 15_000, 32_000
_TRIES = 200


def refusal(port: int, address: str = "127.0.0.1") -> int | None:
    """Try to bind a port; the errno of the refusal, or None when it is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            # A holder that allows reuse refuses only the listening.
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EIO
    return None


def is_free(port: int) -> bool:
    return refusal(port) is None


def free_port(remembered: int | None = None) -> int:
    """Find a free loopback port, the remembered one if it still is."""
    if remembered and is_free(remembered):
        return remembered
    for _ in range(_TRIES):
        candidate = random.randrange(_LOWEST, _HIGHEST)  # noqa: S311  # not a secret
        if is_free(candidate):
            return candidate
    raise OSError(errno.EADDRINUSE, "no free loopback port was found")
