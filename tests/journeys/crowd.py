"""An installation with several workers, stores made for a test, and hands to break it with."""

import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
import requests
from sqlalchemy import Engine, create_engine, text

from common.database import sqlalchemy_url
from tests.waiting import eventually

from .echo_assistant import EchoAssistant
from .stack import Stack

_MOST_IN_A_DELIVERY = 500
_DEDICATED_INDEX = 9
_numbers = itertools.count(1)


class Crowd(Stack):
    """A stack of many workers around the echoing assistant."""

    def __init__(self, folder: Path, workers: int, **environment: str) -> None:
        self.assistant = EchoAssistant()
        self._engine: Engine | None = None
        settings = {
            "WORKER_PROCESSES": str(workers),
            "AI_BASE_URL": self.assistant.url,
            "STORE_RATE": "1000",
            "SEND_RATE": "1000",
            "PAIR_RATE": "0",
        }
        super().__init__(folder, **settings | environment)

    def stop(self) -> int:
        if self._engine is not None:
            self._engine.dispose()
        try:
            return super().stop()
        finally:
            self.assistant.stop()

    def sql(self, statement: str, **values: object) -> list[dict[str, Any]]:
        if self._engine is None:
            url = sqlalchemy_url(self.demo["migration_database_url"])
            self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with self._engine.connect() as connection:
            result = connection.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def new_store(self, **settings: object) -> str:
        """Register a store with the catalog and the simulator; returns its id."""
        number = next(_numbers)
        store, secret = f"crowd-{number}", secrets.token_hex(16)
        number_id = f"2000000000{number:05d}"
        fields = {"name": f"Tienda {number}", "phone_number_id": number_id, "app_secret": secret}
        self.catalog().put(
            f"/stores/{store}",
            fields
            | {"status": "active", "settings": settings}
            | {"access_token": secrets.token_hex(16), "verify_token": secrets.token_hex(16)},
        )
        url = f"{self.demo['simulator']}/sim/stores/{store}"
        requests.put(url, json=fields, timeout=30).raise_for_status()
        return store

    def change_store(self, store: str, **fields: object) -> None:
        self.catalog().patch(f"/stores/{store}", fields)

    def write_all(self, store: str, messages: Sequence[dict[str, Any]]) -> None:
        """Let many customers write at once: `[{"from", "text", "id"}]` in as few deliveries as go.

        Like Meta, it delivers again what the door could not take for now.
        """
        for first in range(0, len(messages), _MOST_IN_A_DELIVERY):
            self._write_some(store, list(messages[first : first + _MOST_IN_A_DELIVERY]))

    def _write_some(self, store: str, messages: list[dict[str, Any]]) -> None:
        def is_taken() -> bool:
            answer = self.deliver(store, {"messages": messages})
            assert answer.get("status") in (200, 503), answer
            return bool(answer["status"] == 200)

        eventually(is_taken, 30, f"a delivery to {store}")

    def calls(self, store: str) -> list[dict[str, Any]]:
        """List every message the Graph API was asked to send, in order of arrival."""
        url = f"{self.demo['simulator']}/sim/{store}/sent"
        rows = requests.get(url, timeout=60).json()["sent"]
        # Of a worker that was killed as it spoke, half a request is kept as text: refused, so no send.
        whole = [row for row in rows if isinstance(row["request"], dict)]
        return [row for row in whole if row["request"].get("type")]

    def forget_calls(self, store: str) -> None:
        url = f"{self.demo['simulator']}/sim/{store}/sent"
        requests.delete(url, timeout=60).raise_for_status()

    def pending(self, stores: Iterable[str]) -> int:
        return self.sql(
            "SELECT count(*) AS waiting FROM inbox WHERE store_id = ANY(:stores)"
            " AND state = 'pending' AND conversation_id IS NOT NULL",
            stores=list(stores),
        )[0]["waiting"]

    def wait_until_drained(self, stores: Iterable[str], seconds: float) -> None:
        listed = list(stores)
        eventually(lambda: self.pending(listed) == 0, seconds, f"everything of {listed} handled")

    def holder_of(self, store: str, phone: str) -> int:
        """Name the worker process that held a customer's conversation last."""
        rows = self.sql(
            "SELECT holder FROM leases JOIN contacts ON contacts.store_id = leases.store_id"
            " AND contact_id = conversation_id"
            " WHERE contacts.store_id = :store AND phone = :phone",
            store=store,
            phone=phone,
        )
        return pid_in(rows[0]["holder"]) if rows else 0

    @contextmanager
    def dedicated_worker(self, store: str):
        """Run one more worker, for one store only, while the block lasts; yields its pid."""
        environment = self.worker_environment() | {
            "WORKER_STORES": store,
            "WORKER_INDEX": str(_DEDICATED_INDEX),
        }
        with (self.folder / "dedicated.txt").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker"], env=environment, stdout=log, stderr=log
            )
        probe = f"http://127.0.0.1:{self.port_base + 10 + _DEDICATED_INDEX}/readyz"
        try:
            eventually(lambda: _is_ok(probe), 30, "the dedicated worker being ready")
            yield process.pid
        finally:
            process.kill()
            process.wait()

    def flush_redis(self) -> None:
        with redis.Redis.from_url(self.demo["redis_url"]) as client:
            client.flushall()

    def restart_redis_empty(self) -> None:
        """Kill Redis with all it has kept; its supervisor starts it again on the same port."""
        with redis.Redis.from_url(self.demo["redis_url"]) as client:
            pid = client.info("server")["process_id"]
        shutil.rmtree(self.folder / "data" / "redis" / "appendonlydir")
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: self._has_another_redis(pid), what="Redis being started again")

    def _has_another_redis(self, former: int) -> bool:
        try:
            with redis.Redis.from_url(self.demo["redis_url"]) as client:
                return client.info("server")["process_id"] != former
        except redis.RedisError:
            return False


def pid_in(holder: str) -> int:
    return int(holder.rsplit("/", 1)[-1])


def phone_of(index: int, run: int = 0) -> str:
    """Give the n-th customer of a run a phone of their own."""
    return f"57{300 + run:03d}{index:07d}"


def _is_ok(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False
