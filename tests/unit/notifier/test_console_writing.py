"""What an agent writes with, run by node on the files that are served."""

import subprocess

from .test_console_state import HERE, NODE
from .test_console_state import pytestmark as pytestmark  # noqa: PLC0414  # the same reason to skip


def test_slashes_variables_and_drafts_do_what_they_say():
    command = [NODE, str(HERE / "console_writing.mjs")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
