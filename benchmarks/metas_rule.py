"""`PART=meta make soak`: Meta's rule for webhooks, against the whole product at work.

Meta asks for a median of 250 ms and less than one in a hundred over a second at 80 messages
and 240 statuses a second. Here they come for a minute, each when it is due whatever the
answers do, with workers that answer every message: three statuses of a reply that was sent
before, then a message of the customer who got it. Then everything is looked for.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.backlog import Backlog
from benchmarks.costs import Meter
from benchmarks.deliveries import (
    Address,
    Delivery,
    Person,
    Reply,
    message_deliveries,
    status_deliveries,
)
from benchmarks.errors import BenchError
from benchmarks.installation import Installation
from benchmarks.metas_verdict import Run
from benchmarks.stores import named, replace_stores
from benchmarks.volley import Outcome, Shape, fire
from benchmarks.world import World
from common.sealing import Keyring

_STORES, _HOLD_BACK_MS, _WORKERS = 20, 400, 2
_MESSAGES_PER_SECOND, _STATUSES_EACH, _SECONDS = 80, 3, 60
# So many that even answers of three seconds keep no delivery waiting for a connection.
_CONNECTIONS = 1_000
_PATIENCE_SECONDS = 300.0
_PAUSE_SECONDS = 0.2


class MetasMinute:
    """An installation with stores whose customers have all been answered once."""

    def __init__(self, installation: Installation, world: World, backlog: Backlog) -> None:
        self._installation = installation
        self._world = world
        self._backlog = backlog
        where = urlsplit(installation.settings.ingress_url)
        self._address = Address(where.hostname or "", where.port or 0, "/webhooks/{store}")

    def run(self, seconds: float) -> Run:
        """Answer everybody once, then let the minute come; workers run all the time."""
        customers = round(seconds * _MESSAGES_PER_SECOND)
        with self._installation.workers(_WORKERS, {}) as workers:
            replies = self._replies(customers)
            deliveries = list(self._deliveries(replies))
            requests = [each.request for each in deliveries]
            rate = _MESSAGES_PER_SECOND * (1 + _STATUSES_EACH)
            where = self._address
            shape = Shape(where.host, where.port, _CONNECTIONS, per_second=rate)
            meter = self._meter(workers)
            outcome = fire(shape, requests)
            used = meter.used()
            ended = time.monotonic()
            left = self._wait_until_done()
            until_done = time.monotonic() - ended
        took = max(outcome.ended) - min(outcome.began)
        return Run(
            outcome.milliseconds(),
            [*left, *self._faults(deliveries, outcome, len(replies))],
            until_done,
            {role: seconds_used / took for role, seconds_used in used.items()},
        )

    def _replies(self, customers: int) -> list[Reply]:
        """Let as many customers write and be answered, so that there is something to tell of."""
        installation = self._installation
        stores = named(_STORES, {"hold_back_ms": _HOLD_BACK_MS})
        keyring = Keyring(installation.settings.secrets_keys)
        replace_stores(installation.owner_url, keyring, stores)
        installation.empty()
        self._backlog.fill(tuple(stores), max(customers // _STORES, 1))
        installation.analyze()
        self._backlog.ring()
        if left := self._wait_until_done():
            raise BenchError(f"The first messages: {left[0]}.")
        installation.analyze()
        store_of = installation.stores_by_phone()
        return [
            Reply(store_of[sent.to], sent.to, sent.wamid, sent.callback)
            for sent in self._world.seen.sent
        ]

    def _deliveries(self, replies: Sequence[Reply]) -> Iterator[Delivery]:
        people = [Person(each.store_id, each.phone) for each in replies]
        messages = message_deliveries(self._address, people, len(people))
        statuses = status_deliveries(self._address, replies)
        for message in messages:
            for _ in range(_STATUSES_EACH):
                yield next(statuses)
            yield message

    def _meter(self, workers: Sequence[int]) -> Meter:
        servers, services = self._installation.server_pids, self._installation.service_pids
        return Meter(
            {
                **{role: services[role][:1] for role in ("ingress", "catalog")},
                "workers": workers,
                **{role: (servers[role],) for role in ("postgres", "redis")},
            }
        )

    def _wait_until_done(self) -> list[str]:
        """Wait until nothing is pending; names what still is when patience is over."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            messages, statuses = (self._installation.pending(kind) for kind in _KINDS)
            if not messages + statuses:
                return []
            time.sleep(_PAUSE_SECONDS)
        return [f"{messages} messages and {statuses} statuses stay pending"]

    def _faults(
        self, deliveries: Sequence[Delivery], outcome: Outcome, before: int
    ) -> Iterator[str]:
        """Say what was refused, not kept once, not answered or not applied."""
        if refused := outcome.refused():
            yield f"answers other than 200, by status: {refused}"
        kept = Counter(each for kind in _KINDS for each in self._installation.kept(kind))
        answered = [deliveries[place].event_id for place in outcome.accepted()]
        if wrong := sum(kept[each] != 1 for each in answered):
            yield f"{wrong} of {len(answered)} answered events are not in the inbox exactly once"
        ends = {kind: self._installation.outcomes(kind) for kind in _KINDS}
        if any(set(ends[kind]) != {_GOOD_END[kind]} for kind in _KINDS):
            yield f"not every event had its good end: {ends}"
        if (sent := len(self._world.seen.sent)) != before * 2:
            yield f"{sent - before} replies to {before} messages"


_GOOD_END = {"message": "done answered", "status": "done applied"}
_KINDS = tuple(_GOOD_END)


def main() -> int:
    """Run one minute (SCALE makes it shorter); 1 when a rule or a message was broken."""
    seconds = _SECONDS * float(os.environ.get("SCALE") or 1)
    with ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="mostrador-meta-"))
        world = running.enter_context(World())
        installation = Installation(Path(folder), world.url)
        running.callback(installation.stop)
        installation.start()
        backlog = Backlog(installation.settings)
        running.callback(backlog.close)
        run = MetasMinute(installation, world, backlog).run(seconds)
    for line in (*run.lines(), *run.all_faults()):
        print(line, flush=True)
    return 1 if any(run.all_faults()) else 0


if __name__ == "__main__":
    sys.exit(main())
