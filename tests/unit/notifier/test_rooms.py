"""Who gets which event."""

from notifier.frames import Answer, Heartbeat, Resync, Skipped, Told, Whisper
from notifier.rooms import Rooms, entries_for


class Ear:
    """A listener that keeps what it is given."""

    def __init__(self):
        self.heard = []

    def put(self, entries):
        self.heard.extend(entries)


def told(seq, event_type="chat_list_update", session_id="s-1", text="{}"):
    return Told(seq, event_type, session_id, text)


def listening(rooms, store_id="store-1", joined=(), head=0):
    ear = Ear()
    rooms.enter(store_id, ear, joined, head)
    return ear


def test_what_concerns_a_room_is_for_those_in_it():
    events = [told(1, "new_message"), told(2), told(3, "message_status", "s-2")]

    assert entries_for({"s-1"}, events) == [events[0], events[1], Skipped(3, 3)]
    assert entries_for({"s-2"}, events) == [Skipped(1, 1), events[1], events[2]]


def test_numbers_that_are_left_out_in_a_row_are_one_skip():
    events = [told(4, "new_message"), told(5, "message_status"), told(6, "new_message"), told(7)]

    assert entries_for((), events) == [Skipped(4, 6), events[3]]


def test_an_event_whose_subject_is_gone_is_skipped_for_all():
    assert entries_for({"s-1"}, [told(1, "new_message", text=None), told(2, text=None)]) == [
        Skipped(1, 2)
    ]


def test_a_store_hears_its_own_events_only():
    rooms = Rooms()
    ours, theirs = listening(rooms), listening(rooms, "store-2")

    rooms.tell("store-1", [told(1)])

    assert (ours.heard, theirs.heard) == ([told(1)], [])
    assert (rooms.told("store-1"), rooms.told("store-2")) == (1, 0)


def test_what_was_told_is_not_told_again():
    rooms = Rooms()
    ear = listening(rooms)

    rooms.tell("store-1", [told(1), told(2)])
    rooms.tell("store-1", [told(2), told(3)])

    assert ear.heard == [told(1), told(2), told(3)]


def test_events_after_a_gap_are_not_told():
    rooms = Rooms()
    ear = listening(rooms, head=3)

    rooms.tell("store-1", [told(5)])

    assert (ear.heard, rooms.told("store-1")) == ([], 3)


def test_a_store_nobody_listens_to_is_forgotten_and_begins_anew():
    rooms = Rooms()
    ear = listening(rooms, head=5)
    rooms.leave("store-1", ear)
    rooms.tell("store-1", [told(6)])

    assert rooms.stores() == frozenset()
    assert rooms.told("store-1") is None
    assert rooms.enter("store-1", Ear(), (), 9) == 9


def test_who_comes_later_hears_from_where_the_store_is():
    rooms = Rooms()
    listening(rooms, head=5)
    rooms.tell("store-1", [told(6)])

    assert rooms.enter("store-1", Ear(), (), 4) == 6


def test_the_only_socket_of_a_store_reads_up_to_the_head_by_itself():
    rooms = Rooms()
    first = listening(rooms, head=2)

    rooms.catch_up("store-1", first, 4)
    second = listening(rooms, head=4)
    rooms.catch_up("store-1", second, 6)

    assert rooms.told("store-1") == 4


def test_a_room_is_in_effect_from_the_number_of_its_answer():
    rooms = Rooms()
    ear = listening(rooms, head=2)
    rooms.tell("store-1", [told(3, "new_message")])

    rooms.join("store-1", ear, "s-1")
    rooms.tell("store-1", [told(4, "new_message")])
    rooms.part("store-1", ear, "s-1")
    rooms.tell("store-1", [told(5, "new_message")])

    assert ear.heard == [
        Skipped(3, 3),
        Answer('{"type":"joined","session_id":"s-1","seq":3}'),
        told(4, "new_message"),
        Skipped(5, 5),
    ]


def test_a_whisper_stays_in_its_room():
    rooms = Rooms()
    inside, outside = listening(rooms, joined={"s-1"}), listening(rooms)

    rooms.whisper("store-1", "s-1", Whisper("psst"))
    rooms.whisper("store-9", "s-1", Whisper("psst"))

    assert (inside.heard, outside.heard) == ([Whisper("psst")], [])
    assert rooms.has_joined("store-1", inside, "s-1")
    assert not rooms.has_joined("store-1", outside, "s-1")


def test_a_resync_moves_the_store_forward_and_never_back():
    rooms = Rooms()
    ear = listening(rooms, head=5)

    rooms.resync("store-1", 9)
    rooms.resync("store-1", 7)
    rooms.resync("store-9", 7)

    assert (ear.heard, rooms.told("store-1")) == ([Resync(9)], 9)


def test_a_heartbeat_names_the_last_number_told():
    rooms = Rooms()
    ear = listening(rooms, head=5)

    rooms.beat("store-1", ear)

    assert ear.heard == [Heartbeat(5)]
