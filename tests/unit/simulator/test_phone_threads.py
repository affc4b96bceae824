"""What a phone shows as its messages are posted, answered, read and replied to."""

import threading

from simulator.phone_messages import PhoneKey, Written
from simulator.phone_streams import read_cursor, write_cursor
from simulator.phone_threads import PhoneThreads

KEY = PhoneKey("store-1", "573001112233")
OTHER = PhoneKey("store-1", "573009998877")


def written(wamid, key=KEY):
    return Written(key, wamid, {"type": "text", "text": {"body": wamid}})


def statuses(threads, key=KEY):
    return {each.wamid: each.status for each in threads.changes([key]).messages}


def test_a_message_is_sent_then_delivered_then_read():
    threads = PhoneThreads()
    message = [written("a")]

    threads.post(message)
    assert statuses(threads) == {"a": "sent"}
    threads.settle(message, [503, 200])
    assert statuses(threads) == {"a": "delivered"}
    threads.mark_read("store-1", "a", typing=False)
    assert statuses(threads) == {"a": "read"}


def test_a_message_that_ingress_refused_has_failed_until_it_is_posted_again():
    threads = PhoneThreads()
    message = [written("a")]
    threads.post(message)
    threads.settle(message, [503])
    [failed] = threads.changes([KEY]).messages
    assert (failed.status, failed.answer) == ("failed", 503)

    threads.post(message)
    threads.settle(message, [200])

    [delivered] = threads.changes([KEY]).messages
    assert (delivered.status, delivered.number) == ("delivered", failed.number)


def test_a_read_receipt_that_overtakes_ingress_stays():
    threads = PhoneThreads()
    message = [written("a")]
    threads.post(message)
    threads.mark_read("store-1", "a", typing=False)

    threads.settle(message, [200])

    assert statuses(threads) == {"a": "read"}


def test_a_read_receipt_covers_what_was_written_before():
    threads = PhoneThreads()
    messages = [written("a"), written("b"), written("c")]
    threads.post(messages)
    threads.settle(messages, [200])

    threads.mark_read("store-1", "b", typing=False)
    threads.mark_read("store-1", "of nobody", typing=True)

    assert statuses(threads) == {"a": "read", "b": "read", "c": "delivered"}


def test_somebody_types_until_the_answer_or_for_25_seconds():
    now = [1000.0]
    threads = PhoneThreads(clock=lambda: now[0])
    threads.post([written("a")])
    threads.mark_read("store-1", "a", typing=True)
    assert threads.changes([KEY]).typing == (KEY,)
    threads.take(KEY, "reply", {"type": "text"})
    assert threads.changes([KEY]).typing == ()

    threads.mark_read("store-1", "a", typing=True)
    now[0] += 26
    assert threads.changes([KEY]).typing == ()


def test_only_what_is_newer_and_of_these_phones_is_told():
    threads = PhoneThreads()
    threads.post([written("a"), written("x", OTHER)])
    after = threads.changes([KEY]).revision

    threads.settle([written("a")], [200])

    changes = threads.changes([KEY], after)
    assert [each.status for each in changes.messages] == ["delivered"]
    assert threads.changes([OTHER], after).messages == ()


def test_a_phone_keeps_its_last_500_messages():
    threads = PhoneThreads()
    threads.post(written(str(at)) for at in range(600))

    kept = threads.changes([KEY]).messages

    assert [kept[0].wamid, kept[-1].wamid, len(kept)] == ["100", "599", 500]
    threads.mark_read("store-1", "50", typing=True)
    assert threads.changes([KEY]).typing == ()


def test_closing_ends_every_wait():
    threads = PhoneThreads()
    waiting = threading.Thread(target=threads.wait, args=([KEY], 0, 60))
    waiting.start()

    threads.close()

    waiting.join(5)
    assert not waiting.is_alive()


def test_a_cursor_of_another_run_means_nothing():
    assert read_cursor(write_cursor("ab", 7), "ab") == 7
    assert read_cursor(write_cursor("ab", 7), "cd") is None
    assert read_cursor("ab.x", "ab") is None
    assert read_cursor("", "ab") == 0
