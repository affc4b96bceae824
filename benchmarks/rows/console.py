"""B10. A thousand sockets over twenty stores on one notifier process, fifty events a second.

An event is a line of the list that changed: every socket of its store is told. It takes from the
moment its commit returned until the frame was whole at the far end.
"""

import hashlib
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg.types.json import Jsonb

from benchmarks.costs import Meter, size_of
from benchmarks.errors import BenchError
from benchmarks.figures import percentile
from benchmarks.ground import Ground
from benchmarks.rows.row import Figures, Row
from common.events import topic

_STORES = 20
_SOCKETS = 1_000
_EVENTS_PER_SECOND = 50
_SECONDS = 30.0
_RECORD = "SELECT record_event(%s, 'chat_list_update', %s::uuid, %s)"
_LOG_IN = """INSERT INTO console_sessions (session_key, agent_id, agent, csrf_token, expires_at)
    VALUES (%s, %s, %s, 'x', now() + interval '1 hour')"""


def _measure(ground: Ground) -> Figures:
    store_ids = ground.keep_stores(_STORES)
    ground.backlog.fill(store_ids, 1, 1)
    sessions = _sessions(ground, store_ids)
    environment = {"NOTIFIER_THREADS": str(_SOCKETS + 40)} | _variant()
    with ground.installation.notifier(environment) as (leader, port):
        pid = _serving(leader)
        before = size_of(pid).megabytes
        sockets = _SOCKETS if ground.scale >= 1 else max(ground.scaled(_SOCKETS), _STORES)
        with _listeners(ground, store_ids, sockets, port) as listeners:
            opened = size_of(pid).megabytes
            meter = Meter({"notifier": (pid,), "listeners": (listeners.pid,)})
            sent = _send(ground, sessions, _SECONDS * min(1.0, ground.scale * 3))
            used, size = meter.used(), size_of(pid)
            heard = _heard(listeners)
    waits, lost = _waits(ground, sent, heard, sockets // len(store_ids))
    seconds = max(sent.values()) - min(sent.values())
    return {
        "sockets welcome": heard["welcome"],
        "commit to frame, p50 ms": percentile(waits, 0.5) * 1000,
        "p95 ms": percentile(waits, 0.95) * 1000,
        "p99 ms": percentile(waits, 0.99) * 1000,
        "lost or doubled": lost + len(heard["faults"]),
        "frames/s": len(waits) / seconds,
        "RSS for each socket, KB": (opened - before) * 1000 / sockets,
        "RSS after all, MB": size.megabytes,
        "threads": size.threads,
        "notifier, % of a core": used["notifier"] * 100 / seconds,
        "listeners, % of a core": used["listeners"] * 100 / seconds,
    }


def _variant() -> dict[str, str]:
    """Read what else the process is started with: `CONSOLE="NAME=value NAME=value"`."""
    named = shlex.split(os.environ.get("CONSOLE", ""))
    return dict(each.split("=", 1) for each in named)


def _serving(leader: int) -> int:
    """Find gunicorn's one worker."""
    return int(Path(f"/proc/{leader}/task/{leader}/children").read_text().split()[0])


def _sessions(ground: Ground, store_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Open a session for the one conversation of each store, as a first message does."""
    found = []
    with psycopg.connect(ground.installation.owner_url, autocommit=True) as connection:
        for store_id in store_ids:
            row = connection.execute(
                "SELECT open_session(store_id, conversation_id, now()), conversation_id"
                " FROM conversations WHERE store_id = %s",
                (store_id,),
            ).fetchone()
            session = connection.execute(
                "SELECT session_id FROM conversations WHERE store_id = %s", (store_id,)
            ).fetchone()
            if row is None or session is None:
                raise BenchError(f"{store_id} has no conversation.")
            found.append((store_id, str(session[0])))
    return found


@contextmanager
def _listeners(
    ground: Ground, store_ids: Sequence[str], count: int, port: int
) -> Iterator["subprocess.Popen[str]"]:
    sockets = _logged_in(ground, store_ids, count)
    orders = {"host": "127.0.0.1", "port": port, "sockets": sockets}
    pipe = subprocess.PIPE
    command = (sys.executable, "-m", "benchmarks.listeners")
    started = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    try:
        _say(started, json.dumps(orders))
        if _line(started) != "ready":
            raise BenchError("The listeners did not begin.")
        yield started
    finally:
        started.kill()
        started.wait()


def _logged_in(ground: Ground, store_ids: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Log an agent of each store in, once for each socket, as so many people would."""
    sockets = []
    agents = _hired(ground, store_ids)
    with psycopg.connect(ground.installation.owner_url) as connection:
        for number in range(count):
            store_id, token = store_ids[number % len(store_ids)], secrets.token_urlsafe(32)
            key, agent = hashlib.sha256(token.encode()).hexdigest(), agents[store_id]
            connection.execute(_LOG_IN, (key, agent["id"], Jsonb(agent)))
            sockets.append((store_id, f"mostrador_session={token}"))
    return sockets


def _hired(ground: Ground, store_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give each store an agent who can be asked for in the catalog."""
    return {each: ground.installation.hire(each) for each in store_ids}


def _send(
    ground: Ground, sessions: Sequence[tuple[str, str]], seconds: float
) -> dict[tuple[str, str], float]:
    """Commit an event every fiftieth of a second; returns when each commit was back."""
    sent: dict[tuple[str, str], float] = {}
    period, begun = 1 / _EVENTS_PER_SECOND, time.monotonic()
    settings = ground.installation.settings
    with (
        psycopg.connect(ground.installation.owner_url, autocommit=True) as connection,
        redis.Redis.from_url(settings.redis_url) as client,
    ):
        for number in range(round(seconds * _EVENTS_PER_SECOND)):
            store_id, session_id = sessions[number % len(sessions)]
            time.sleep(max(begun + number * period - time.monotonic(), 0))
            connection.execute(_RECORD, (store_id, session_id, Jsonb({"mark": str(number)})))
            sent[store_id, str(number)] = time.monotonic()
            client.publish(topic(store_id), json.dumps({"store_id": store_id}))
    return sent


def _heard(listeners: "subprocess.Popen[str]") -> dict[str, Any]:
    _say(listeners, "")
    heard: dict[str, Any] = json.loads(_line(listeners))
    return heard


def _waits(
    ground: Ground, sent: dict[tuple[str, str], float], heard: dict[str, Any], audience: int
) -> tuple[list[float], int]:
    """Say how long each frame took, and count those that came not exactly once."""
    waits, lost = [], 0
    query = "SELECT store_id, seq, refs ->> 'mark' FROM events WHERE refs ? 'mark'"
    with psycopg.connect(ground.installation.owner_url) as connection:
        for store_id, seq, mark in connection.execute(query).fetchall():
            arrived = heard["arrived"].get(store_id, {}).get(str(seq), [])
            lost += abs(len(arrived) - audience)
            waits += [at - sent[store_id, mark] for at in arrived]
    if not waits:
        raise BenchError(f"Nothing came: {heard['faults'][:3]}")
    if heard["faults"]:
        print(f"  B10: {heard['faults'][:3]}", flush=True)
    return waits, lost


def _say(process: "subprocess.Popen[str]", line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(line + "\n")
        process.stdin.flush()


def _line(process: "subprocess.Popen[str]") -> str:
    return process.stdout.readline().strip() if process.stdout is not None else ""


CONSOLE = Row(
    name="B10",
    title="1,000 sockets over 20 stores on one notifier process, 50 events/s "
    "(goal: p95 ≤ 100 ms, ≤ 60 KB RSS for each socket, none lost)",
    measure=_measure,
)
