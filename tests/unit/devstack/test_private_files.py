import stat

import pytest

from devstack.private_files import private_folder, read_json, write_private, write_private_json
from devstack.secrets_file import SecretsFile


def test_a_file_is_its_owners_alone_even_where_another_stood(tmp_path):
    path = tmp_path / "demo.json"
    path.write_text("open to all")
    path.chmod(0o644)
    write_private(path, "secret")
    assert path.read_text() == "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["demo.json"]


def test_a_folder_that_exists_keeps_its_rights(tmp_path):
    assert stat.S_IMODE(private_folder(tmp_path / "new").stat().st_mode) == 0o700
    tmp_path.chmod(0o755)
    assert stat.S_IMODE(private_folder(tmp_path).stat().st_mode) == 0o755


def test_json_comes_back_and_nothing_is_none(tmp_path):
    write_private_json(tmp_path / "a.json", {"name": "Café"})
    assert read_json(tmp_path / "a.json") == {"name": "Café"}
    assert read_json(tmp_path / "b.json") is None


def test_a_secret_is_made_once(tmp_path):
    path = tmp_path / "secrets.json"
    first = SecretsFile(path)
    made = (first.key("SERVICE_KEYS"), first.password("a@b"), first.store_secret("store-1", "x"))
    again = SecretsFile(path)
    assert made == (
        again.key("SERVICE_KEYS"),
        again.password("a@b"),
        again.store_secret("store-1", "x"),
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_of_different_names_differ(tmp_path):
    secrets = SecretsFile(tmp_path / "secrets.json")
    assert secrets.key("SERVICE_KEYS") != secrets.key("SECRETS_KEYS")
    assert secrets.store_secret("store-1", "x") != secrets.store_secret("store-2", "x")


@pytest.mark.parametrize("name", ["SERVICE_KEYS", "SECRETS_KEYS"])
def test_a_key_is_32_bytes_in_base64url(tmp_path, name):
    key = SecretsFile(tmp_path / "secrets.json").key(name)
    assert len(key) == 44
    assert not set(key) & set("+/,")
