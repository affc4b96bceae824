"""Workers killed at random while others work, and how long their conversations wait then."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from .crowd import Crowd

# What a dead worker held with mail still waiting; what it had finished needs nobody.
_ORPHANED = """
    SELECT store_id, conversation_id, fence FROM leases
    WHERE holder LIKE :holder AND held_until > clock_timestamp()
      AND EXISTS (SELECT 1 FROM inbox WHERE inbox.store_id = leases.store_id
                  AND inbox.conversation_id = leases.conversation_id AND state = 'pending')
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
        for row in self._crowd.sql(_ORPHANED, holder=f"%/{victim}"):
            self._orphans[row["store_id"], str(row["conversation_id"]), row["fence"]] = now

    def _look_after_orphans(self) -> None:
        if not self._orphans:
            return
        keys = list(self._orphans)
        for row in self._crowd.sql(_GOES_ON, conversations=[each[1] for each in keys]):
            key = (row["store_id"], str(row["conversation_id"]))
            for orphan in [each for each in keys if each[:2] == key and each[2] < row["fence"]]:
                self.waits.append(time.monotonic() - self._orphans.pop(orphan))
