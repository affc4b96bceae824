"""A message whose every handling ends its worker, in the middle of a burst."""

import os
import signal

import pytest

from tests.waiting import eventually

from .crowd import phone_of
from .echo_assistant import numbers_in, order_text

POISON = 2
_IN_THE_OPEN_TURN = """
    SELECT leases.holder FROM inbox
    JOIN turns ON turns.store_id = inbox.store_id AND turns.turn_id = inbox.turn_id
    JOIN leases ON leases.store_id = inbox.store_id
        AND leases.conversation_id = inbox.conversation_id
    WHERE inbox.store_id = :store AND event_id = :wamid
      AND inbox.state = 'pending' AND turns.state = 'open'
"""


class Poison:
    """Kills the worker that asks about a turn with the message in it, each time."""

    def __init__(self, crowd, store, wamid):
        self._crowd, self._store, self._wamid = crowd, store, wamid
        self.deaths = 0

    def __call__(self, _who, _numbers):
        for row in self._crowd.sql(_IN_THE_OPEN_TURN, store=self._store, wamid=self._wamid):
            self.deaths += 1
            os.kill(int(row["holder"].rsplit("/", 1)[-1]), signal.SIGKILL)


@pytest.mark.long
def test_only_the_message_that_kills_its_worker_is_given_up_and_its_neighbours_are_answered(crowd):
    store, phone = crowd.new_store(attempts=3), phone_of(1)
    wamids = {number: f"wamid.{store}.1.{number}" for number in (1, 2, 3)}
    poison = Poison(crowd, store, wamids[POISON])
    crowd.assistant.watch = poison
    burst = [
        {"from": phone, "id": wamid, "text": order_text("ana", number)}
        for number, wamid in wamids.items()
    ]

    crowd.write_all(store, burst)

    mail = crowd.wait_until_handled(phone, store, seconds=60)
    print(f"\n{poison.deaths} workers died: {[(row['state'], row['outcome']) for row in mail]}")
    ends = {row["event_id"]: (row["state"], row["outcome"]) for row in mail}
    assert ends[wamids[POISON]] == ("dead", "worker_died")
    assert poison.deaths >= 3
    answers = [numbers_in(call["request"]["text"]["body"]) for call in crowd.calls(store)]
    answered = {number for numbers in answers for number in numbers}
    assert {number for number, wamid in wamids.items() if ends[wamid][0] == "done"} == {1, 3}
    assert {1, 3} <= answered
    eventually(lambda: len(crowd.pids("worker")) == 3, what="the dead being replaced")
