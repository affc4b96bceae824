"""The console's pure reducers, run by node on the files that are served."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "services" / "notifier" / "notifier" / "static"
NODE = shutil.which("node") or "node"
# A person without node runs everything else; in CI its absence is a failure.
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None and "CI" not in os.environ, reason="node is not installed"
)


def line(session_id="a", status="bot", **more):
    owner = {"human": "me", "handover": "queue"}.get(status, "bot")
    return {
        "id": session_id,
        "phone": "57300",
        "contact_id": f"of-{session_id}",
        "status": status,
        "owner": owner,
        "unread": 1,
        **more,
    }


def listed(*lines, seq=10):
    return {
        "type": "listed",
        "filter": "all",
        "page": {"as_of_seq": seq, "sessions": list(lines), "next_cursor": None},
    }


def event(seq, kind, data, session_id="a"):
    told = {"seq": seq, "type": kind, "session_id": session_id, "at": "2026-01-01T10:00:00Z"}
    return {"type": "event", "event": {**told, "data": data}}


def message(message_id, content="hola", role="user", **more):
    status = "received" if role == "user" else "sending"
    return {"id": message_id, "role": role, "content": content, "status": status, **more}


def new_message(seq, shown):
    return event(seq, "new_message", {"sessionId": "a", "message": shown})


def page_of(*messages, seq=10, before=None, session_id="a", session=None):
    page = {"as_of_seq": seq, "messages": list(messages), "next_before": before}
    return {"sessionId": session_id, "page": {**page, "session": session}}


def loaded(*messages, **more):
    return {"type": "threadLoaded", **page_of(*messages, **more)}


def older(*messages, **more):
    return {"type": "olderLoaded", **page_of(*messages, **more)}


def new_session(seq, session_id, contact="of-a"):
    return event(seq, "session_new", {"id": session_id, "contact_id": contact}, session_id)


def status(seq, message_id, value):
    return event(seq, "message_status", {"message_id": message_id, "status": value})


def update(seq, shown):
    return event(seq, "message_update", {"sessionId": "a", "message": shown})


BEGUN = [
    {"type": "set", "values": {"agent": {"id": "me"}}},
    listed(line()),
    {"type": "counted", "seq": 10},
    {"type": "opened", "sessionId": "a"},
]


def after(*changes):
    command = [NODE, str(HERE / "console_state.mjs"), STATIC.as_uri()]
    asked = json.dumps([*BEGUN, *changes])
    run = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def ids(state):
    return [each["id"] for each in state["thread"]["messages"]]


def test_an_event_that_was_received_before_changes_nothing():
    state = after(loaded(message("1")), new_message(10, message("2")))

    assert ids(state) == ["1"]
    assert state["lastSeq"] == 10


def test_a_message_that_comes_twice_is_shown_once():
    state = after(loaded(), new_message(11, message("1")), new_message(12, message("1")))

    assert ids(state) == ["1"]
    assert state["lastSeq"] == 12


def test_what_the_page_holds_already_is_not_put_after_it():
    state = after(loaded(message("9"), seq=20), new_message(15, message("3")))

    assert ids(state) == ["9"]


def test_a_late_status_takes_nothing_back():
    told = [
        event(seq, "message_status", {"message_id": "1", "status": status})
        for seq, status in enumerate(("delivered", "sent"), 12)
    ]
    state = after(loaded(), new_message(11, message("1", role="agent")), *told)

    assert state["thread"]["messages"][0]["status"] == "delivered"


def standing(*told):
    """Let statuses come one after the other, as (status, attempt); say how the message stands."""
    events = [
        event(seq, "message_status", {"message_id": "1", "status": status, "attempt": attempt})
        for seq, (status, attempt) in enumerate(told, 12)
    ]
    state = after(loaded(), new_message(11, message("1", role="agent", attempt=1)), *events)
    (shown,) = state["thread"]["messages"]
    return shown["status"], shown["attempt"], shown["can_retry"]


def test_a_message_that_goes_again_moves_on_by_its_attempt():
    failed, again = ("failed", 1), ("retrying", 1)

    assert standing(("sent", 1), again) == ("retrying", 1, False)
    assert standing(failed) == ("failed", 1, True)
    # Of a wamid that failed the server tells no `sent`: what it tells, went.
    assert standing(failed, again, ("sent", 1)) == ("sent", 1, False)
    assert standing(failed, ("delivered", 1)) == ("delivered", 1, False)
    assert standing(failed, again, ("sending", 2), ("sent", 2)) == ("sent", 2, False)
    assert standing(again, ("sending", 2), ("failed", 2)) == ("failed", 2, True)
    assert standing(again, ("delivered", 1), ("sending", 2)) == ("delivered", 1, False)
    assert standing(("delivered", 1), ("read", 2)) == ("read", 2, False)


def test_what_was_deleted_cannot_go_again_whatever_becomes_of_it():
    deleted = message("1", role="agent", attempt=1, revoked=True)
    failed = event(11, "message_status", {"message_id": "1", "status": "failed"})

    assert not after(loaded(deleted), failed)["thread"]["messages"][0]["can_retry"]


def test_a_retry_is_shown_from_its_answer_on_unless_more_is_known_by_then():
    failed = message("1", role="agent", attempt=1, can_retry=True) | {"status": "failed"}
    taken = {"type": "retryTaken", "sessionId": "a", "id": "1"}
    sent = event(11, "message_status", {"message_id": "1", "status": "sent", "attempt": 2})

    assert after(loaded(failed), taken)["thread"]["messages"][0]["status"] == "retrying"
    assert after(loaded(failed), sent, taken)["thread"]["messages"][0]["status"] == "sent"


@pytest.mark.parametrize(
    ("before", "is_paused", "said"),
    [
        ({"status": "unknown"}, False, "behind"),
        ({"status": "unknown", "error": "No status came."}, False, ""),
        ({"status": "sending", "time": "2020-01-01T00:00:00Z"}, False, "behind"),
        ({"status": "sent"}, False, ""),
        ({"status": "sent"}, True, "paused"),
    ],
)
def test_what_waits_says_what_for(before, is_paused, said):
    stores = [{"id": "s", "status": "paused" if is_paused else "active"}]
    held = {"type": "set", "values": {"stores": stores, "storeId": "s"}}
    state = after(held, loaded(message("1", role="assistant") | before), written())

    assert state["heldUp"] == said


def test_a_message_that_changed_keeps_its_place_and_shows_the_rest():
    liked = message("1", reactions={"user": "👍"})
    change = event(11, "message_update", {"sessionId": "a", "message": liked})
    unknown = event(12, "message_update", {"sessionId": "a", "message": message("9")})
    state = after(loaded(message("1"), message("2")), change, unknown)

    assert ids(state) == ["1", "2"]
    assert state["thread"]["messages"][0]["reactions"] == {"user": "👍"}


def test_a_quote_changes_with_what_it_quotes():
    quoted = {"id": "1", "role": "user", "kind": "text", "content": "hola"}
    gone = event(11, "message_update", {"sessionId": "a", "message": message("1", revoked=True)})
    state = after(loaded(message("1"), message("2", quoted=quoted)), gone)

    assert state["thread"]["messages"][1]["quoted"] == quoted | {"kind": "revoke", "content": ""}


def test_a_change_that_comes_late_takes_no_status_back():
    sent = event(12, "message_status", {"message_id": "1", "status": "read"})
    change = event(13, "message_update", {"sessionId": "a", "message": message("1", role="agent")})
    state = after(loaded(), new_message(11, message("1", role="agent")), sent, change)

    assert state["thread"]["messages"][0]["status"] == "read"


def test_a_paused_store_is_known_until_it_goes_on():
    stores = {"type": "set", "values": {"stores": [{"id": "s", "status": "active"}]}}
    paused = event(11, "store_paused", {"reason": "token_expired"})
    paused["event"]["store_id"] = "s"
    resumed = event(12, "store_resumed", {})
    resumed["event"]["store_id"] = "s"

    (store,) = after(stores, paused)["stores"]
    assert (store["status"], store["paused_reason"]) == ("paused", "token_expired")
    assert after(stores, paused, resumed)["stores"][0]["status"] == "active"


def written(content="voy"):
    mine = message("c1", content, "agent", client_id="c1")
    return {"type": "written", "sessionId": "a", "message": mine}


ACCEPTED = {"type": "accepted", "sessionId": "a", "clientId": "c1", "id": "s1"}


@pytest.mark.parametrize("socket_first", [True, False])
def test_the_servers_message_takes_the_place_of_what_was_shown_at_once(socket_first):
    told = new_message(11, message("s1", "voy", "agent"))
    answers = [told, ACCEPTED] if socket_first else [ACCEPTED, told]
    state = after(loaded(), written(), *answers)

    assert ids(state) == ["s1"]


def test_a_redacted_twin_does_not_stay_beside_what_was_written():
    state = after(loaded(), written(), new_message(11, message("s1", "v**", "agent")), ACCEPTED)

    assert ids(state) == ["s1"]


def test_what_was_sent_late_stands_where_the_server_put_it():
    sent = new_message(12, message("s1", "voy", "agent"))
    state = after(loaded(), written(), new_message(11, message("2")), ACCEPTED, sent)

    assert ids(state) == ["2", "s1"]


def test_loading_anew_keeps_what_is_older_and_what_is_on_its_way():
    state = after(
        loaded(message("1"), message("2")), written(), loaded(message("2"), message("3"), seq=11)
    )

    assert ids(state) == ["1", "2", "3", "c1"]


def test_a_page_that_does_not_join_on_replaces_what_was_there():
    state = after(loaded(message("1")), loaded(message("8"), seq=90, before="8"))

    assert ids(state) == ["8"]
    assert state["thread"]["before"] == "8"


def test_a_line_is_not_taken_back_by_a_list_that_was_read_before():
    update = event(12, "chat_list_update", line(status="handover"))
    state = after(update, listed(line(), seq=11))

    assert state["sessions"]["a"]["status"] == "handover"


def test_what_was_written_has_its_place_when_it_was_told_and_leaves_with_its_page():
    told = new_message(11, message("s1", "voy", "agent"))
    far = loaded(message("9"), seq=90, before="9")

    assert ids(after(loaded(message("1")), written(), ACCEPTED, told, far)) == ["9"]
    assert ids(after(loaded(message("1")), written(), ACCEPTED, far)) == ["9", "s1"]
    behind = older(message("1"), message("s1", "voy", "agent"), seq=91)
    assert ids(after(loaded(message("1")), written(), ACCEPTED, far, behind)) == ["1", "s1", "9"]


def test_a_page_does_not_undo_what_was_told_while_it_was_on_its_way():
    mine = message("1", role="agent")
    gone = update(12, message("1", role="agent", revoked=True))
    first = after(status(11, "1", "failed"), gone, loaded(mine))
    again = after(loaded(mine), gone, loaded(mine, seq=11))
    further = after(loaded(message("2"), before="2"), status(11, "1", "read"), older(mine))

    assert [first["thread"]["messages"][0][each] for each in ("status", "revoked")] == [
        "failed",
        True,
    ]
    assert again["thread"]["messages"][0]["revoked"]
    assert further["thread"]["messages"][0]["status"] == "read"


def test_an_older_page_joins_only_the_beginning_it_was_asked_for():
    far = loaded(message("9"), seq=90, before="9")
    state = after(
        loaded(message("5"), before="5"), far, older(message("4"), seq=11) | {"before": "5"}
    )

    assert ids(state) == ["9"]


@pytest.mark.parametrize("phone", ["57300", None])
def test_a_customer_has_one_line_and_who_reads_goes_on_in_the_new_session(phone):
    begun = {"type": "set", "values": {"drafts": {"a": {"files": [1]}}, "noting": "a"}}
    changes = [
        listed(line(phone=phone)),
        loaded(message("1", role="agent")),
        begun,
        new_session(11, "b"),
        status(12, "1", "read"),
        event(13, "chat_list_update", line("b", contact_id="of-a", phone=phone), "b"),
    ]
    state = after(*changes)

    assert state["listed"] == ["b"]
    assert state["openId"] == state["thread"]["id"] == state["noting"] == "b"
    assert state["thread"]["messages"][0]["status"] == "read"
    assert state["drafts"] == {"b": {"files": [1]}}
    there = {"session_id": "b", "seq": 14}
    state = after(*changes, loaded(message("2"), before="2", **there), older(message("1"), **there))
    assert ids(state) == ["1", "2"]


def test_a_file_that_is_coming_up_arrives_in_the_new_session():
    coming = {"type": "fileAdded", "sessionId": "a", "file": {"key": "k", "status": "coming"}}
    there = {"type": "fileChanged", "key": "k", "values": {"status": "ready"}}
    state = after(loaded(), coming, new_session(11, "b"), there, {**there, "key": "gone"})

    assert state["drafts"] == {"b": {"files": [{"key": "k", "status": "ready"}], "quoted": None}}


def test_what_was_refused_is_there_for_who_comes_back():
    refused = {"type": "refused", "sessionId": "a", "clientId": "c1", "error": "network"}
    elsewhere = [{"type": "opened", "sessionId": "b"}, {"type": "opened", "sessionId": "a"}]
    state = after(loaded(), written(), refused, *elsewhere, loaded(message("1"), seq=12))
    again = {"type": "again", "sessionId": "a", "clientId": "c1"}

    assert ids(state) == ["1", "c1"]
    sent = after(loaded(), written(), refused, *elsewhere, again, ACCEPTED, *elsewhere, loaded())
    assert ids(sent) == []


def test_two_contacts_with_one_number_have_two_lines():
    other = event(12, "chat_list_update", line("b"), "b")
    state = after(loaded(), new_session(11, "c", "of-c"), other)

    assert sorted(state["listed"]) == ["a", "b"]
    assert state["openId"] == "a"


def test_a_page_says_whose_it_is_and_leads_from_a_former_session_to_the_present_one():
    opened = {"type": "opened", "sessionId": "z"}
    known = after(opened, loaded(session_id="z", session=line("z", status="human")))
    led = after(opened, loaded(session_id="z", session=line("y")))

    assert known["sessions"]["z"]["status"] == "human"
    assert led["openId"] == led["thread"]["id"] == "y"


def test_the_composer_is_closed_for_who_does_not_hold_the_conversation():
    def becomes(status, **more):
        told = {"id": "a", "status": status, "session": line(status=status, **more)}
        return after(event(11, "session_update", told))["lock"]

    reasons = [
        after()["lock"],
        becomes("handover"),
        becomes("human", owner="beto"),
        becomes("human"),
        after(listed(line(status="human", window_expires_at="2020-01-01T00:00:00Z")))["lock"],
    ]

    assert reasons == ["bot", "waiting", "colleague", None, "window"]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_a_tab_keeps_in_order_is_what_sorting_all_of_it_shows(seed):
    command = [NODE, str(HERE / "console_listing.mjs"), STATIC.as_uri(), str(seed)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("ok", "")
