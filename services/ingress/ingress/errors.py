"""What only the door refuses."""

from common.errors import InvalidRequestError


class SlowBodyError(InvalidRequestError):
    """The body did not come in time."""

    code = "too_slow"
    status = 408

    def __init__(self) -> None:
        super().__init__("The body did not come in time.")
