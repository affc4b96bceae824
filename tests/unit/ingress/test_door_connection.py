"""One client cannot fill the process, whatever it sends; and each request gets its answer."""

import asyncio

import pytest

from ingress import patience
from ingress.answers import TAKEN, refusal
from ingress.body_budget import LITTLE_BYTES, BodyBudget
from ingress.door_connection import DoorConnection


class SlowDoor:
    """Answers when it is let."""

    def __init__(self, most_bytes=1_000_000):
        self.budget = BodyBudget(most_bytes)
        self.bodies = []
        self.may_answer = asyncio.Event()

    async def receive(self, delivery):
        self.bodies.append(delivery.body)
        await self.may_answer.wait()
        return TAKEN

    def refuse(self, error, _store_id=""):
        return refusal(error)


def request(body):
    return (
        b"POST /webhooks/store-1 HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )


class Served:
    """A door's connections behind a real socket."""

    def __init__(self, door):
        self.door = door
        self.connections = []
        self.lost = 0

    def __call__(self):
        served = self

        class Watched(DoorConnection):
            def connection_lost(self, exc):
                served.lost += 1
                super().connection_lost(exc)

        self.connections.append(Watched(self.door, 0, patience.IDLE_SECONDS, _nobody))
        return self.connections[-1]


def _nobody(_transport, _received):
    raise AssertionError("nothing here is odd")


async def _until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


def serving(test):
    """Run a test with a door and one client."""

    async def run():
        door = SlowDoor()
        served = Served(door)
        server = await asyncio.get_running_loop().create_server(served, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            await asyncio.wait_for(test(door, reader, writer), 20)
        finally:
            door.may_answer.set()
            writer.transport.abort()
            server.close()
            await _until(lambda: served.lost == len(served.connections))

    asyncio.run(run())


def test_who_sends_on_without_waiting_is_read_no_further():
    async def flood(door, _reader, writer):
        one = request(b"x" * 1000)
        for _ in range(5_000):
            writer.write(one)
        await _until(lambda: door.bodies)
        held = []
        for _ in range(20):
            await asyncio.sleep(0.01)
            held.append(door.budget.held)
        assert len(door.bodies) == 1
        # What one read of the socket brings, and not the five megabytes that wait.
        assert max(held) <= 600_000

    serving(flood)


def test_pipelined_requests_are_answered_one_after_another():
    async def twenty(door, reader, writer):
        writer.write(b"".join(request(b"%d" % number) for number in range(20)))
        door.may_answer.set()
        answers = [await reader.readuntil(b"\r\n\r\n") for _ in range(20)]
        assert all(each.startswith(b"HTTP/1.1 200") for each in answers)
        assert door.bodies == [b"%d" % number for number in range(20)]
        await _until(lambda: door.budget.held == 0)

    serving(twenty)


@pytest.mark.parametrize(
    ("size", "status"), [(LITTLE_BYTES - 200, b"200"), (LITTLE_BYTES * 4, b"503")]
)
def test_where_there_is_no_room_only_little_is_taken(size, status):
    async def spent(door, reader, writer):
        door.budget.held += 2_000_000
        door.may_answer.set()
        writer.write(request(b"x" * size))
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.split(b" ")[1] == status
        writer.close()
        await _until(lambda: door.budget.held == 2_000_000)

    serving(spent)
