"""Leaves a neighbour that does not answer alone for a moment, so that waiting does not add up."""

import time

_REST_SECONDS = 3.0


class Circuit:
    """Open after a failure, for a few seconds; then one caller after another may try again."""

    def __init__(self, rest_seconds: float = _REST_SECONDS) -> None:
        self._rest_seconds = rest_seconds
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        self._open_until = time.monotonic() + self._rest_seconds
