import os

import pytest

from devstack import accounts
from devstack.errors import DevstackError


@pytest.fixture
def root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def _namespaces(monkeypatch, *, work):
    monkeypatch.setattr(accounts, "namespaces_work", lambda: work)


def test_an_ordinary_user_stays_who_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert accounts.account_for(tmp_path / "postgres", tmp_path) == "self"


@pytest.mark.usefixtures("root")
def test_root_prefers_a_user_namespace(tmp_path, monkeypatch):
    _namespaces(monkeypatch, work=True)
    assert accounts.account_for(tmp_path / "postgres", tmp_path) == "namespace"


@pytest.mark.usefixtures("root")
def test_root_is_told_when_no_way_is_open_and_no_folder_is_changed(tmp_path, monkeypatch):
    _namespaces(monkeypatch, work=False)
    tmp_path.chmod(0o700)
    cluster = tmp_path / "data" / "postgres"
    cluster.parent.mkdir(mode=0o700)
    with pytest.raises(DevstackError, match="run as an ordinary user"):
        accounts.account_for(cluster, tmp_path)
    assert cluster.parent.stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 == 0o700
