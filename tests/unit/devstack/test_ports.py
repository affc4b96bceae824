import errno
import socket

import pytest

from devstack.ports import free_port, is_free, refusal


@pytest.fixture
def held_port():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


def test_a_held_port_is_not_free(held_port):
    assert refusal(held_port) == errno.EADDRINUSE
    assert not is_free(held_port)


def test_a_remembered_port_is_taken_again_while_it_is_free():
    port = free_port()
    assert is_free(port)
    assert free_port(port) == port


def test_a_remembered_port_that_is_held_gives_way(held_port):
    assert free_port(held_port) != held_port


def test_a_new_port_is_below_those_of_outgoing_connections():
    assert all(15_000 <= free_port() < 32_000 for _ in range(20))
