"""A person answers from the phone app; WhatsApp says something itself; something comes late."""

from datetime import UTC, datetime, timedelta

import pytest

from common import commands

from .desk import ANA
from .thread import Thread, said


@pytest.fixture
def thread(desk):
    return Thread(desk)


def echo(wamid, content="ya te ayudo", **values):
    return said(wamid, content, role="agent", **values)


def take_over(thread):
    session = thread.conversation().session_id
    with thread.desk.database.store("store-1") as connection:
        commands.take_over(connection, "store-1", session, ANA, "Ana")


def test_an_answer_from_the_phone_is_an_agents_and_silences_the_bot(thread):
    thread.bring(said("w1"))
    before = thread.conversation()
    standing = thread.bring(echo("a1", details_sealed=b"y", reply_to="w1"))

    after = thread.conversation()
    assert (standing.owner, standing.is_silenced, standing.epoch) == ("queue", True, 2)
    assert (after.handover_trigger, after.unread, after.waiting_since) == ("PHONE_APP", 0, None)
    assert after.window_expires_at == before.window_expires_at
    message = thread.messages()[1]
    assert (message["role"], message["status"], message["reply_to"]) == ("agent", "sent", "w1")
    assert bytes(message["details_sealed"]) == b"y"
    assert thread.desk.events("session_update")[0]["handover_trigger"] == "PHONE_APP"


def test_an_agent_keeps_what_a_colleague_answers_from_the_phone(thread):
    thread.bring(said("w1"))
    take_over(thread)
    standing = thread.bring(echo("a1"))

    assert (standing.owner, standing.is_silenced, standing.epoch) == ("agent", False, 2)


def test_who_gave_it_back_to_the_bot_is_not_overruled_by_a_second_attempt(thread):
    thread.bring(said("w1"))
    turn = thread.turn()
    thread.remember(turn, echo("a1"))
    with thread.desk.database.store("store-1") as connection:
        commands.release(connection, "store-1", thread.conversation().session_id)

    assert thread.remember(turn, echo("a1")).owner == "bot"


def test_an_echo_of_days_ago_silences_nobody_and_is_shown(thread):
    thread.bring(said("w1"))
    standing = thread.bring(echo("a1", written_at=datetime.now(UTC) - timedelta(days=2)))

    assert (standing.owner, len(thread.messages())) == ("bot", 2)


def test_the_echo_of_what_we_sent_ourselves_is_not_shown_twice(thread):
    thread.bring(said("w1"))
    thread.desk.change("UPDATE messages SET wamid = 'ours', role = 'assistant'")
    standing = thread.bring(echo("ours"))

    assert (standing.owner, len(thread.messages())) == ("bot", 1)


def test_who_is_written_to_first_from_the_phone_answers_a_person(thread):
    opened = thread.bring(echo("a1"))
    thread.desk.change("UPDATE sessions SET opened_at = opened_at - interval '1 hour'")
    answered = thread.bring(said("w1", "sí, gracias"))

    assert (opened.is_window_open, opened.owner) == (False, "queue")
    assert (answered.is_window_open, answered.owner) == (True, "queue")


def test_a_day_after_the_phones_last_answer_the_bot_is_active_again(thread):
    thread.bring(said("w1"), echo("a1"))
    thread.desk.change("UPDATE conversations SET window_expires_at = now() - interval '1 hour'")
    thread.desk.change("UPDATE messages SET created_at = created_at - interval '25 hours'")

    assert thread.bring(said("w2")).owner == "bot"


def test_the_door_silences_the_bot_ahead_of_the_turn_that_shows_the_echo(thread, other_desk):
    thread.bring(said("w1"))
    conversation = str(thread.conversation().conversation_id)
    database = thread.desk.database

    assert not commands.silence_bots(database, "store-2", [conversation])
    assert commands.silence_bots(database, "store-1", [conversation])
    assert not commands.silence_bots(database, "store-1", [conversation])
    assert thread.conversation().owner == "queue"
    standing = thread.bring(echo("a1"))
    assert (standing.is_silenced, standing.epoch) == (False, 2)
    assert thread.conversation().waiting_since is None


def test_where_nothing_was_said_there_is_nobody_to_silence(thread):
    lease = thread.lease()

    assert not commands.silence_bots(thread.desk.database, "store-1", [lease.conversation_id])


def test_a_note_of_whatsapps_opens_no_window_and_is_nobodys_line(thread):
    first = thread.bring(said("s1", "cambió de número", role="system", kind="system"))
    assert (first.is_window_open, thread.conversation().unread) == (False, 0)

    thread.bring(said("w1"))
    thread.bring(said("s2", "cambió de nuevo", role="system", kind="system"))

    assert [line.content for line in thread.bring(said("w2")).history] == ["hola"]


def test_a_late_message_renews_no_window_and_its_younger_sibling_does(thread):
    old = datetime.now(UTC) - timedelta(hours=30)
    late = thread.bring(said("w1", written_at=old))
    assert not late.is_window_open

    both = thread.bring(said("w2", written_at=old), said("w3"))

    assert (both.is_window_open, both.contents) == (True, ("hola", "hola"))
