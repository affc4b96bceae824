import pytest

from .running_stack import RunningStack


@pytest.fixture
def stack(tmp_path):
    """A stack of stand-ins on its own ports; whatever a test did, nothing of it is left."""
    running = RunningStack(tmp_path / "data")
    yield running
    running.end()


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory):
    """A ready stack for tests that only look at it."""
    running = RunningStack(tmp_path_factory.mktemp("shared") / "data")
    running.start()
    running.wait_for_line("ready")
    yield running
    running.end()
    assert running.survivors() == []


@pytest.fixture
def ready_stack(stack):
    stack.start()
    stack.wait_for_line("ready")
    return stack
