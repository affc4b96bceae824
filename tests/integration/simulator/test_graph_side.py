"""The fake Graph API: what it answers, what it records, and the statuses that follow."""

import hashlib
import hmac
import socket
from dataclasses import replace

from simulator.app import create_app
from simulator.box import box_of
from tests.ports import free_port

from .stand import (
    CUSTOMER,
    NUMBER,
    SECRET,
    STORE,
    Running,
    statuses_in,
    text_to,
    wait_until,
)

USUAL_STATUSES = ["sent", "delivered", "read"]


def test_an_accepted_message_is_answered_and_recorded(simulator):
    answer = simulator.send(text_to(CUSTOMER, "Ñandú"))

    wamid = answer.json()["messages"][0]["id"]
    assert answer.status_code == 200
    assert answer.json()["contacts"] == [{"input": f"+{CUSTOMER}", "wa_id": CUSTOMER}]
    [record] = simulator.sent()
    assert record["outcome"] == "accepted"
    assert record["accepted"] is True
    assert record["wamid"] == wamid
    assert record["request"] == text_to(CUSTOMER, "Ñandú")
    assert record["path"] == f"/v21.0/{NUMBER}/messages"
    assert record["http_status"] == 200
    assert record["at"].startswith("20")
    assert isinstance(record["time"], float)


def test_sent_delivered_and_read_follow_signed_and_echo_the_callback(simulator, ingress):
    callback = "v1:42:1"
    answer = simulator.send(text_to(CUSTOMER, biz_opaque_callback_data=callback))

    deliveries = ingress.wait_for(3)
    reports = statuses_in(deliveries)
    assert [report["status"] for report in reports] == USUAL_STATUSES
    for report, (store_id, raw, signature) in zip(reports, deliveries, strict=True):
        expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert (store_id, signature) == (STORE, f"sha256={expected}")
        assert report["id"] == answer.json()["messages"][0]["id"]
        assert report["recipient_id"] == CUSTOMER
        assert report["biz_opaque_callback_data"] == callback
        assert report["timestamp"].isdigit()


def test_a_status_is_repeated_unchanged_until_ingress_takes_it(simulator, ingress):
    ingress.answers = [503, 500]
    simulator.send()

    deliveries = ingress.wait_for(5)

    assert [report["status"] for report in statuses_in(deliveries)] == [
        "sent",
        "sent",
        "sent",
        "delivered",
        "read",
    ]
    assert len({raw for _, raw, _ in deliveries[:3]}) == 1


def test_statuses_wait_for_an_ingress_that_is_away(settings, ingress, serve):
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        app = create_app(replace(settings, ingress_url=f"http://127.0.0.1:{port}"))
        simulator = Running(serve(app))
        simulator.register()
        simulator.send()
        listener.accept()[0].close()
    message = {"from": CUSTOMER, "text": "Hola"}
    away = simulator.control("POST", f"/{STORE}/messages", message).json()

    serve(ingress.app(), port)

    assert (away["status"], away["answers"][0]["body"]) == (0, "ConnectionError")
    assert [each["status"] for each in statuses_in(ingress.wait_for(3))] == USUAL_STATUSES
    wait_until(lambda: len(simulator.sent()[0]["statuses"]) == 3)
    assert simulator.sent()[0]["statuses"][0]["attempts"] > 1
    box_of(app).close()


def test_a_read_receipt_is_recorded_but_not_counted_as_accepted(simulator):
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}

    answer = simulator.send({**receipt, "typing_indicator": {"type": "text"}})

    assert answer.json() == {"success": True}
    [record] = simulator.sent()
    assert (record["outcome"], record["accepted"], record["wamid"]) == ("read", False, None)


def test_a_missing_token_is_error_190(simulator):
    answer = simulator.send(headers={})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 190
    assert [record["error_code"] for record in simulator.sent()] == [190]


def test_a_malformed_request_is_refused_as_meta_does_and_recorded(simulator):
    too_long = simulator.send(text_to(CUSTOMER, "x" * 4097))
    no_recipient = simulator.send({"messaging_product": "whatsapp", "type": "text"})
    not_json = simulator.send(data=b"\xff{")

    error = too_long.json()["error"]
    assert (too_long.status_code, error["code"]) == (400, 100)
    assert set(error) == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert no_recipient.json()["error"]["code"] == 131008
    assert not_json.json()["error"]["code"] == 100
    assert [record["error_code"] for record in simulator.sent()] == [100, 131008, 100]


def test_a_number_that_nobody_has_is_refused(simulator):
    simulator.control("PUT", f"/stores/{STORE}", {"phone_number_id": "7", "app_secret": "s"})

    answer = simulator.send()

    assert answer.status_code == 400
    assert answer.json()["error"]["error_subcode"] == 33


def test_a_user_without_a_phone_is_reached_by_recipient(simulator, ingress):
    message = text_to(CUSTOMER)
    del message["to"]
    answer = simulator.send({**message, "recipient": "CO.abc123"})

    assert answer.json()["contacts"] == [{"input": "CO.abc123", "user_id": "CO.abc123"}]
    report = statuses_in(ingress.wait_for(1))[0]
    assert report["recipient_user_id"] == "CO.abc123"
    assert "recipient_id" not in report


def test_the_ledger_keeps_order_continues_after_a_number_and_can_be_cleared(simulator):
    for at in range(4):
        simulator.send(text_to(CUSTOMER, str(at)))

    records = simulator.sent()
    assert [record["request"]["text"]["body"] for record in records] == ["0", "1", "2", "3"]
    later = simulator.control("GET", f"/{STORE}/sent?after={records[1]['number']}").json()["sent"]
    assert [record["number"] for record in later] == [each["number"] for each in records[2:]]
    assert simulator.control("DELETE", f"/{STORE}/sent").status_code == 204
    assert simulator.sent() == []
