import pytest

from common.migrations.__main__ import main


@pytest.fixture(autouse=True)
def nothing_listens(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.delenv("MIGRATION_DATABASE_URL", raising=False)


def test_a_word_it_does_not_know_prints_how_it_is_used(capsys):
    assert main(["explode"]) == 2
    assert "upgrade <revision>" in capsys.readouterr().err


def test_without_a_database_named_it_says_which_setting_is_missing(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "")

    assert main([]) == 1
    assert "DATABASE_URL" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_one_line_and_no_traceback(capsys):
    assert main(["upgrade", "head"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Cannot migrate: ")
    assert error.count("\n") == 1
