import os
import time

from benchmarks.costs import Meter, size_of


def test_a_meter_tells_what_was_used_since_it_was_made():
    meter = Meter({"self": (os.getpid(),), "nobody": (2**22 + 1,)})

    deadline = time.process_time() + 0.05
    while time.process_time() < deadline:
        pass
    used = meter.used()

    assert 0.03 <= used["self"] < 5
    assert used["nobody"] == 0


def test_a_process_has_threads_and_memory():
    size = size_of(os.getpid())

    assert size.threads >= 1
    assert size.megabytes > 1
