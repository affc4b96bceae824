"""Which storage an installation has, by its settings."""

from common.settings import Settings
from common.storage import Storage
from common.storage_files import FileStorage
from common.storage_s3 import Bucket, S3Storage

IN_S3 = "s3"
_FOLDER = "media"


def storage_of(settings: Settings) -> Storage:
    """Make the storage; raises ConfigurationError when a setting is missing."""
    if settings.media_storage != IN_S3:
        return FileStorage(settings.data_dir / _FOLDER)
    return S3Storage(
        Bucket(
            name=settings.s3_bucket,
            region=settings.s3_region,
            endpoint_url=settings.s3_endpoint_url,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key,
        )
    )
