"""The whole system as `make run` starts it, and the hands to use it with."""

import json
import os
import signal
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, create_engine, text

from common.database import sqlalchemy_url
from common.tokens import InternalTokens
from devstack.catalog_client import CatalogClient
from tests.ports import free_port_base
from tests.waiting import eventually

_READY_SECONDS = 90.0


class Stack:
    """One running installation with its own folder and ports."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port_base = free_port_base()
        self.fail_points = folder / "fail-point"
        self._output = (folder / "run.txt").open("w+")
        self._environment = environment
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = {
            "DATA_DIR": str(self.folder / "data"),
            "PORT_BASE": str(self.port_base),
            "HOLD_BACK_MS": "0",
            "FAIL_POINTS_FILE": str(self.fail_points),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "devstack", "run"],
            env=os.environ | settings | self._environment,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_until_ready(self) -> "Stack":
        def is_ready() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(self.output())
            return "\nready\n" in self.output()

        eventually(is_ready, _READY_SECONDS, "ready")
        return self

    def output(self) -> str:
        return (self.folder / "run.txt").read_text()

    def stop(self) -> int:
        if "_owner" in vars(self):
            self._owner.dispose()
        os.killpg(self.process.pid, signal.SIGTERM)
        code = self.process.wait(timeout=25)
        self._output.close()
        return code

    @cached_property
    def _owner(self) -> Engine:
        # Kept, because conditions are looked at thirty times a second; a test may have cut it.
        address = sqlalchemy_url(self.demo["migration_database_url"])
        return create_engine(address, pool_pre_ping=True)

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.folder / "data" / "demo.json").read_text())

    def pids(self, service: str) -> list[int]:
        return self.demo["pids"][service]

    def sql(self, statement: str, **values: object) -> list[dict[str, Any]]:
        """Ask the database as its owner, who sees all stores."""
        with self._owner.begin() as connection:
            result = connection.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def write(self, phone: str, words: str, store: str = "store-1", **more: object) -> str:
        """Write to a store as a customer; returns the wamid."""
        answer = self.deliver(store, {"from": phone, "text": words} | more)
        assert answer["status"] == 200, answer
        return answer["wamid"]

    def deliver(self, store: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.demo['simulator']}/sim/{store}/messages"
        return requests.post(url, json=body, timeout=30).json()

    def sent(self, phone: str, store: str = "store-1") -> list[dict[str, Any]]:
        """List what WhatsApp accepted for a phone, in order."""
        url = f"{self.demo['simulator']}/sim/{store}/sent"
        rows = requests.get(url, timeout=30).json()["sent"]
        return [row for row in rows if row["accepted"] and row["request"].get("to") == f"+{phone}"]

    def fault(self, **fault: object) -> None:
        url = f"{self.demo['simulator']}/sim/faults"
        requests.post(url, json=fault, timeout=30).raise_for_status()

    def clear_faults(self) -> None:
        requests.delete(f"{self.demo['simulator']}/sim/faults", timeout=30).raise_for_status()

    def mail(self, phone: str, store: str = "store-1") -> list[dict[str, Any]]:
        """List a customer's inbox rows in order."""
        return self.sql(
            "SELECT inbox.* FROM inbox JOIN contacts ON contacts.store_id = inbox.store_id"
            " AND contacts.contact_id = inbox.conversation_id"
            " WHERE inbox.store_id = :store AND contacts.phone = :phone ORDER BY seq",
            store=store,
            phone=phone,
        )

    def wait_until_handled(
        self, phone: str, store: str = "store-1", seconds: float = 25.0
    ) -> list[dict[str, Any]]:
        """Wait until nothing of a customer's mail is pending."""

        def handled() -> list[dict[str, Any]]:
            mail = self.mail(phone, store)
            return mail if all(row["state"] != "pending" for row in mail) else []

        return eventually(handled, seconds, f"the mail of {phone} being handled")

    def session_of(self, phone: str, store: str = "store-1") -> str:
        rows = self.sql(
            "SELECT session_id FROM conversations JOIN contacts USING (store_id)"
            " WHERE contact_id = conversation_id AND store_id = :store AND phone = :phone",
            store=store,
            phone=phone,
        )
        return str(rows[0]["session_id"])

    def catalog(self) -> CatalogClient:
        keys = tuple(self.worker_environment()["SERVICE_KEYS"].split(","))
        return CatalogClient(self.demo["catalog"], InternalTokens(keys))

    def worker_environment(self) -> dict[str, str]:
        """Read the environment that workers are started with from a worker that runs."""
        for pid in self.pids("worker"):
            try:
                raw = Path(f"/proc/{pid}/environ").read_bytes()
            except FileNotFoundError:
                continue
            return dict(each.split("=", 1) for each in raw.decode().split("\0") if "=" in each)
        raise AssertionError("no worker runs")

    def agent(self, email: str) -> "Agent":
        found = next(each for each in self.demo["agents"] if each["email"].startswith(email))
        return Agent(self.demo["console"], found["email"], found["password"])


class Agent:
    """A person at the console."""

    def __init__(self, console: str, email: str, password: str) -> None:
        self.console = console
        self.http = requests.Session()
        self.email, self.password = email, password
        answer = self.post("/api/login", email=email, password=password).json()
        self.http.headers["X-CSRF-Token"] = answer["csrf_token"]
        self.identity = answer["agent"]

    def post(self, path: str, **body: object) -> requests.Response:
        return self.http.post(self.console + path, json=body, timeout=30)

    def patch(self, path: str, **body: object) -> requests.Response:
        return self.http.patch(self.console + path, json=body, timeout=30)

    def get(self, path: str, **query: object) -> requests.Response:
        return self.http.get(self.console + path, params=query, timeout=30)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{each.name}={each.value}" for each in self.http.cookies)
