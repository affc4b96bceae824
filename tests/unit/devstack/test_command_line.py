import pytest

from common.tokens import InternalTokens
from devstack.__main__ import main
from devstack.secrets_file import SecretsFile


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SERVICE_KEYS", raising=False)
    return tmp_path


def test_settings_are_printed_with_default_and_meaning(capsys):
    assert main(["settings"]) == 0
    lines = capsys.readouterr().out.splitlines()
    [port] = [line for line in lines if line.split()[0] == "PORT_BASE"]
    assert "8000" in port


def test_a_token_opens_the_store_it_was_asked_for(data_dir, capsys):
    key = SecretsFile(data_dir / "secrets.json").key("SERVICE_KEYS")
    assert main(["token", "--store", "store-1"]) == 0
    token = capsys.readouterr().out.strip()
    assert InternalTokens((key,)).verify(token, "catalog").store_id == "store-1"


def test_a_token_before_the_first_run_is_refused_in_one_sentence(data_dir, capsys):
    assert main(["token"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "make run" in said.err
    assert not (data_dir / "secrets.json").exists()
