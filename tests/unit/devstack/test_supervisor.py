import os
import signal
import sys
import time

import psutil
import pytest

from devstack.processes import Process, Program
from devstack.supervisor import StopStage, Supervisor

PATIENCE_SECONDS = 10.0
FOREVER = "import signal; print('up', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {FOREVER!r}])"


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.stop((StopStage(("a", "b"), 0.0),))


@pytest.fixture
def program(tmp_path):
    def of(code, name="one", role="a"):
        command = (sys.executable, "-c", code)
        return Program(name=name, role=role, command=command, log=tmp_path / f"{name}.log")

    return of


def _until(condition, supervisor=None):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        if supervisor is not None:
            supervisor.tick()
        time.sleep(0.01)


def _is_up(program):
    return program.log.exists() and "up" in program.log.read_text()


@pytest.mark.measures
def test_a_killed_program_is_started_again_and_no_other(supervisor, program, said):
    for name in ("one", "two"):
        supervisor.start(program(FOREVER, name, name))
    before = supervisor.pids()
    os.kill(before["one"][0], signal.SIGKILL)
    began = time.monotonic()
    _until(lambda: supervisor.pids()["one"] not in (before["one"], []), supervisor)
    assert 0.2 <= time.monotonic() - began < 2
    assert supervisor.pids()["two"] == before["two"]
    assert len(said) == 1
    assert "one" in said[0]
    assert "killed by signal 9" in said[0]
    supervisor.stop((StopStage(("one", "two"), 5.0),))


def test_a_program_that_dies_at_once_waits_longer_each_time_and_says_so(
    supervisor, program, said, monkeypatch
):
    monkeypatch.setattr("devstack.supervisor._DELAYS", (0.01, 0.02, 0.03))
    supervisor.start(program("raise SystemExit(3)"))
    _until(lambda: len(said) == 4, supervisor)
    assert [line.split("again ")[1].split(" (see")[0] for line in said] == [
        "in 0.01 s",
        "in 0.02 s",
        "in 0.03 s",
        "in 0.03 s",
    ]
    assert "4 times in a row: exit code 3" in said[3]
    assert supervisor.quick_deaths("one") == 4


def test_stages_stop_one_after_the_other(supervisor, program, said):
    first, second = program(DEAF, "deaf", "a"), program(FOREVER, "late", "b")
    supervisor.start(first)
    supervisor.start(second)
    _until(lambda: _is_up(first) and _is_up(second))
    late = psutil.Process(supervisor.pids()["b"][0])
    supervisor.stop((StopStage(("a",), 0.1),))
    assert late.is_running()
    assert said == ["deaf did not stop in 0.1 s; killing it"]
    supervisor.stop((StopStage(("b",), 5.0),))
    assert not late.is_running()
    assert len(said) == 1


def test_descendants_are_listed_and_go_when_the_master_dies(program):
    process = Process(program(WITH_CHILD))
    _until(lambda: len(process.pids()) == 2)
    child = psutil.Process(process.pids()[1])
    os.kill(process.pid, signal.SIGKILL)
    _until(lambda: not process.is_running())
    _until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert process.pids() == ()
    assert process.exit_code() == -signal.SIGKILL


def test_a_program_has_a_session_of_its_own_and_its_output_in_its_log(program):
    one = program(FOREVER)
    process = Process(one)
    try:
        _until(lambda: _is_up(one))
        assert os.getsid(process.pid) == process.pid
        assert one.log.stat().st_mode & 0o077 == 0
    finally:
        process.kill()


def test_a_large_log_is_set_aside_at_the_next_start(program, monkeypatch):
    monkeypatch.setattr("devstack.processes._LOG_LIMIT_BYTES", 10)
    one = program("print('new')")
    one.log.write_text("much that was said before")
    process = Process(one)
    _until(lambda: not process.is_running())
    assert one.log.read_text() == "new\n"
    assert one.log.with_suffix(".log.1").read_text() == "much that was said before"
