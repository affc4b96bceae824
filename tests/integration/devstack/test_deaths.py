"""Processes that die are replaced, alone; and when the supervisor dies, nothing outlives it."""

import os
import signal
import time

import psycopg
import pytest
import redis
import requests

from .running_stack import wait_until

REPLACED_WITHIN_SECONDS = 2.0


def _kill_and_wait(stack, role, pid):
    """Kill a process and wait until the demo file lists another in its place."""
    others = {each: pids for each, pids in stack.demo()["pids"].items() if each != role}
    count = len(stack.pids(role))
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: pid not in stack.pids(role) and len(stack.pids(role)) == count,
        f"{role} is complete again",
    )
    taken = time.monotonic() - began
    stack.remember()
    assert {each: stack.pids(each) for each in others} == others
    return taken


@pytest.mark.measures
def test_a_killed_worker_is_replaced_within_2_s_and_no_other_notices(shared_stack):
    [pid] = shared_stack.pids("worker")
    assert _kill_and_wait(shared_stack, "worker", pid) < REPLACED_WITHIN_SECONDS
    assert any("worker-0" in line and "killed by signal 9" in line for line in shared_stack.lines)


def test_a_killed_master_is_replaced_with_its_port(shared_stack):
    orphans = shared_stack.pids("ingress")[1:]
    _kill_and_wait(shared_stack, "ingress", shared_stack.pids("ingress")[0])
    assert not set(orphans) & set(shared_stack.pids("ingress"))
    assert requests.get(shared_stack.demo()["ingress"] + "/readyz", timeout=5).ok


@pytest.mark.measures
def test_a_killed_gunicorn_worker_shows_in_the_demo_file(shared_stack):
    master, first, _ = shared_stack.pids("catalog")
    assert _kill_and_wait(shared_stack, "catalog", first) < REPLACED_WITHIN_SECONDS
    assert shared_stack.pids("catalog")[0] == master


def test_a_killed_postgres_recovers_with_what_was_committed(shared_stack):
    demo = shared_stack.demo()
    with psycopg.connect(demo["migration_database_url"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        _kill_and_wait(shared_stack, "postgres", shared_stack.pids("postgres")[0])
    wait_until(lambda: _answers(demo["migration_database_url"]), "PostgreSQL is back")
    with psycopg.connect(demo["migration_database_url"]) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_killed_redis_comes_back_at_the_same_address(shared_stack):
    _kill_and_wait(shared_stack, "redis", shared_stack.pids("redis")[0])
    with redis.Redis.from_url(shared_stack.demo()["redis_url"]) as client:
        wait_until(lambda: _pings(client), "Redis is back")


@pytest.mark.long  # `make devstack`
def test_a_program_that_dies_at_once_again_and_again_is_named_and_the_start_ends(stack):
    stack.start(STAND_IN_DIES="worker")
    complaint = stack.complaint()
    assert stack.process.returncode == 1
    assert complaint.count("\n") == 1
    assert "worker-0 does not come up" in complaint
    assert "the worker cannot go on" in complaint
    assert any("times in a row" in line for line in stack.lines)


@pytest.mark.long  # `make devstack`
def test_nothing_outlives_a_supervisor_killed_during_the_start(stack):
    stack.start()
    stack.wait_for_line("starting the services")
    stack.kill()
    wait_until(lambda: not stack.survivors(), "everything ends", seconds=10)


@pytest.mark.long  # `make devstack`
def test_nothing_outlives_a_killed_supervisor_and_the_next_start_goes_on(ready_stack):
    deaf = ready_stack.pids("ingress")[1]
    os.kill(deaf, signal.SIGSTOP)  # it does not hear of its master's end either
    ready_stack.kill()
    wait_until(lambda: [each.pid for each in ready_stack.survivors()] == [deaf], "the rest ends")
    ready_stack.start()
    ready_stack.wait_for_line("ready")
    assert deaf not in [each.pid for each in ready_stack.survivors()]


def _answers(url):
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


def _pings(client):
    try:
        return client.ping()
    except redis.RedisError:
        return False
