import pytest

from common.settings import Settings
from devstack.environment import Addresses, owner_environment, service_environment
from devstack.services import places, program_for

ADDRESSES = Addresses("postgresql://service", "postgresql://owner", "redis://")


@pytest.fixture
def environment(monkeypatch, tmp_path):
    for name in ("GRAPH_API_URL", "MIGRATION_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT_BASE", "9000")
    return lambda: service_environment(
        Settings.from_environment(), ADDRESSES, ("new", "old"), ("only",)
    )


def test_the_simulator_is_the_graph_api_by_default(environment):
    assert environment()["GRAPH_API_URL"] == "http://127.0.0.1:9004"


def test_the_graph_api_a_person_names_is_left_alone(environment, monkeypatch):
    monkeypatch.setenv("GRAPH_API_URL", "https://graph.facebook.com")
    assert environment()["GRAPH_API_URL"] == "https://graph.facebook.com"


def test_only_migrations_get_the_owner_of_the_tables(environment, monkeypatch):
    monkeypatch.setenv("MIGRATION_DATABASE_URL", "postgresql://somebody")
    assert "MIGRATION_DATABASE_URL" not in environment()
    owner = owner_environment(environment(), ADDRESSES)
    assert owner["MIGRATION_DATABASE_URL"] == "postgresql://owner"


def test_keys_are_listed_newest_first(environment):
    assert (environment()["SECRETS_KEYS"], environment()["SERVICE_KEYS"]) == ("new,old", "only")


def test_every_worker_has_its_index_and_its_probe_port(environment, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKER_PROCESSES", "2")
    workers = [each for each in places(Settings.from_environment()) if each.is_worker]
    programs = [program_for(each, environment(), tmp_path) for each in workers]
    assert [each.port for each in workers] == [9010, 9011]
    assert [each.environment["WORKER_INDEX"] for each in programs] == ["0", "1"]
    assert [each.log.name for each in programs] == ["worker-0.log", "worker-1.log"]


def test_http_services_run_under_gunicorn_each_with_its_own_configuration(environment, tmp_path):
    [ingress] = [each for each in places(Settings.from_environment()) if each.name == "ingress"]
    command = program_for(ingress, environment(), tmp_path).command
    assert ingress.port == 9001
    assert command[1:] == (
        *("-m", "gunicorn", "-c", "python:ingress.gunicorn_config", "ingress.asgi:app"),
    )
