"""Processes full of threads that all want to send at some numbers, as workers do.

Run as a program, it is one of them: it reads its orders, says that it is ready, and starts when
it is told.
"""

import heapq
import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

import redis

from common.stores import StoreSettings
from worker.send_gate.scripts import GateScripts, Question

_NUMBER = {"rate": 1, "concurrency": 1, "hold_back_ms": 0, "attempts": 1, "unknown_seconds": 1}
_NUMBER |= {"retention_days": 1, "pair_rate": 0.0, "pair_burst": 1}


@dataclass(frozen=True)
class Orders:
    """What each process does: so many parts for each number, asked for by so many threads."""

    redis_url: str
    limits: dict[str, float]
    threads: int
    parts: int
    seconds: float
    lateness: float = 0.0


@dataclass
class Line:
    """One process's parts of one number: its threads take the part that is due next."""

    orders: Orders
    number: str
    limit: float
    went: list[float] = field(default_factory=list)
    asks: int = 0

    def start(self, name: str) -> list[threading.Thread]:
        self._due = [(0.0, f"{name}-{part}") for part in range(self.orders.parts)]
        self._until = time.time() + self.orders.seconds
        self._lock = threading.Lock()
        self._scripts = GateScripts(redis.Redis.from_url(self.orders.redis_url))
        self._settings = StoreSettings(**_NUMBER, send_rate=self.limit)
        threads = [threading.Thread(target=self._send) for _ in range(self.orders.threads)]
        for thread in threads:
            thread.start()
        return threads

    def _send(self) -> None:
        dice = random.Random()
        while time.time() < self._until:
            with self._lock:
                if not self._due:
                    return
                due, part = heapq.heappop(self._due)
            late = dice.uniform(0, self.orders.lateness)
            time.sleep(max(0.0, min(due, self._until) - time.time()) + late)
            question = Question(self.number, part, part, "app")
            wait = self._scripts.ask(question, self._settings, None).wait
            with self._lock:
                self.asks += 1
                if wait == 0:
                    self.went.append(time.time())
                else:
                    heapq.heappush(self._due, (time.time() + wait, part))


def run_senders(processes: int, orders: Orders) -> dict[str, tuple[list[float], int]]:
    """Let so many processes send at once; returns when each number's went, and its asks."""
    command = (sys.executable, "-m", __name__, json.dumps(asdict(orders)))
    running = [
        subprocess.Popen(
            (*command, str(name)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in range(processes)
    ]
    for each in running:
        assert each.stdout.readline() == "ready\n"
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [json.loads(each.communicate(timeout=orders.seconds + 30)[0]) for each in running]
    return {
        number: (
            [moment for one in told for moment in one[number][0]],
            sum(one[number][1] for one in told),
        )
        for number in orders.limits
    }


def main() -> None:
    orders, name = Orders(**json.loads(sys.argv[1])), sys.argv[2]
    print("ready", flush=True)
    sys.stdin.readline()
    lines = [Line(orders, number, limit) for number, limit in orders.limits.items()]
    for thread in [thread for line in lines for thread in line.start(name)]:
        thread.join()
    print(json.dumps({line.number: (line.went, line.asks) for line in lines}))


if __name__ == "__main__":
    main()
