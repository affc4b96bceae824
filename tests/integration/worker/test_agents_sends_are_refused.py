"""What an agent sends and WhatsApp refuses for now: it keeps its place, and its table's attempts."""

import pytest

from common.send_errors import AGENT_SENDS, rule_for
from worker.channels.media_upload import UploadPutOffError
from worker.outgoing_http import NotConnectedError

from .scripted import refusal
from .test_what_a_person_meets import Counter

_AGENTS = "SELECT state, refusals, not_before > clock_timestamp() AS waits FROM outbox WHERE role = 'agent'"


@pytest.fixture
def counter(database, stores, two_stores):
    counter = Counter(database, stores, two_stores[0])
    counter.go()
    counter.channel.sent.clear()
    return counter


def states(counter):
    """Say how the agent's parts stand, in the order in which they were asked for."""
    query = (
        "SELECT outbox.state FROM outbox JOIN inbox USING (store_id, turn_id)"
        " WHERE role = 'agent' ORDER BY inbox.seq"
    )
    return [row.state for row in counter.desk.rows(query)]


def put_off(code, retry_after=None):
    rule = rule_for(code)
    return UploadPutOffError("No.", str(code), rule.wait_after(1, retry_after), rule)


@pytest.fixture
def files(counter, monkeypatch):
    """Let uploads fail as a list says, one after the other; then they go."""
    faults = []

    def ready(_uploads, _store, _who, going):
        if faults:
            raise faults.pop(0)
        return going

    monkeypatch.setattr(
        type(counter.runner.pipeline.sender.part_sender.uploads), "all_ready", ready
    )
    return faults


def test_in_a_store_whose_bot_is_silenced_an_agents_second_message_waits_for_the_first(counter):
    counter.channel.refusals = [refusal(131048, 400)]
    counter.say("uno")
    counter.go()
    counter.say("dos")
    counter.runner.answer("store-1", counter.conversation)  # hurried, and it waits all the same

    assert counter.stores.get("store-1").paused_reason == "spam_limit"
    assert states(counter) == ["retry"]
    counter.go(2)
    assert states(counter) == ["accepted", "accepted"]
    first, second, third = (callback.split(":")[1] for callback in counter.channel.sends)
    assert first == second != third


def test_an_agents_message_that_is_refused_as_spam_again_and_again_fails_before_their_eyes(counter):
    counter.channel.refusals = [refusal(131048, 400)] * AGENT_SENDS
    counter.say("uno")
    counter.go(AGENT_SENDS)

    assert (len(counter.channel.sends), states(counter)) == (AGENT_SENDS, ["failed"])


def test_what_an_agent_says_goes_behind_what_is_held_of_theirs(counter):
    counter.pause("by_hand")
    counter.say("uno")
    counter.go()
    counter.desk.change("UPDATE stores SET paused_reason = 'spam_limit'")
    counter.stores.forget("store-1")
    counter.say("dos")
    counter.go()
    assert counter.channel.sends == []

    counter.resume()
    for _ in range(2):
        counter.runner.answer("store-1", counter.conversation)
    assert states(counter) == ["accepted", "accepted"]


def test_nobodys_hurry_burns_the_attempts_of_an_agents_file(counter, files):
    counter.desk.change(
        "UPDATE stores SET settings = settings || jsonb_build_object('attempts', 1)"
    )
    counter.stores.forget("store-1")
    files += [put_off(80007)] * 2
    for words in ("el archivo", "¿lo ves?", "un momento"):
        counter.say(words)
        counter.runner.answer("store-1", counter.conversation)

    assert len(files) == 1
    assert [tuple(row) for row in counter.desk.rows(_AGENTS)] == [("ready", 1, True)]
    counter.go(4)
    assert states(counter) == ["accepted"] * 3


@pytest.mark.parametrize(
    ("fault", "most"),
    [(put_off(131000), 4), (UploadPutOffError("No.", "503", None), 3)],
)
def test_a_file_is_given_up_after_as_many_attempts_as_its_rule_says(counter, files, fault, most):
    files += [fault] * 9
    counter.say("el archivo")
    counter.go(9)

    assert (9 - len(files), states(counter)) == (most, ["failed"])


def test_a_file_that_finds_no_connection_waits_as_words_do(counter, files):
    files += [NotConnectedError("Nobody there.")] * 6
    counter.say("el archivo")
    counter.go(7)

    assert states(counter) == ["accepted"]


def test_a_file_whose_upload_pauses_the_store_is_held_until_it_is_active(counter, files):
    files += [put_off(190)]
    counter.say("el archivo")
    counter.go(2)
    held = "SELECT count(*) FROM inbox WHERE due_at = 'infinity' AND state = 'pending'"
    assert (counter.desk.value(held), states(counter)) == (1, ["ready"])

    counter.resume()
    counter.desk.change("UPDATE outbox SET not_before = clock_timestamp()")
    counter.runner.answer("store-1", counter.conversation)
    assert states(counter) == ["accepted"]
