"""Starts a volley and waits for its end."""

import subprocess
import sys
from collections.abc import Iterable

from benchmarks.errors import BenchError
from benchmarks.volley.shape import Outcome, Shape, packed


def fire(shape: Shape, requests: Iterable[bytes]) -> Outcome:
    """Send the requests from another process; raises BenchError when it fails."""
    command = (sys.executable, "-m", "benchmarks.volley", shape.to_text())
    done = subprocess.run(command, input=packed(requests), capture_output=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"The load generator failed: {done.stderr.decode()[-300:].strip()}")
    return Outcome.from_bytes(done.stdout)
