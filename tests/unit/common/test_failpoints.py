"""Places to die at: only the one that is named, and only when it is reached so many times."""

import signal
import subprocess
import sys

import pytest

_REACHES = """
import sys
from common import failpoints
failpoints.arm(sys.argv[1])
for place in ("one", "two", "one", "two", "one"):
    print(place, flush=True)
    failpoints.reach(place)
"""


@pytest.mark.parametrize(("asked", "reached"), [("one", 1), ("two", 2), ("one@3", 5), ("two@3", 5)])
def test_a_process_dies_at_the_place_and_the_time_that_are_named(tmp_path, asked, reached):
    file = tmp_path / "fail-point"
    file.write_text(asked)

    ended = subprocess.run(
        [sys.executable, "-c", _REACHES, str(file)], capture_output=True, check=False
    )

    dies = asked != "two@3"
    assert len(ended.stdout.split()) == reached
    assert (ended.returncode == -signal.SIGKILL, file.exists()) == (dies, not dies)
