"""DATA_DIR: where everything lies, and the lock that lets one stack at a time use it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import DevstackError
from devstack.private_files import private_folder


@dataclass(frozen=True)
class DataDirectory:
    """The places below DATA_DIR."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def postgres_access(self) -> Path:
        return self.root / "postgres.json"

    @property
    def redis_access(self) -> Path:
        return self.root / "redis.json"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def seeded(self) -> Path:
        return self.root / "seeded.json"

    @property
    def running(self) -> Path:
        return self.root / "running.json"

    @property
    def demo(self) -> Path:
        return self.root / "demo.json"

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Make the folders and hold them; raises DevstackError when they cannot be had.

        The lock ends with this process, however it ends.
        """
        try:
            private_folder(self.root)
            private_folder(self.logs)
            lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DevstackError(f"DATA_DIR {self.root} cannot be used: {reason}.") from error
        try:
            self._lock(lock)
            yield
        finally:
            os.close(lock)

    def _lock(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DevstackError(
                f"Another stack is running on DATA_DIR {self.root}; stop it, "
                "or give this one its own DATA_DIR and PORT_BASE."
            ) from error
