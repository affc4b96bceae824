"""Which armed fault a request meets, and how faults are read and shown."""

import pytest

from common.errors import InvalidRequestError
from simulator.fault_requests import describe_fault, parse_fault
from simulator.faults import Armed, Asked, Fault, next_fault
from simulator.status_scripts import StatusFailure, StatusScript, StatusStep

ASKED = Asked("message", "text", "store-1", "100", "573001112233")


def met(faults, requests):
    """List the id of the fault each request meets."""
    armed = tuple(Armed(fault) for fault in faults)
    found = []
    for asked in requests:
        armed, fault = next_fault(armed, asked)
        found.append(fault.id if fault else None)
    return found


def test_a_fault_is_used_once_unless_told_otherwise():
    assert met([Fault("a", "reset")], [ASKED] * 3) == ["a", None, None]
    assert met([Fault("a", "reset", times=2)], [ASKED] * 3) == ["a", "a", None]
    assert met([Fault("a", "reset", times=0)], [ASKED] * 3) == ["a", "a", "a"]


def test_the_first_armed_fault_is_used_first():
    assert met([Fault("a", "reset"), Fault("b", "hang")], [ASKED] * 3) == ["a", "b", None]


def test_a_call_number_counts_every_matching_request():
    faults = [Fault("a", "reset", call=1), Fault("c", "hang", call=3)]

    assert met(faults, [ASKED] * 4) == ["a", None, "c", None]


def test_a_call_number_with_times_covers_the_calls_that_follow():
    assert met([Fault("a", "reset", call=2, times=2)], [ASKED] * 4) == [None, "a", "a", None]
    assert met([Fault("a", "reset", call=2, times=0)], [ASKED] * 3) == [None, "a", "a"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"store_id": "store-2"},
        {"phone_number_id": "200"},
        {"to": "573009998877"},
        {"type": "image"},
        {"kind": "read"},
    ],
)
def test_a_request_of_another_kind_is_neither_met_nor_counted(wanted):
    armed, fault = next_fault((Armed(Fault("a", "reset", **wanted)),), ASKED)

    assert fault is None
    assert armed[0].seen == 0


def test_a_phone_matches_with_or_without_its_plus():
    assert met([Fault("a", "reset", to="+573001112233", kind="any")], [ASKED]) == ["a"]


def test_a_fault_is_read_with_its_defaults():
    assert parse_fault({"outcome": "error"}, "id") == Fault("id", "error")


def test_a_script_of_statuses_is_read():
    scripted = parse_fault(
        {"outcome": "statuses", "statuses": {"order": ["read", "sent"], "delay_ms": [5, 7]}}, "id"
    )
    failing = parse_fault({"outcome": "delay", "statuses": {"failed": {"code": 131047}}}, "id")
    silent = parse_fault({"outcome": "accept_then_hang", "statuses": {"none": True}}, "id")

    assert scripted.statuses == StatusScript((StatusStep("read", 5), StatusStep("sent", 7)))
    assert failing.statuses.steps == (StatusStep("failed", 50),)
    assert failing.statuses.failure == StatusFailure(
        131047, "Re-engagement message", "Re-engagement message"
    )
    assert silent.statuses == StatusScript(())


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"outcome": "explode"},
        {"outcome": ["error"]},
        {"outcome": "error", "tims": 1},
        {"outcome": "error", "times": -1},
        {"outcome": "error", "times": True},
        {"outcome": "error", "times": 1.5},
        {"outcome": "error", "call": 0},
        {"outcome": "error", "to": 573001112233},
        {"outcome": "error", "accepted": True},
        {"outcome": "hang", "seconds": 121},
        {"outcome": "statuses"},
        {"outcome": "statuses", "statuses": {"order": ["lost"]}},
        {"outcome": "statuses", "statuses": {"order": [["sent"]]}},
        {"outcome": "statuses", "statuses": {"order": ["sent"], "delay_ms": [1, 2]}},
        {"outcome": "statuses", "statuses": {"delay_ms": "soon"}},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(body):
    with pytest.raises(InvalidRequestError):
        parse_fault(body, "id")


def test_a_fault_is_shown_as_it_was_asked_for():
    body = {
        "outcome": "statuses",
        "store_id": "store-1",
        "statuses": {
            "order": ["failed"],
            "delay_ms": [9],
            "failed": {"code": 1, "title": "t", "details": "d"},
        },
    }

    shown = describe_fault(Armed(parse_fault(body, "id"), seen=2, used=1))

    assert body.items() <= shown.items()
    assert (shown["seen"], shown["used"]) == (2, 1)
    assert "to" not in shown
