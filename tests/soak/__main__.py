"""`make soak`: the long proofs, each on an installation of its own.

`PART=` names those to run (fire, pace, redis, sending, meta, mutations); `SEEDS=` says how many fires,
`SEED=` repeats one, or the mutations. `payloads` runs when `PAYLOADS=` names a folder of captured
deliveries. Every seed is printed before it is used and again with what came of it; the exit code is 1
when anything was lost, doubled, reordered, late or too fast.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.crowd import Crowd
from tests.journeys.pacing import faults_of, run_at_a_pace
from tests.journeys.redis_faults import run_redis_faults
from tests.journeys.send_pacing import run_sends_at_a_pace
from tests.journeys.under_fire import Fire, run_under_fire

from .mutations import Mutations
from .replay import Replay
from .silence import run_silence

_FIRE = Fire(
    stores=4,
    conversations=200,
    messages=50,
    kill_every_seconds=2.0,
    backlog=150,
    patience_seconds=600,
)
_SEEDS = 20
_WAITING = 1_000
_LIMITS = (10.0, 80.0)
_MOVING_SECONDS = 10.0
_MUTATIONS = 20_000


def main() -> int:
    """Run the parts asked for; returns the exit code."""
    parts: dict[str, Callable[[], list[str]]] = {
        "fire": _fire,
        "pace": _pace,
        "redis": _redis,
        "sending": _sending,
        "meta": _meta,
        "mutations": _mutations,
    }
    if os.environ.get("PAYLOADS"):
        parts["payloads"] = _payloads
    faults = []
    for name in os.environ.get("PART", "").split() or parts:
        _say(f"== {name}")
        faults += [f"{name}: {fault}" for fault in _faults_in(parts[name])]
    for fault in faults:
        _say(fault)
    _say("soak: " + (f"{len(faults)} faults" if faults else "no fault"))
    return 1 if faults else 0


def _faults_in(part: Callable[[], list[str]]) -> list[str]:
    """Run one part; what did not come about in time is a fault, and the next part goes on."""
    try:
        return part()
    except AssertionError as error:
        return [str(error)]


def _fire() -> list[str]:
    """Set fire to four workers, seed after seed."""
    chosen = os.environ.get("SEED")
    count = int(os.environ.get("SEEDS") or _SEEDS)
    seeds = [int(chosen)] if chosen else [random.randrange(1_000_000) for _ in range(count)]
    _say(f"seeds {' '.join(map(str, seeds))}; {_FIRE}")
    reports, stores = [], []
    with _crowd(4) as crowd:
        stores = [crowd.new_store(attempts=_FIRE.attempts) for _ in range(_FIRE.stores)]
        for run, seed in enumerate(seeds):
            reports.append(run_under_fire(crowd, seed, _FIRE, stores, run))
            _say(str(reports[-1]))
    waits = [wait for report in reports for wait in report.waits]
    _say(
        f"seeds {' '.join(map(str, seeds))}: {sum(report.kills for report in reports)} kills,"
        f" {len(waits)} orphaned, worst wait {max(waits, default=0.0):.1f} s"
    )
    return [f"seed {report.seed}: {fault}" for report in reports for fault in report.faults]


def _pace() -> list[str]:
    """Let a thousand wait at a store of ten turns a second, with three workers."""
    with _crowd(3) as crowd:
        pace = run_at_a_pace(crowd, _WAITING)
    _say(str(pace))
    return faults_of(pace)


def _redis() -> list[str]:
    """Flush Redis and kill it with all it kept, five times each, while stores are at work."""
    with _crowd(3) as crowd:
        report = run_redis_faults(crowd, paced=_WAITING, fast=200, rounds=5)
    _say(str(report))
    late = [
        f"{outage.name}: nothing moved for {outage.stillness:.1f} s"
        for outage in report.outages
        if outage.stillness > _MOVING_SECONDS
    ]
    if report.pace.longest_gap > _MOVING_SECONDS:
        late.append(f"the paced store stood still for {report.pace.longest_gap:.1f} s")
    return [*report.verdict.faults, *late, *faults_of(report.pace, with_average=False)]


def _sending() -> list[str]:
    """Let a thousand answers be due at one number of ten a second, then at one of eighty.

    Then let one be taken and never heard of.
    """
    faults = []
    with _crowd(3) as crowd:
        for run, limit in enumerate(_LIMITS):
            pace = run_sends_at_a_pace(crowd, limit, round(_WAITING * _scale()), run)
            _say(str(pace))
            # Eighty whole replies a second are more than some machines carry.
            faults += pace.faults(with_average=limit == min(_LIMITS))
    with _crowd(1, is_hasty=False) as crowd:
        silence = run_silence(crowd)
    _say(str(silence))
    return faults + silence.faults


def _meta() -> list[str]:
    """Send what Meta may send in a minute; in a process of its own, whose environment it sets."""
    done = subprocess.run((sys.executable, "-m", "benchmarks.metas_rule"), check=False)
    return ["Meta's rule was broken, as said above"] if done.returncode else []


def _mutations() -> list[str]:
    """Send what nobody should, each beside something good."""
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    count = round(_MUTATIONS * _scale())
    _say(f"seed {seed}; {count} deliveries")
    with _crowd(2) as crowd:
        return [f"seed {seed}: {fault}" for fault in Mutations(crowd, seed, count).run()]


def _payloads() -> list[str]:
    """Replay a folder of captured deliveries, twice."""
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    _say(f"seed {seed}")
    with _crowd(2) as crowd:
        replay = Replay(crowd, seed, Path(os.environ["PAYLOADS"]))
        return [f"seed {seed}: {fault}" for fault in replay.run()]


@contextmanager
def _crowd(workers: int, *, is_hasty: bool = True) -> Iterator[Crowd]:
    """Start an installation with the default lease and sweeper, for one part.

    Unless it is hasty, it waits for a send's status as long as by default.
    """
    patience = {"UNKNOWN_SECONDS": "5"} if is_hasty else {}
    with tempfile.TemporaryDirectory(prefix="mostrador-soak-") as folder:
        crowd = Crowd(Path(folder), workers, **patience)
        try:
            yield crowd.wait_until_ready()
        finally:
            crowd.stop()


def _scale() -> float:
    return float(os.environ.get("SCALE") or 1)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
