"""An id in a body beside the one in the path."""

from common.errors import InvalidRequestError


def same_id(in_body: str, in_path: str) -> None:
    """Refuse a body that names another id than its path; it may name none."""
    if in_body and in_body != in_path:
        raise InvalidRequestError(
            "The id in the body is not the one in the path.",
            fields={"id": ["It is not the one in the path."]},
        )
