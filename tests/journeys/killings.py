"""Workers killed at random while others work, and how long their conversations wait then."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import redis

from common.queues.names import STATUSES_PLACE

from .crowd import Crowd

# What a dead worker held with mail still waiting; what it had finished needs nobody.
_ORPHANED = """
    SELECT store_id, conversation_id, fence FROM leases
    WHERE holder LIKE :holder AND held_until > clock_timestamp()
      AND EXISTS (SELECT 1 FROM inbox WHERE inbox.store_id = leases.store_id
                  AND inbox.conversation_id = leases.conversation_id AND state = 'pending')
"""
# What a worker had taken from Redis and not begun: no living lease, and the claim still holds it.
_CLAIMED = """
    SELECT DISTINCT store_id, conversation_id, coalesce(fence, 0) AS fence
    FROM inbox LEFT JOIN leases USING (store_id, conversation_id)
    WHERE state = 'pending' AND conversation_id = ANY(CAST(:claimed AS uuid[]))
      AND (held_until IS NULL OR held_until <= clock_timestamp())
"""
_GOES_ON = """
    SELECT store_id, conversation_id, fence FROM leases
    WHERE conversation_id = ANY(CAST(:conversations AS uuid[]))
"""


class Killings:
    """Kills a random worker every few seconds and measures how long its conversations wait."""

    def __init__(self, crowd: Crowd, dice: random.Random, every_seconds: float, most: int) -> None:
        self._crowd, self._dice, self._every, self._most = crowd, dice, every_seconds, most
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self.count = 0
        self.waits: list[float] = []  # of each orphaned conversation, until another worker had it
        self._orphans: dict[tuple[str, str, int], float] = {}

    def __enter__(self) -> Self:
        self._run_over = self._pool.submit(self._run)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()
        self._run_over.result()  # what broke there breaks the test

    @property
    def still_orphaned(self) -> int:
        return len(self._orphans)

    def _run(self) -> None:
        due = time.monotonic() + self._every
        while not self._over.wait(0.2):
            if time.monotonic() >= due and self.count < self._most:
                self._kill_one()
                due = time.monotonic() + self._every
            self._look_after_orphans()
        self._look_after_orphans()

    def _kill_one(self) -> None:
        victim = self._dice.choice(self._crowd.pids("worker") or [0])
        if not victim or not Path(f"/proc/{victim}").exists():
            return
        os.kill(victim, signal.SIGKILL)
        self.count += 1
        now = time.monotonic()
        orphaned = self._crowd.sql(_ORPHANED, holder=f"%/{victim}")
        # Whose claim it is nobody says; what the living have just claimed, they lease at once.
        for row in orphaned + self._crowd.sql(_CLAIMED, claimed=self._claimed()):
            self._orphans[row["store_id"], str(row["conversation_id"]), row["fence"]] = now

    def _claimed(self) -> list[str]:
        """Name the conversations with a living claim in Redis, of all stores."""
        now = time.time() * 1000
        with redis.Redis.from_url(self._crowd.demo["redis_url"], decode_responses=True) as client:
            places = [
                place
                for key in client.scan_iter("mostrador:claims:*")
                for place in client.zrangebyscore(key, now, "+inf")
            ]
        return [each for each in places if each != STATUSES_PLACE]

    def _look_after_orphans(self) -> None:
        if not self._orphans:
            return
        keys = list(self._orphans)
        for row in self._crowd.sql(_GOES_ON, conversations=[each[1] for each in keys]):
            key = (row["store_id"], str(row["conversation_id"]))
            for orphan in [each for each in keys if each[:2] == key and each[2] < row["fence"]]:
                self.waits.append(time.monotonic() - self._orphans.pop(orphan))
