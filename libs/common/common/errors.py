"""The errors every service speaks.

Raised where something is understood (an adapter, a rule), caught where something can be
done: `common.web` (to JSON), `worker.turn_runner` (another attempt or a dead letter) and
`notifier.relay` (log and end the process).
"""


class ServiceError(Exception):
    """Something went wrong that a caller can be told about."""

    code = "internal_error"
    status = 500

    def __init__(self, message: str, *, code: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code is not None:
            self.code = code


class InvalidRequestError(ServiceError):
    """The request cannot be understood or breaks a rule."""

    code = "invalid_request"
    status = 400


class TooLargeError(InvalidRequestError):
    """The body is over its limit."""

    code = "too_large"
    status = 413


class NotAuthenticatedError(ServiceError):
    """Nobody known is asking."""

    code = "not_authenticated"
    status = 401


class NotAllowedError(ServiceError):
    """Somebody known asks for what is not theirs to ask."""

    code = "not_allowed"
    status = 403


class NotFoundError(ServiceError):
    """Absent, or another store's: always the same answer."""

    code = "not_found"
    status = 404


class StoreNotFoundError(NotFoundError):
    """No store has this id."""

    code = "store_not_found"

    def __init__(self, store_id: str) -> None:
        super().__init__("There is no such store.")
        self.store_id = store_id


class ConflictError(ServiceError):
    """The state of things does not allow it now."""

    code = "conflict"
    status = 409


class TemporaryError(ServiceError):
    """Worth another attempt; `retry_after` is in seconds when the other side named it."""

    code = "unavailable"
    status = 503

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        **details: object,
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after = retry_after


class DatabaseUnavailableError(TemporaryError):
    """PostgreSQL cannot be reached; nothing was committed."""

    code = "database_unavailable"


class ContendedError(TemporaryError):
    """Two statements wanted the same; nothing was committed, and it may be asked again at once."""

    code = "contended"


class PermanentError(ServiceError):
    """Another attempt would end the same way."""

    code = "rejected"
    status = 422


class DataRefusedError(PermanentError):
    """The database cannot keep what it was given."""

    code = "data_refused"


class LeaseLostError(ServiceError):
    """Another worker holds the conversation now: write nothing, send nothing."""

    code = "lease_lost"
    status = 409

    def __init__(self) -> None:
        super().__init__("The conversation's lease was taken by another worker.")


class ConfigurationError(ServiceError):
    """A setting is missing or wrong; the process must not start."""

    code = "configuration"
