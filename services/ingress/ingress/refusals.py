"""What only the door refuses, and why."""

from common.errors import InvalidRequestError, TemporaryError, TooLargeError


class SlowBodyError(InvalidRequestError):
    """The body did not come in time."""

    code = "too_slow"
    status = 408

    def __init__(self) -> None:
        super().__init__("The body did not come in time.")


class LongHeadError(InvalidRequestError):
    """The head is longer than any of Meta's."""

    code = "head_too_long"
    status = 431

    def __init__(self) -> None:
        super().__init__("The head is over its limit.")


class FullError(TemporaryError):
    """There is no room for this now; nothing of it was kept."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__("Too much is waiting.", retry_after=1)


def too_large() -> TooLargeError:
    return TooLargeError("The body is over its limit.")
