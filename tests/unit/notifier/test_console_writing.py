"""What an agent writes with, run by node on the files that are served."""

import subprocess

import pytest

from .test_console_state import HERE, NODE
from .test_console_state import pytestmark as pytestmark  # noqa: PLC0414  # the same reason to skip


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("console_writing.mjs", id="slashes_variables_and_drafts"),
        pytest.param(
            "console_unsent.mjs", id="what_did_not_go_is_kept_and_late_news_take_nothing_back"
        ),
        pytest.param("console_wire.mjs", id="sends_keep_their_order_and_a_return_opens_one_socket"),
    ],
)
def test_what_needs_no_page_does_what_it_says(script):
    command = [NODE, str(HERE / script)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
