"""A small fire for every run of the suite; `make soak` is the large one."""

import os
import random

from .echo_assistant import Troubles
from .under_fire import Fire, run_under_fire

FIRE = Fire(
    stores=2,
    conversations=20,
    messages=5,
    kill_every_seconds=0.8,
    kills_at_most=6,
    backlog=15,
    patience_seconds=40,
    # Slow answers and sends, so that a kill finds turns in every state and bells find them busy.
    troubles=Troubles(failing=0.05, slow=0.5, slowest_seconds=0.8),
    slow_sends=50.0,
)


def test_killed_workers_and_failing_assistants_lose_double_and_reorder_nothing(crowd):
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    print(f"\nseed {seed} (SEED={seed} repeats it)")

    report = run_under_fire(crowd, seed, FIRE)

    print(report)
    assert report.kills
    assert report.faults == [], f"seed {seed}"
