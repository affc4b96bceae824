"""`make bench`: measures every row in interleaved rounds and prints the ratios last.

ROUNDS (5), ROWS (all; "B4 B5" to choose), SCALE (1; 0.1 makes every count a tenth) and DOOR
(other ways to start ours in B1 to B3) come from the environment. Everything lies in
build/bench/, and nothing is left running.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg
import redis

from benchmarks.backlog import Backlog
from benchmarks.errors import BenchError
from benchmarks.ground import Ground
from benchmarks.installation import Installation
from benchmarks.machine import described
from benchmarks.peer import Peer, why_no_peer
from benchmarks.report import Measured, one_line, table
from benchmarks.rows import ROWS, Figures, Row
from benchmarks.running_door import variants
from benchmarks.world import World
from common.errors import ServiceError
from devstack.errors import DevstackError

_FOLDER = Path("build/bench").absolute()
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
_INTERRUPTED = 130
# One row that cannot be measured leaves the others standing.
_FAILURES = (
    BenchError,
    DevstackError,
    ServiceError,
    HTTPException,
    OSError,
    psycopg.Error,
    redis.RedisError,
)


def main() -> int:
    """Measure what was asked for; 1 when something could not be measured."""
    for ending in _ENDINGS:
        signal.signal(ending, _interrupt)
    rounds = int(os.environ.get("ROUNDS") or 5)
    try:
        rows = _chosen(os.environ.get("ROWS", ""))
        with ExitStack() as running:
            ground = _ground(running, float(os.environ.get("SCALE") or 1))
            machine = described(ground.installation)
            if ways := os.environ.get("DOOR"):
                machine += f"; DOOR={ways!r}"
            print(machine, flush=True)
            measured, failures = _measure(ground, rows, rounds)
    except (BenchError, DevstackError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return _INTERRUPTED
    _keep([machine, "", *table([each for each in rows if measured[each.name]], measured)])
    for failure in failures:
        print(f"bench: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _chosen(names: str) -> list[Row]:
    asked = names.replace(",", " ").upper().split() or list(ROWS)
    if unknown := [name for name in asked if name not in ROWS]:
        raise BenchError(f"There is no row {unknown[0]}; there are {', '.join(ROWS)}.")
    return [ROWS[name] for name in asked]


def _ground(running: ExitStack, scale: float) -> Ground:
    """Start what stays up during all rounds; `running` stops it."""
    shutil.rmtree(_FOLDER / "installation", ignore_errors=True)
    world = running.enter_context(World())
    installation = Installation(_FOLDER / "installation", world.url)
    running.callback(installation.stop)
    installation.start()
    backlog = Backlog(installation.settings)
    running.callback(backlog.close)
    peer = None
    if reason := why_no_peer():
        print(reason, flush=True)
    else:
        peer = Peer(_FOLDER, installation, world.url)
        peer.install()
    doors = variants(os.environ.get("DOOR", ""))
    return Ground(world, installation, backlog, peer, scale, doors)


def _measure(ground: Ground, rows: Sequence[Row], rounds: int) -> tuple[Measured, list[str]]:
    """Measure round after round, so that a minute that is slow is slow for every row."""
    measured: dict[str, list[Figures]] = {row.name: [] for row in rows}
    failures: list[str] = []
    for number in range(1, rounds + 1):
        for row in rows:
            start = time.monotonic()
            try:
                figures = row.measure(ground)
            except _FAILURES as error:
                failures.append(f"{row.name}, round {number}: {str(error) or type(error).__name__}")
                print(failures[-1], flush=True)
                continue
            measured[row.name].append(figures)
            took = time.monotonic() - start
            print(f"{row.name} {number}/{rounds} ({took:.0f} s): {one_line(figures)}", flush=True)
    return measured, failures


def _keep(lines: Sequence[str]) -> None:
    text = "\n".join(lines)
    file = _FOLDER / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.md"
    file.write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}\n\nkept in {file.relative_to(Path.cwd())}")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    for ending in _ENDINGS:  # a second one does not shorten the stop
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
