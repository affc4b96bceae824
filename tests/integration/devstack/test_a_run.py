"""A whole run: what it says and writes, and that stopping leaves nothing behind."""

import signal
import stat
import time

import psycopg
import pytest
import redis
import requests

from .running_stack import RunningStack, wait_until

STOP_SECONDS = 20


def test_the_demo_file_has_the_shape_others_rely_on(shared_stack):
    demo = shared_stack.demo()
    assert stat.S_IMODE((shared_stack.data_dir / "demo.json").stat().st_mode) == 0o600
    assert demo["ingress"] == f"http://127.0.0.1:{shared_stack.port_base + 1}"
    assert demo["catalog"].endswith(str(shared_stack.port_base + 2))
    assert demo["console"].endswith(str(shared_stack.port_base + 3))
    assert demo["simulator"].endswith(str(shared_stack.port_base + 4))
    assert demo["worker_probes"] == [f"http://127.0.0.1:{shared_stack.port_base + 10}"]
    assert {role: len(pids) for role, pids in demo["pids"].items()} == {
        "postgres": 1,
        "redis": 1,
        "worker": 1,
        "ingress": 3,
        "catalog": 3,
        "notifier": 3,
        "simulator": 3,
    }
    assert [store["id"] for store in demo["stores"]] == ["store-1", "store-2"]
    for store in demo["stores"]:
        assert store["name"]
        assert store["phone_number_id"]
        assert len(store["app_secret"]) == 32
        assert len(store["verify_token"]) == 32
        pictures = [product["image_url"] for product in store["products"]]
        assert any(url and url.startswith(demo["catalog"] + "/static/") for url in pictures)


def test_every_store_has_an_agent_and_an_owner_and_there_is_an_administrator(shared_stack):
    agents = shared_stack.demo()["agents"]
    for store_id in ("store-1", "store-2"):
        roles = [each["role"] for each in agents if store_id in each["stores"]]
        assert {"agent", "owner"} <= set(roles)
    assert "administrator" in [each["role"] for each in agents]
    assert all(len(each["password"]) >= 12 for each in agents)


def test_the_databases_of_the_demo_file_let_us_in(shared_stack):
    demo = shared_stack.demo()
    with psycopg.connect(demo["database_url"]) as connection:
        role = connection.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role == ("mostrador_service", False, False, False)
        assert connection.execute("SELECT count(*) FROM stores").fetchone() == (0,)
    with psycopg.connect(demo["migration_database_url"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("mostrador_owner",)
    with redis.Redis.from_url(demo["redis_url"]) as client:
        assert client.ping()
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_services_get_the_simulator_as_graph_api_and_not_the_owner_of_the_tables(shared_stack):
    demo = shared_stack.demo()
    environment = requests.get(demo["ingress"] + "/environment", timeout=5).json()
    assert environment["GRAPH_API_URL"] == demo["simulator"]
    assert environment["DATABASE_URL"] == demo["database_url"]
    assert environment["REDIS_URL"] == demo["redis_url"]
    assert len(environment["SECRETS_KEYS"]) == len(environment["SERVICE_KEYS"]) == 44
    assert "MIGRATION_DATABASE_URL" not in environment


def test_nothing_secret_is_printed_but_the_logins(shared_stack):
    demo = shared_stack.demo()
    printed = "\n".join(shared_stack.lines)
    for agent in demo["agents"]:
        assert agent["email"] in printed
        assert agent["password"] in printed
    for url in (demo["database_url"], demo["migration_database_url"], demo["redis_url"]):
        assert url.split("@")[0].rsplit(":", 1)[1] not in printed
    for store in demo["stores"]:
        assert store["app_secret"] not in printed


@pytest.mark.long  # `make devstack`
def test_a_stop_is_clean_and_a_second_start_continues_where_the_first_was(ready_stack):
    first = ready_stack.demo()
    with psycopg.connect(first["migration_database_url"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    changes = ready_stack.data_dir / "stand-in" / "changes"
    seeded = changes.read_text()

    began = time.monotonic()
    assert ready_stack.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert ready_stack.survivors() == []
    assert set(map(len, ready_stack.demo()["pids"].values())) == {0}
    postgres_log = (ready_stack.data_dir / "logs" / "postgres.log").read_text()
    assert postgres_log.rstrip().endswith("database system is shut down")

    ready_stack.start(("make", "--no-print-directory", "run"))
    ready_stack.wait_for_line("ready")
    second = ready_stack.demo()
    assert {**second, "pids": None} == {**first, "pids": None}
    assert changes.read_text() == seeded
    with psycopg.connect(second["migration_database_url"]) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)

    ready_stack.stop(signal.SIGINT)
    wait_until(lambda: not ready_stack.survivors(), "everything ends under make too")
    assert ready_stack.lines[-1] == "stopped"


@pytest.mark.long  # `make devstack`
def test_two_stacks_live_side_by_side(shared_stack, tmp_path):
    other = RunningStack(tmp_path / "other data")
    other.start()
    try:
        other.wait_for_line("ready")
        assert other.demo()["database_url"] != shared_stack.demo()["database_url"]
        assert shared_stack.process.poll() is None
    finally:
        other.end()
    assert other.survivors() == []
