import pytest

from common import errors
from common.errors import ServiceError, TemporaryError


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InvalidRequestError, 400),
        (errors.NotAuthenticatedError, 401),
        (errors.NotAllowedError, 403),
        (errors.NotFoundError, 404),
        (errors.ConflictError, 409),
        (errors.TooLargeError, 413),
        (errors.PermanentError, 422),
        (errors.DatabaseUnavailableError, 503),
        (errors.ConfigurationError, 500),
    ],
)
def test_every_error_has_the_status_that_a_caller_is_told(kind, status):
    assert kind("why").status == status
    assert issubclass(kind, ServiceError)


def test_a_code_of_its_own_wins_and_leaves_the_kinds_alone():
    error = errors.ConflictError("why", code="window_closed", session="s")

    assert (error.code, error.details, str(error)) == ("window_closed", {"session": "s"}, "why")
    assert errors.ConflictError.code == "conflict"


def test_a_temporary_error_keeps_what_the_other_side_asked_for():
    assert TemporaryError("why", retry_after=4.0).retry_after == 4.0
    assert TemporaryError("why").retry_after is None


def test_an_absent_store_and_a_foreign_one_are_answered_alike():
    one, other = errors.StoreNotFoundError("absent"), errors.StoreNotFoundError("foreign")

    assert (one.code, one.status, one.message) == (other.code, other.status, other.message)
