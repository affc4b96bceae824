"""A door under gunicorn, as it stands at the open internet; Meta, strangers and what was kept."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from common.settings import Settings
from tests.ports import free_port_base
from tests.waiting import eventually

from .door import change, delivery, message, signature
from .raw_socket import HOST, ROUTE, RawSocket

WORKERS = ("door", "asgi")  # every value of INGRESS_WORKER
_SECRET = "app-secret-of-store-1"
_CONFIGURATION = Path(__file__).with_name("hurried_door.py")
_START_SECONDS = 60.0
_KEPT = text("SELECT event_id FROM inbox WHERE event_id = ANY(:wamids)")
# What gunicorn, asyncio or uvloop write of an error nobody expected.
_COMPLAINTS = ("Traceback", "Fatal error", "Exception", "exception was never retrieved")


@dataclass(frozen=True)
class Posted:
    """A signed delivery of one message, in the parts that a test may put together wrongly."""

    wamid: str
    body: bytes

    @property
    def signed(self) -> bytes:
        return b"X-Hub-Signature-256: " + signature(self.body, _SECRET).encode() + b"\r\n"

    @property
    def length(self) -> bytes:
        return b"Content-Length: %d\r\n" % len(self.body)

    def raw(self, framing: bytes | None = None, body: bytes | None = None) -> bytes:
        """Give the request; framing and body as they should be unless said otherwise."""
        first = b"POST " + ROUTE + b" HTTP/1.1\r\n" + HOST
        lines = self.length if framing is None else framing
        return first + self.signed + lines + b"\r\n" + (self.body if body is None else body)


def posted(size: int = 0) -> Posted:
    """Write a delivery nobody has sent before; of so many bytes, if they are given."""
    wamid = f"wamid.{uuid.uuid4().hex}"
    body = delivery(change(message(wamid)))
    return Posted(wamid, body.ljust(size))


@dataclass(frozen=True)
class ServedDoor:
    """A running gunicorn."""

    worker: str
    port: int
    log: Path
    process: psutil.Popen
    owner: Engine

    def connect(self) -> RawSocket:
        return RawSocket(self.port)

    def kept(self, *deliveries: Posted) -> list[str]:
        """Name those of these messages that the inbox holds."""
        wanted = {"wamids": [each.wamid for each in deliveries]}
        with self.owner.connect() as connection:
            return list(connection.scalars(_KEPT, wanted))

    def files(self) -> int:
        """Count the open file descriptors of the process that serves."""
        (serving,) = self.process.children()
        return serving.num_fds()

    def serving_pid(self) -> int:
        (serving,) = self.process.children()
        return serving.pid

    def is_serving(self) -> bool:
        with self.connect() as client:
            client.say(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return client.statuses() == [200]

    def complaints(self) -> list[str]:
        lines = self.log.read_text().splitlines()
        return [line for line in lines if any(each in line for each in _COMPLAINTS)]


@contextmanager
def served(
    settings: Settings, worker: str, owner: Engine, patience: float = 1.0
) -> Iterator[ServedDoor]:
    """Serve the door for as long as the block lasts, with so many seconds for slow callers."""
    base = free_port_base()
    log = settings.data_dir / "door.log"
    with log.open("w") as written:
        process = psutil.Popen(
            [sys.executable, "-m", "gunicorn", "-c", str(_CONFIGURATION), "ingress.asgi:app"],
            env=os.environ
            | _environment(settings, worker, base)
            | {"TEST_PATIENCE_SECONDS": str(patience)},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    door = ServedDoor(worker, base + 1, log, process, owner)
    try:
        eventually(lambda: _answers(door), _START_SECONDS, "a door that serves")
        yield door
    finally:
        process.terminate()
        _wait(process)


def _environment(settings: Settings, worker: str, base: int) -> dict[str, str]:
    return {
        "PORT_BASE": str(base),
        "INGRESS_WORKER": worker,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRETS_KEYS": ",".join(settings.secrets_keys),
        "SERVICE_KEYS": ",".join(settings.service_keys),
    }


def _answers(door: ServedDoor) -> bool:
    assert door.process.poll() is None, door.log.read_text()
    try:
        return door.is_serving()
    except OSError:
        return False


def _wait(process: psutil.Popen) -> None:
    try:
        process.wait(15)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()
