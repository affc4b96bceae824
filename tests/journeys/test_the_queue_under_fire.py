"""A small fire for every run of the suite; `make soak` is the large one."""

import os
import random

from .under_fire import Fire, run_under_fire

FIRE = Fire(
    stores=2,
    conversations=20,
    messages=5,
    kill_every_seconds=1.0,
    kills_at_most=4,
    backlog=15,
    patience_seconds=25,
)


def test_killed_workers_and_failing_assistants_lose_double_and_reorder_nothing(crowd):
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    print(f"\nseed {seed} (SEED={seed} repeats it)")

    report = run_under_fire(crowd, seed, FIRE)

    print(report)
    assert report.faults == [], f"seed {seed}"
