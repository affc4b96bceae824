"""The embedded servers by themselves, as the suite's own fixtures use them."""

import getpass
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from devstack import accounts, embedded, postgres
from devstack.errors import DevstackError

from .running_stack import is_alive


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "a folder with spaces"


@pytest.fixture(scope="module")
def servers_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("embedded") / "data"


@pytest.fixture(scope="module")
def servers(servers_dir):
    """Servers for the tests that only look at them."""
    with embedded.running(servers_dir) as running:
        yield running


@pytest.fixture
def open_place():
    """A folder everybody may pass through, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _kept_file(servers):
    with psycopg.connect(servers.migration_database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")


def _is_kept(servers):
    with psycopg.connect(servers.migration_database_url) as connection:
        return connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_second_start_finds_data_passwords_and_ports_again(data_dir):
    with embedded.running(data_dir) as servers:
        _kept_file(servers)
        first = (servers.database_url, servers.migration_database_url, servers.redis_url)
    with embedded.running(data_dir) as servers:
        assert (servers.database_url, servers.migration_database_url, servers.redis_url) == first
        assert _is_kept(servers)


def test_every_file_is_its_owners_alone(servers, servers_dir):
    assert servers.database_url
    for path in ("", "postgres", "redis", "logs"):
        assert stat.S_IMODE((servers_dir / path).stat().st_mode) == 0o700
    for path in ("postgres.json", "redis.json", "redis/redis.conf", "logs/postgres.log"):
        assert stat.S_IMODE((servers_dir / path).stat().st_mode) == 0o600
    assert not (servers_dir / "postgres.new.password").exists()


def test_no_password_stands_on_a_command_line(servers):
    lines = [" ".join(psutil.Process(each.pid).cmdline()) for each in servers.processes]
    for url in (servers.database_url, servers.migration_database_url, servers.redis_url):
        password = url.split("@")[0].rsplit(":", 1)[1]
        assert not any(password in line for line in lines)


def test_nobody_gets_in_without_the_password(servers):
    address = servers.database_url.split("@")[1]
    for role in ("postgres", "mostrador_owner", "mostrador_service"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{role}@{address}")
    nameless = redis.Redis.from_url("redis://" + servers.redis_url.split("@")[1])
    with nameless, pytest.raises(redis.AuthenticationError):
        nameless.ping()


def test_what_is_committed_is_on_disk(servers):
    with psycopg.connect(servers.database_url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_the_service_role_makes_no_tables(servers):
    with (
        psycopg.connect(servers.database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (one int)")


def test_a_folder_in_use_is_refused_until_it_is_given_back(data_dir):
    holder = embedded.start(data_dir, postgres=False)
    with pytest.raises(DevstackError, match="Another stack"):
        embedded.start(data_dir)
    holder.stop()
    embedded.start(data_dir, postgres=False).stop()


@pytest.mark.long  # `make devstack`
def test_a_crash_loses_nothing_that_was_committed(data_dir):
    servers = embedded.start(data_dir)
    _kept_file(servers)
    os.kill(servers.processes[0].pid, signal.SIGKILL)
    servers.stop()
    with embedded.running(data_dir) as recovered:
        assert _is_kept(recovered)


@pytest.mark.long  # `make devstack`
def test_a_pid_file_whose_number_is_another_programs_now_stops_nobody(data_dir):
    embedded.start(data_dir).stop()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    for pid_file in ("postgres/postmaster.pid", "redis/redis.pid"):
        (data_dir / pid_file).write_text(f"{stranger.pid}\n{data_dir}/postgres\n")
    with embedded.running(data_dir), stranger:
        assert stranger.poll() is None
        stranger.communicate(b"\n")


@pytest.mark.long  # `make devstack`
def test_an_orphan_of_our_own_is_stopped_and_replaced(data_dir):
    orphans = _orphans_of(data_dir)
    with embedded.running(data_dir) as servers:
        assert not any(is_alive(each) for each in orphans)
        assert _is_kept(servers)


def test_a_cluster_cut_short_is_made_anew(data_dir):
    (data_dir / "postgres.new" / "base").mkdir(parents=True)
    (data_dir / "postgres.new.password").write_text("old")
    with embedded.running(data_dir) as servers:
        psycopg.connect(servers.database_url).close()


@pytest.mark.long
def test_a_lost_password_file_is_explained(data_dir):
    embedded.start(data_dir, redis=False).stop()
    (data_dir / "postgres.json").unlink()
    with pytest.raises(DevstackError, match=r"postgres\.json is gone"):
        embedded.start(data_dir, redis=False)


@pytest.mark.long
def test_a_cluster_of_another_version_is_refused(data_dir):
    embedded.start(data_dir, redis=False).stop()
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DevstackError, match="not PostgreSQL 18"):
        embedded.start(data_dir, redis=False)


@pytest.mark.long
def test_a_remembered_port_that_is_taken_is_replaced(data_dir):
    first = embedded.start(data_dir, postgres=False)
    port = int(first.redis_url.rsplit(":", 1)[1].split("/")[0])
    first.stop()
    holder = [sys.executable, "-c", _HOLDER.format(port=port)]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with embedded.running(data_dir) as servers:
            assert f":{port}/" not in servers.redis_url
        process.communicate(b"\n")


@pytest.mark.long
def test_where_user_namespaces_are_forbidden_root_runs_it_as_nobody(open_place, monkeypatch):
    """An ordinary user runs it as themselves, wherever."""
    installed = postgres.find_binaries().parents[1]
    for folder in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(folder, open_place / folder.name)
    binaries = open_place / postgres.find_binaries().relative_to(installed.parent)
    monkeypatch.setattr(postgres, "find_binaries", lambda: binaries)
    monkeypatch.setattr(accounts, "namespaces_work", lambda: False)
    with embedded.running(open_place / "data") as servers:
        psycopg.connect(servers.database_url).close()
        account = psutil.Process(servers.processes[0].pid).username()
    assert account == ("nobody" if os.geteuid() == 0 else getpass.getuser())


def test_a_data_dir_that_is_no_folder_is_named(data_dir):
    data_dir.write_text("a file")
    with pytest.raises(DevstackError, match="cannot be used: File exists"):
        embedded.start(data_dir)


def test_a_server_that_does_not_start_is_quoted(data_dir):
    embedded.start(data_dir, postgres=False).stop()
    (data_dir / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("broken")
    with pytest.raises(DevstackError, match=r"redis does not start: .*manifest.*redis\.log"):
        embedded.start(data_dir, postgres=False)


def _orphans_of(data_dir):
    """Leave servers running whose supervisor is gone, by a start that ties them to nobody."""
    code = _ORPHAN_MAKER.format(data_dir=str(data_dir))
    subprocess.run([sys.executable, "-c", code], check=True)
    pid_files = (data_dir / "postgres/postmaster.pid", data_dir / "redis/redis.pid")
    return [psutil.Process(int(each.read_text().split()[0])) for each in pid_files]


_HOLDER = """
import socket
holder = socket.create_server(("127.0.0.1", {port}))
print("held", flush=True)
input()
"""
_ORPHAN_MAKER = """
import os, signal
from dataclasses import replace
from pathlib import Path
import psycopg
from devstack import embedded, processes

def untied(command, account, signal_on_parent_death):
    launched = made(command, account, signal_on_parent_death)
    launched[launched.index(str(os.getpid())) + 1] = "0"
    return launched

made, processes.launch_command = processes.launch_command, untied
servers = embedded.start(Path({data_dir!r}))
with psycopg.connect(servers.migration_database_url, autocommit=True) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
os._exit(0)
"""
