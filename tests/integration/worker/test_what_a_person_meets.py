"""A part that waits to go again, when a person takes over, writes or asks for it meanwhile."""

import pytest

from common import commands, contacts, outbox, store_pausing
from common.errors import PermanentError, TemporaryError
from common.inbound import AgentCommand, StatusUpdate
from common.outbox import Shown
from common.send_errors import rule_for
from worker.channels.outcome import Unknown
from worker.giving_up import give_up

from .scripted import NOT_CONNECTED, refusal
from .test_every_error_code import Worker

AGENT = ("01890000-0000-7000-8000-000000000001", "Ana")
_OURS = """
    SELECT outbox_id, state, flagged, status, error FROM outbox
    JOIN messages ON message_id = outbox_id ORDER BY position
"""


class Counter(Worker):
    """The worker of one store and one customer, who has just written; and the agent's hands."""

    def __init__(self, database, stores, store):
        super().__init__(database, stores, store)
        self.conversation = self.desk.write("asked")

    def go(self, times=1):
        """Answer what is due, or was put off, but not what is held."""
        for _ in range(times):
            self.desk.change(
                "UPDATE inbox SET due_at = clock_timestamp() WHERE due_at < 'infinity'"
                " AND due_at > clock_timestamp()"
            )
            self.desk.change("UPDATE outbox SET not_before = clock_timestamp()")
            self.runner.answer("store-1", self.conversation)

    def act(self, command, *rest):
        with self.desk.database.store("store-1") as connection:
            session = str(self.desk.value("SELECT session_id FROM conversations"))
            return command(connection, "store-1", session, *rest)

    def take_over(self):
        self.act(commands.take_over, *AGENT)

    def say(self, words):
        session = str(self.desk.value("SELECT session_id FROM conversations"))
        message_id = commands.message_id_of("store-1", session, words)
        command = AgentCommand(words, "send", message_id, *AGENT, words)
        with self.desk.database.store("store-1") as connection:
            commands.send(connection, self.desk.seal, "store-1", session, command)

    def pause(self, reason="by_hand"):
        self.desk.pause(reason)
        self.stores.forget("store-1")

    def resume(self):
        with self.desk.database.store("store-1") as connection:
            store_pausing.resume_in(connection, "store-1")
        self.stores.forget("store-1")

    def minutes_pass(self):
        self.desk.change("UPDATE outbox SET sending_at = sending_at - interval '2 minutes'")

    def parts(self):
        return [(each.state, each.flagged, each.status) for each in self.desk.rows(_OURS)]


@pytest.fixture
def counter(database, stores, two_stores):
    return Counter(database, stores, two_stores[0])


def test_what_a_takeover_keeps_from_going_again_is_shown_as_failed_and_can_be_asked_for(counter):
    counter.channel.refusals = [refusal(131000, 500)]
    counter.go()
    counter.take_over()
    counter.go()

    (part,) = counter.desk.rows(_OURS)
    assert (part.state, part.status, part.error) == (
        "cancelled",
        "failed",
        "A person has taken over.",
    )

    asked = counter.act(commands.retry, str(part.outbox_id), AGENT)
    counter.go()

    assert asked.verdict == "asked"
    assert counter.parts() == [("accepted", False, "sent")]


@pytest.mark.parametrize("policy", ["settle", "resend_once"])
def test_silence_about_a_bots_part_is_flagged_when_a_person_has_taken_over(counter, policy):
    counter.desk.change(
        "UPDATE stores SET settings = settings || jsonb_build_object('unknown_policy', CAST(:policy AS text))",
        policy=policy,
    )
    counter.stores.forget("store-1")
    counter.channel.refusals = [Unknown("no answer")]
    counter.go()
    counter.take_over()
    counter.minutes_pass()
    counter.desk.change("INSERT INTO status_flow VALUES ('store-1', clock_timestamp())")
    counter.go(2)

    assert counter.parts() == [("unknown", True, "unknown")]


def test_a_takeover_cancels_no_part_that_a_person_has_asked_for(counter):
    counter.channel.kind = "image"
    counter.channel.refusals = [refusal(131053, 400)]
    counter.go()
    text, image = [row.outbox_id for row in counter.desk.rows("SELECT * FROM outbox ORDER BY part")]
    counter.act(commands.retry, str(image), AGENT)
    counter.desk.change("UPDATE outbox SET state = 'ready' WHERE kind = 'text'")

    lease = counter.desk.lease(counter.conversation)
    begun = outbox.begin(counter.desk.database, lease, Shown(str(text), "hola"))

    assert begun.verdict == "cancelled"
    states = {row.kind: row.state for row in counter.desk.rows("SELECT kind, state FROM outbox")}
    assert states == {"text": "cancelled", "image": "retry"}


def test_an_agents_words_that_a_status_says_are_spam_wait_for_the_store(counter):
    counter.go()
    counter.channel.sent.clear()
    counter.say("soy Ana")
    for _ in range(3):
        counter.go()
        callback = counter.channel.sends[-1]
        wamid = counter.desk.value("SELECT wamid FROM outbox WHERE role = 'agent'")
        failed = StatusUpdate(wamid, "failed", error_code="131048", callback_data=callback)
        counter.desk.tell(failed)
        counter.statuses.apply("store-1")
        counter.stores.forget("store-1")

    assert len(counter.channel.sends) == 1

    counter.resume()
    counter.runner.answer("store-1", counter.conversation)

    assert len(counter.channel.sends) == 2


@pytest.mark.parametrize("reason", ["spam_limit", "token_expired"])
def test_the_silence_about_a_part_is_judged_in_a_paused_store_too(counter, reason):
    counter.channel.refusals = [Unknown("no answer")]
    counter.go()
    counter.pause(reason)
    counter.go()
    counter.say("soy Ana")
    counter.go(2)

    assert counter.parts() == [("unknown", False, "unknown")]  # Ana's words wait behind it

    counter.minutes_pass()
    counter.go(2)

    assert counter.parts()[0] == ("unknown", True, "unknown")


@pytest.mark.parametrize("reason", ["spam_limit", "by_hand"])
def test_a_part_that_waits_to_go_again_waits_for_a_store_that_is_paused_meanwhile(counter, reason):
    counter.channel.refusals = [refusal(131000, 500)]
    counter.go()
    counter.pause(reason)
    counter.go()
    counter.act(commands.take_over, *AGENT)  # cancels it: nobody would ever send it
    counter.go()

    assert len(counter.channel.sends) == 1

    (part,) = counter.desk.rows(_OURS)
    counter.act(commands.retry, str(part.outbox_id), AGENT)
    counter.go()

    assert len(counter.channel.sends) == 1
    assert counter.parts() == [("retry", False, "retrying")]

    counter.resume()
    for _ in range(2):
        counter.runner.answer("store-1", counter.conversation)

    assert counter.parts() == [("accepted", False, "sent")]


def test_what_an_agent_writes_in_a_store_whose_bot_is_paused_lets_nothing_of_the_bots_go(counter):
    counter.channel.refusals = [refusal(131000, 500)]
    counter.go()
    counter.pause("spam_limit")
    counter.go()
    counter.say("soy Ana")
    counter.go(2)

    sent = counter.desk.rows("SELECT role, state FROM outbox WHERE attempt = 1 ORDER BY role")
    assert [tuple(each) for each in sent] == [("agent", "accepted"), ("assistant", "cancelled")]
    assert len(counter.channel.sends) == 2
    assert counter.desk.value("SELECT count(*) FROM inbox WHERE due_at = 'infinity'") == 1


def test_a_second_message_burns_no_attempt_of_the_first_ones_refusal(counter):
    counter.go()
    counter.channel.sent.clear()
    counter.channel.refusals = [refusal(131000, 500)] * 2
    counter.say("uno")
    counter.go()
    counter.say("dos")
    waits = [counter.runner.answer("store-1", counter.conversation) for _ in range(3)]

    assert len(counter.channel.sends) == 1
    assert all(0.2 < getattr(wait, "seconds", wait) <= 1.0 for wait in waits)


def test_nothing_goes_beside_a_part_whose_fate_nobody_knows_wherever_it_stands(counter):
    counter.channel.kind = "image"
    counter.channel.refusals = [Unknown("no answer")]
    counter.go()
    counter.desk.change("UPDATE outbox SET state = 'retry' WHERE kind = 'text'")
    counter.take_over()
    counter.go()

    assert [each[:2] for each in counter.parts()] == [("cancelled", False), ("unknown", False)]

    counter.minutes_pass()
    counter.go()

    assert [each[:2] for each in counter.parts()] == [("cancelled", False), ("unknown", True)]
    assert counter.desk.value("SELECT outcome FROM inbox WHERE kind = 'message'") == "taken_over"


def test_what_never_got_a_connection_is_given_up_after_a_day_also_without_a_window(counter):
    counter.go()
    counter.channel.refusals = [NOT_CONNECTED] * 3
    counter.say("uno")
    counter.go(2)
    counter.desk.change("UPDATE inbox SET received_at = received_at - interval '1 day'")
    counter.go()

    assert counter.parts()[-1] == ("failed", False, "failed")


def test_words_that_never_came_to_be_sent_fail_and_may_go_again(counter, monkeypatch):
    counter.go()
    counter.channel.sent.clear()
    with monkeypatch.context() as patch:
        patch.setattr(type(counter.runner.pipeline.sender.part_sender), "files_ready", _has_no_file)
        counter.say("uno")
        counter.go()

    asked = "SELECT state, attempt, error_code FROM outbox WHERE role = 'agent'"
    assert [tuple(row) for row in counter.desk.rows(asked)] == [("failed", 1, "not_found")]
    assert counter.parts()[-1] == ("failed", False, "failed")

    message = str(counter.desk.value("SELECT outbox_id FROM outbox WHERE role = 'agent'"))
    assert counter.act(commands.retry, message, AGENT).verdict == "asked"
    counter.go()

    assert counter.parts()[-1] == ("accepted", False, "sent")


def _has_no_file(*_):
    raise PermanentError("The file is not there any more.", code="not_found")


@pytest.mark.parametrize(("blocks", "whose"), [(False, "queue"), (True, "bot")])
def test_a_turn_that_dies_calls_a_person_but_not_for_who_is_blocked(counter, blocks, whose):
    desk = counter.desk
    session = str(desk.open(counter.conversation).session_id)
    turn = desk.turn(desk.lease(counter.conversation))
    with desk.database.store("store-1") as connection:
        contacts.block(connection, "store-1", session, blocks=blocks)
        give_up(connection, desk.seal, turn, PermanentError("Its worker died.", code="worker_died"))

    assert desk.value("SELECT owner FROM conversations") == whose
    assert desk.value("SELECT outcome FROM inbox") == "worker_died"


def test_however_much_comes_behind_a_head_that_waits_all_of_it_is_shown(counter, monkeypatch):
    counter.channel.refusals = [refusal(80007, 400)]  # two minutes
    counter.runner.answer("store-1", counter.conversation)
    counter.desk.write(*(f"more.{number}" for number in range(45)))
    with monkeypatch.context() as patch:
        patch.setattr("worker.pipeline.open_conversation", _is_away)
        waited = counter.runner.answer("store-1", counter.conversation)
    counter.desk.change(
        "UPDATE inbox SET due_at = clock_timestamp() WHERE attempts = 1 AND seq > 1"
    )
    waits = [counter.runner.answer("store-1", counter.conversation) for _ in range(3)]

    assert waited <= 1
    assert waits[:2] == [0.0, 0.0]
    assert 60 < waits[2] < 130
    assert counter.desk.value("SELECT count(*) FROM messages WHERE role = 'user'") == 46
    assert len(counter.channel.sends) == 1


def _is_away(*_):
    raise TemporaryError("Away.", code="database_unavailable")


def test_screens_are_told_once_that_a_customer_cannot_be_reached(counter):
    counter.channel.refusals = [refusal(131026, 400)]
    counter.go()
    counter.desk.change("DELETE FROM events")
    rule = rule_for(131026)
    for _ in range(2):
        counter.refusals.note(
            counter.stores.get("store-1"), counter.conversation, "130497", rule, 0.0
        )

    assert [row.type for row in counter.desk.rows("SELECT type FROM events")] == [
        "chat_list_update"
    ]
