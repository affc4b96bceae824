"""Customers' files in any store that speaks S3.

The client is loaded when such a storage is made, not before: an installation that keeps files in
a folder has no use for it. Keys and addresses come from the settings alone, and requests carry no
checksums that only Amazon's own service understands.
"""

from dataclasses import dataclass, field
from typing import Any, BinaryIO

from common.errors import ConfigurationError
from common.storage import PIECE_BYTES, MissingFileError, StorageUnavailableError, checked_place

_CONNECT_SECONDS, _ANSWER_SECONDS = 5, 30
_TRIES = 2
_CONNECTIONS = 16
_ABSENT = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True)
class Bucket:
    """Where the files lie, and the key that opens it."""

    name: str
    region: str
    endpoint_url: str  # empty: Amazon's own for the region
    access_key_id: str
    secret_access_key: str = field(repr=False)


class S3Storage:
    """Keeps files as objects `<store>/<name>` of one bucket, which must exist."""

    def __init__(self, bucket: Bucket) -> None:
        """Connect to nothing yet; raises ConfigurationError for what is missing."""
        if not (bucket.name and bucket.access_key_id and bucket.secret_access_key):
            raise ConfigurationError(
                "MEDIA_STORAGE=s3 needs S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY."
            )
        self._bucket = bucket.name
        self._client, self._failures = _client(bucket)

    def keep(self, store_id: str, name: str, content: BinaryIO) -> None:
        """See the port."""
        content.seek(0)
        key = checked_place(store_id, name)
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)
        except self._failures as error:
            raise _unavailable() from error

    def read(self, store_id: str, name: str, first: int, count: int) -> "ObjectPieces":
        """See the port."""
        key = checked_place(store_id, name)
        part = f"bytes={first}-{first + count - 1}"
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=part)
        except self._failures as error:
            if _code(error) in _ABSENT:
                raise MissingFileError("The file is not there any more.") from error
            raise _unavailable() from error
        return ObjectPieces(answer["Body"], self._failures)

    def remove(self, store_id: str, name: str) -> None:
        """See the port."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=checked_place(store_id, name))
        except self._failures as error:
            raise _unavailable() from error

    def close(self) -> None:
        self._client.close()


class ObjectPieces:
    """A part of an object as it comes, piece by piece."""

    def __init__(self, body: Any, failures: tuple[type[Exception], ...]) -> None:
        self._body = body
        self._failures = failures

    def __iter__(self) -> "ObjectPieces":
        return self

    def __next__(self) -> bytes:
        try:
            piece: bytes = self._body.read(PIECE_BYTES)
        except self._failures as error:
            raise _unavailable() from error
        if not piece:
            raise StopIteration
        return piece

    def close(self) -> None:
        self._body.close()


def _client(bucket: Bucket) -> tuple[Any, tuple[type[Exception], ...]]:
    """Make the client, and name what it raises for what the other side does."""
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise ConfigurationError("MEDIA_STORAGE=s3 needs the extra `s3` (boto3).") from error
    settings = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_ANSWER_SECONDS,
        retries={"total_max_attempts": _TRIES, "mode": "standard"},
        max_pool_connections=_CONNECTIONS,
        proxies={},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # A bucket of one's own server has no host name of its own.
        s3={"addressing_style": "path" if bucket.endpoint_url else "auto"},
    )
    client = boto3.session.Session().client(
        "s3",
        region_name=bucket.region,
        endpoint_url=bucket.endpoint_url or None,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
        config=settings,
    )
    return client, (BotoCoreError, ClientError, OSError)


def _code(error: Exception) -> str:
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def _unavailable() -> StorageUnavailableError:
    return StorageUnavailableError("The S3 store does not answer as it should.")
