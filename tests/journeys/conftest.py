"""One installation for all journeys, with short patience so that faults heal quickly."""

import itertools
from collections.abc import Iterator

import pytest

from .crowd import Crowd
from .echo_assistant import Troubles
from .stack import Stack

_numbers = itertools.count(1)
UNKNOWN_SECONDS = 4


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(
        tmp_path_factory.mktemp("stack"),
        LEASE_SECONDS="2",
        SWEEP_SECONDS="1",
        UNKNOWN_SECONDS=str(UNKNOWN_SECONDS),
        GRAPH_TIMEOUT_SECONDS="2",
    )
    try:
        yield stack.wait_until_ready()
    finally:
        stack.stop()


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    yield running
    running.fail_points.unlink(missing_ok=True)
    running.clear_faults()


@pytest.fixture
def phone() -> str:
    """A customer nobody has met."""
    return f"5730011{next(_numbers):05d}"


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """Run three workers around an assistant of ours; started by the first test that wants them."""
    crowd = Crowd(
        tmp_path_factory.mktemp("crowd"),
        workers=3,
        LEASE_SECONDS="2",
        SWEEP_SECONDS="1",
        UNKNOWN_SECONDS=str(UNKNOWN_SECONDS),
        WORKER_GRACE_SECONDS="1",
    )
    try:
        yield crowd.wait_until_ready()
    finally:
        crowd.stop()


@pytest.fixture
def crowd(busy: Crowd) -> Iterator[Crowd]:
    yield busy
    busy.assistant.watch = None
    busy.assistant.begin(0, Troubles())
    busy.clear_faults()
