"""A worker that was told something impossible says so in one sentence, and does not start."""

import os
import subprocess
import sys

import pytest


def start(**settings):
    return subprocess.run(
        [sys.executable, "-m", "worker"],
        env={**os.environ, "DATABASE_URL": "", "REDIS_URL": "", **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"WORKER_MODE": "fibers"}, "WORKER_MODE must be threads or gevent, not 'fibers'"),
        ({"WORKER_STORES": "Store 1"}, "WORKER_STORES: 'Store 1' cannot be a store's id."),
        ({"WORKER_THREADS": "many"}, "WORKER_THREADS"),
    ],
    ids=["mode", "stores", "threads"],
)
def test_one_clear_sentence_and_no_start(settings, sentence):
    ended = start(**settings)

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert ended.stderr.startswith("The worker cannot start: ")
    assert len(ended.stderr.strip().splitlines()) == 1
