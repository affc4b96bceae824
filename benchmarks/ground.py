"""What every row stands on, and the drain that several of them measure."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.backlog import Backlog
from benchmarks.costs import Meter
from benchmarks.errors import BenchError
from benchmarks.installation import Installation
from benchmarks.peer import Peer
from benchmarks.running_door import Variant
from benchmarks.stores import UNLIMITED, named, replace_stores
from benchmarks.world import Seen, World
from common.sealing import Keyring

_STALL_SECONDS = 60.0
_PAUSE_SECONDS = 0.02
_FEWEST = 20


@dataclass(frozen=True)
class Drained:
    """How long a backlog took from the first request outside to its end, and what it cost.

    `cpu_ms` is the processor time of each role for one message sent.
    """

    seconds: float
    cpu_ms: Mapping[str, float]


@dataclass
class Ground:
    """The two sides and the world; `scale` makes every count smaller for a quick look.

    `doors` are the ways in which the rows of the door start ours.
    """

    world: World
    installation: Installation
    backlog: Backlog
    peer: Peer | None
    scale: float = 1.0
    doors: Sequence[Variant] = (Variant(),)

    def scaled(self, count: int) -> int:
        return max(round(count * self.scale), min(count, _FEWEST))

    def keep_stores(self, count: int) -> Sequence[str]:
        """Have exactly so many unlimited stores and nothing else; returns their ids."""
        settings = named(count, UNLIMITED)
        keyring = Keyring(self.installation.settings.secrets_keys)
        replace_stores(self.installation.owner_url, keyring, settings)
        self.clear()
        return tuple(settings)

    def clear(self) -> None:
        """Forget every conversation on both sides and all that was seen."""
        self.installation.empty()
        if self.peer is not None:
            self.peer.empty()
        self.world.seen.clear()

    def drain(
        self,
        store_ids: Sequence[str],
        conversations: int,
        messages: int = 1,
        processes: int = 2,
        environment: Mapping[str, str] | None = None,
    ) -> Drained:
        """Fill, then start our workers and let them answer everything.

        Raises BenchError unless each conversation got one answer and no message ended otherwise.
        """
        self.clear()
        self.backlog.fill(store_ids, conversations, messages)
        self.backlog.ring()
        self.installation.analyze()
        with self.installation.workers(processes, environment or {}) as workers:
            installation = self.installation
            meter = self._meter(worker=workers, catalog=installation.service_pids["catalog"][:1])
            self._wait_for(len(store_ids) * conversations)
            self._wait_until_settled()
            ended, cpu_ms = time.monotonic(), meter.used_for_each()
        self._require_one_answer_each(len(store_ids) * conversations)
        return Drained(ended - self.world.seen.first_at(), cpu_ms)

    def drain_peer(
        self, conversations: int, messages: int, concurrency: int, assistant_url: str = ""
    ) -> Drained:
        """Fill the peer's queue, then start its worker and let it answer everything."""
        if self.peer is None:
            raise BenchError("There is no peer to measure.")
        self.clear()
        self.peer.fill(conversations, messages)
        with self.peer.worker(concurrency, assistant_url) as pid:
            meter = self._meter(worker=(pid,))
            self._wait_for(conversations * messages)
            cpu_ms = meter.used_for_each()
        seen = self.world.seen
        return Drained(seen.sent[-1].at - seen.first_at(), cpu_ms)

    def _meter(self, **roles: Sequence[int]) -> "_SendMeter":
        servers = self.installation.server_pids
        both = {role: (servers[role],) for role in ("postgres", "redis")}
        return _SendMeter(Meter({**roles, **both}), self.world.seen)

    def _wait_for(self, sends: int) -> None:
        before, moved_at = -1, time.monotonic()
        while (now := len(self.world.seen.sent)) < sends:
            if now != before:
                before, moved_at = now, time.monotonic()
            if time.monotonic() - moved_at > _STALL_SECONDS:
                raise BenchError(f"Only {now} of {sends} were sent, and nothing moves any more.")
            time.sleep(_PAUSE_SECONDS)

    def _wait_until_settled(self) -> None:
        deadline = time.monotonic() + _STALL_SECONDS
        while pending := self.installation.pending():
            if time.monotonic() > deadline:
                raise BenchError(f"{pending} messages stay pending though all was sent.")
            time.sleep(_PAUSE_SECONDS)

    def _require_one_answer_each(self, conversations: int) -> None:
        sent = self.world.seen.sent
        answered = len({each.to for each in sent})
        if (len(sent), answered) != (conversations, conversations):
            raise BenchError(f"{len(sent)} messages were sent to {answered} of {conversations}.")
        outcomes = self.installation.outcomes()
        if set(outcomes) != {"done answered"}:
            raise BenchError(f"Not every message was answered: {outcomes}.")


class _SendMeter:
    """Shares processor time out among the messages that are sent from now on."""

    def __init__(self, meter: Meter, seen: Seen) -> None:
        self._meter = meter
        self._seen = seen
        self._sent_before = len(seen.sent)

    def used_for_each(self) -> dict[str, float]:
        sent = max(len(self._seen.sent) - self._sent_before, 1)
        return {role: used * 1000 / sent for role, used in self._meter.used().items()}
