"""A start that cannot be: one clear sentence on stderr, exit code 1, nothing left."""

import socket

import psutil
import psycopg
import pytest

from devstack import embedded

from .running_stack import wait_until


def _refusal(stack, *, leaves_nothing=True, **changes):
    stack.start(**changes)
    complaint = stack.complaint()
    assert stack.process.returncode == 1
    assert complaint.startswith("mostrador: ")
    assert complaint.count("\n") == 1
    assert "Traceback" not in complaint
    if not leaves_nothing:
        return complaint
    leftover = f"{stack.data_dir}/"
    wait_until(lambda: not _mentioned(leftover), "everything ends", seconds=10)
    return complaint


def _mentioned(text):
    """Find processes whose command line holds the text."""
    lines = (each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"]))
    return [line for line in lines if any(text in part for part in line)]


def test_a_busy_port_is_named_with_its_service(stack):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", stack.port_base + 3))
        holder.listen()
        complaint = _refusal(stack)
    assert f"Port {stack.port_base + 3}" in complaint
    assert "notifier" in complaint
    assert "PORT_BASE" in complaint


def test_a_port_base_that_is_too_high_is_refused(stack):
    assert "PORT_BASE 65530" in _refusal(stack, PORT_BASE="65530")


def test_a_setting_that_cannot_be_read_is_named(stack):
    assert "PORT_BASE" in _refusal(stack, PORT_BASE="eighty")


@pytest.mark.long
def test_a_second_start_on_the_same_data_dir_is_refused(stack):
    with embedded.running(stack.data_dir):
        complaint = _refusal(stack, leaves_nothing=False)
    assert "Another stack is running" in complaint
    assert str(stack.data_dir) in complaint


def test_an_unreachable_database_is_named_without_its_password(stack):
    url = "postgresql://someone:open-sesame@127.0.0.1:1/shop"
    complaint = _refusal(stack, DATABASE_URL=url)
    assert "DATABASE_URL cannot be reached" in complaint
    assert "open-sesame" not in complaint


@pytest.mark.long  # `make devstack`
def test_an_address_that_is_none_is_not_repeated(stack):
    complaint = _refusal(stack, DATABASE_URL="postgresql//open-sesame")
    assert "DATABASE_URL" in complaint
    assert "open-sesame" not in complaint


@pytest.mark.long  # `make devstack`
@pytest.mark.parametrize("url", ["redis://:open-sesame@127.0.0.1:1/0", "open-sesame"])
def test_an_unreachable_redis_is_named_without_its_password(stack, url):
    complaint = _refusal(stack, REDIS_URL=url)
    assert "REDIS_URL" in complaint
    assert "open-sesame" not in complaint


@pytest.mark.long  # `make devstack`
def test_a_persons_own_servers_are_used_and_left_running(stack):
    with embedded.running(stack.data_dir.with_name("other")) as servers:
        own = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        # The service role may not make tables, and stands in for an owner that was not named.
        complaint = _refusal(stack, **own)
        assert "The migration failed" in complaint
        assert "permission denied" in complaint

        stack.start(**own, MIGRATION_DATABASE_URL=servers.migration_database_url)
        stack.wait_for_line("ready")
        assert stack.demo()["database_url"] == servers.database_url
        assert "postgres" not in stack.demo()["pids"]
        assert not (stack.data_dir / "postgres").exists()
        stack.stop()
        psycopg.connect(servers.database_url).close()
