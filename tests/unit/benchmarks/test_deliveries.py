from pathlib import Path

from benchmarks.deliveries import (
    Address,
    Person,
    Reply,
    message_deliveries,
    status_deliveries,
)
from benchmarks.running_door import variants
from benchmarks.stores import APP_SECRET, phone_number_id
from devstack.processes import Program
from ingress.payloads import parse
from ingress.signature import is_signed

HERE = Address("127.0.0.1", 8001, "/webhooks/{store}")
PEOPLE = [Person("bench-1", "573000000001"), Person("bench-2", "573000000002")]
REPLY = Reply("bench-1", "573000000001", "wamid.reply", "callback-1")
SHIPPED = Program("door", ("python", "-m", "gunicorn", "app"), Path("door.log"))


def changes_in(request: bytes):
    """Read a request as the door does, after its length and its signature."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert int(headers["Content-Length"]) == len(body)
    assert is_signed(body, [headers["X-Hub-Signature-256"]], [APP_SECRET])
    return lines[0], parse(body)


def test_each_message_is_signed_and_has_a_wamid_of_its_own():
    deliveries = message_deliveries(HERE, PEOPLE, 3)
    read = [changes_in(each.request) for each in deliveries]

    assert [line.split()[1] for line, _ in read] == [
        "/webhooks/bench-1",
        "/webhooks/bench-2",
        "/webhooks/bench-1",
    ]
    assert [changes[0].phone_number_id for _, changes in read[:2]] == [
        phone_number_id("bench-1"),
        phone_number_id("bench-2"),
    ]
    messages = [changes[0].messages[0] for _, changes in read]
    assert [each.phone for each in messages[:2]] == [each.phone for each in PEOPLE]
    assert [each.wamid for each in messages] == [each.event_id for each in deliveries]
    assert len({each.event_id for each in deliveries}) == 3


def test_a_reply_has_three_statuses_in_their_order():
    deliveries = list(status_deliveries(HERE, [REPLY]))
    statuses = [changes_in(each.request)[1][0].statuses[0] for each in deliveries]

    assert [each.status for each in statuses] == ["sent", "delivered", "read"]
    assert {each.callback_data for each in statuses} == {"callback-1"}
    assert [each.event_id for each in statuses] == [each.event_id for each in deliveries]


def test_the_door_starts_as_it_ships_unless_something_else_is_asked_for():
    (shipped,) = variants("")

    assert (shipped.label, shipped.applied_to(SHIPPED)) == ("ours", SHIPPED)


def test_a_variant_has_settings_and_arguments_of_its_own():
    first, second = variants("A=1; B=2 -k gthread app")

    assert (first.label, dict(first.environment), first.arguments) == ("ours", {"A": "1"}, ())
    assert (second.label, dict(second.environment)) == ("ours (B=2 -k gthread app)", {"B": "2"})
    assert second.applied_to(SHIPPED).command == (
        *("python", "-m", "gunicorn"),
        *("-k", "gthread", "app"),
    )
