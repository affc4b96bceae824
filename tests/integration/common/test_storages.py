"""Both storages keep the same promises; the S3 one on a real server that checks signatures."""

import io
import os
import stat
from dataclasses import replace

import pytest

from common.errors import ConfigurationError
from common.settings import Settings
from common.storage import MissingFileError, StorageUnavailableError
from common.storage_files import FileStorage
from common.storage_s3 import S3Storage
from common.storages import storage_of
from tests import s3_server

NAME, OTHER = "0123456789abcdef" * 2, "f" * 32


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with s3_server.running(tmp_path_factory.mktemp("s3")) as bucket:
        yield bucket


@pytest.fixture(params=["files", "s3"])
def storage(request, tmp_path):
    if request.param == "files":
        yield FileStorage(tmp_path / "media")
        return
    kept = S3Storage(request.getfixturevalue("bucket"))
    yield kept
    kept.remove("store-1", NAME)
    kept.close()


def content_of(storage, first, count, store="store-1", name=NAME):
    pieces = storage.read(store, name, first, count)
    try:
        return b"".join(pieces)
    finally:
        pieces.close()


def test_what_is_kept_is_read_whole_or_in_part(storage):
    content = os.urandom(300_000)
    storage.keep("store-1", NAME, io.BytesIO(content))

    assert content_of(storage, 0, len(content)) == content
    assert content_of(storage, 100_000, 5) == content[100_000:100_005]
    assert content_of(storage, 299_999, 1) == content[-1:]


def test_a_file_of_the_largest_size_comes_and_goes_in_pieces(storage, tmp_path):
    size = 30_000_000
    with (tmp_path / "large").open("w+b") as file:
        file.truncate(size)
        storage.keep("store-1", NAME, file)

    pieces = storage.read("store-1", NAME, 0, size)
    lengths = [len(each) for each in pieces]
    pieces.close()

    assert sum(lengths) == size
    assert max(lengths) <= 65_536


def test_keeping_again_replaces_and_reads_from_the_beginning(storage):
    storage.keep("store-1", NAME, io.BytesIO(b"former"))
    file = io.BytesIO(b"present")
    file.read()
    storage.keep("store-1", NAME, file)

    assert content_of(storage, 0, 7) == b"present"


def test_a_file_that_is_not_there_or_not_this_store_s_is_missing(storage):
    storage.keep("store-1", NAME, io.BytesIO(b"x"))

    for store, name in (("store-1", OTHER), ("store-2", NAME)):
        with pytest.raises(MissingFileError):
            storage.read(store, name, 0, 1)
    storage.remove("store-1", NAME)
    storage.remove("store-1", NAME)
    with pytest.raises(MissingFileError):
        storage.read("store-1", NAME, 0, 1)


@pytest.mark.parametrize(
    ("store", "name"),
    [("store-1", "../x"), ("..", NAME), ("store-1", ""), ("a/b", NAME), ("store-1", NAME[:-1])],
)
def test_a_name_that_could_lead_elsewhere_is_none(storage, store, name):
    for use in (
        lambda: storage.keep(store, name, io.BytesIO(b"x")),
        lambda: storage.read(store, name, 0, 1),
        lambda: storage.remove(store, name),
    ):
        with pytest.raises(ValueError):
            use()


def test_files_are_private_and_nothing_unfinished_is_left(tmp_path):
    storage = FileStorage(tmp_path / "media")
    storage.keep("store-1", NAME, io.BytesIO(b"x"))
    place = tmp_path / "media" / "store-1" / NAME

    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert [each.name for each in place.parent.iterdir()] == [NAME]


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "media").write_text("a file where the folder should be")
    storage = FileStorage(tmp_path / "media")

    with pytest.raises(StorageUnavailableError):
        storage.keep("store-1", NAME, io.BytesIO(b"x"))
    with pytest.raises(StorageUnavailableError):
        storage.read("store-1", NAME, 0, 1)


def test_a_wrong_key_a_wrong_bucket_and_no_server_are_unavailable_not_missing(bucket, free_port):
    nowhere = replace(bucket, endpoint_url=f"http://127.0.0.1:{free_port}")
    for wrong in (replace(bucket, secret_access_key="wrong"), replace(bucket, name="no"), nowhere):
        storage = S3Storage(wrong)
        with pytest.raises(StorageUnavailableError):
            storage.keep("store-1", NAME, io.BytesIO(b"x"))
        with pytest.raises(StorageUnavailableError):
            storage.read("store-1", NAME, 0, 1)
        storage.close()


def test_the_settings_choose_and_say_what_is_missing(bucket, tmp_path):
    settings = replace(Settings.from_environment(), data_dir=tmp_path)
    assert isinstance(storage_of(settings), FileStorage)

    in_s3 = replace(settings, media_storage="s3", s3_endpoint_url=bucket.endpoint_url)
    with pytest.raises(ConfigurationError, match="S3_BUCKET"):
        storage_of(in_s3)
    named = replace(in_s3, s3_bucket="b", s3_access_key_id="k", s3_secret_access_key="s")
    storage = storage_of(named)
    assert isinstance(storage, S3Storage)
    storage.close()
