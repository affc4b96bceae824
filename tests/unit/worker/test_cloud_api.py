import pytest

from common.send_errors import rule_for
from worker.channels.cloud_api import CloudApi, Credentials, Recipient
from worker.channels.contents import Picture, Text
from worker.channels.outcome import Accepted, Rejected, TryLater, Unknown

CREDENTIALS = Credentials("100000000000001", "the-token")
PHONE = Recipient("573001234567")
ACCEPTED = {"messages": [{"id": "wamid.HBgM="}]}


@pytest.fixture
def api(loopback):
    return CloudApi(loopback.url, "v21.0", read_seconds=2)


def graph_error(code, **more):
    return {"error": {"code": code, "message": f"(#{code}) Something", "type": "OAuth"} | more}


def test_a_text_is_posted_in_the_shape_graph_takes(api, loopback, answer):
    loopback.answers(answer(200, ACCEPTED))
    assert api.send(CREDENTIALS, PHONE, Text("¡Hola!"), "v1:7:1") == Accepted("wamid.HBgM=")
    (request,) = loopback.requests
    assert (request["method"], request["path"]) == ("POST", "/v21.0/100000000000001/messages")
    assert request["headers"]["authorization"] == "Bearer the-token"
    assert request["json"] == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+573001234567",
        "type": "text",
        "text": {"body": "¡Hola!", "preview_url": False},
        "biz_opaque_callback_data": "v1:7:1",
    }


def test_a_picture_is_sent_by_its_link(api, loopback, answer):
    loopback.answers(answer(200, ACCEPTED))
    api.send(CREDENTIALS, PHONE, Picture("https://pictures.example/x.jpg"), "v1:8:1")
    assert loopback.requests[0]["json"]["type"] == "image"
    assert loopback.requests[0]["json"]["image"] == {"link": "https://pictures.example/x.jpg"}


def test_the_country_sign_is_written_once(api, loopback, answer):
    loopback.answers(answer(200, ACCEPTED))
    api.send(CREDENTIALS, Recipient("+573001234567"), Text("x"), "c")
    assert loopback.requests[0]["json"]["to"] == "+573001234567"


def test_who_has_no_phone_is_addressed_by_user_id(api, loopback, answer):
    loopback.answers(answer(200, ACCEPTED))
    api.send(CREDENTIALS, Recipient(None, "CO.123456"), Text("x"), "c")
    assert loopback.requests[0]["json"]["recipient"] == "CO.123456"
    assert "to" not in loopback.requests[0]["json"]


def test_a_phone_wins_over_a_user_id(api, loopback, answer):
    loopback.answers(answer(200, ACCEPTED))
    api.send(CREDENTIALS, Recipient("57300", "CO.123456"), Text("x"), "c")
    assert "recipient" not in loopback.requests[0]["json"]


@pytest.mark.parametrize(
    "content",
    [{}, {"messages": []}, {"messages": [{}]}, {"messages": [{"id": 5}]}, {"messages": "x"}, []],
)
def test_an_acceptance_without_an_id_is_unknown(api, loopback, answer, content):
    loopback.answers(answer(200, content))
    assert isinstance(api.send(CREDENTIALS, PHONE, Text("x"), "c"), Unknown)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (502, b"<html>Bad Gateway</html>"),
        (503, b'{"error": "busy"}'),
        (504, b'{"error": {"message": "no code"}}'),
        (404, b"Not Found"),
        (302, b""),
        (200, b"<html>captive portal</html>"),
        (200, b"\xff"),
    ],
)
def test_a_failure_of_the_edge_is_unknown(api, loopback, answer, status, body):
    loopback.answers(answer(status, body))
    assert isinstance(api.send(CREDENTIALS, PHONE, Text("x"), "c"), Unknown)
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, 190), (500, 3), (403, 200), (400, 4), (400, 131056), (500, 131000), (500, 999_999)],
)
def test_what_may_pass_is_for_later(api, loopback, answer, status, code):
    loopback.answers(answer(status, graph_error(code)))
    outcome = api.send(CREDENTIALS, PHONE, Text("x"), "c")
    assert outcome == TryLater(str(code), f"(#{code}) Something", rule_for(code, status))


@pytest.mark.parametrize("code", [100, 131026, 131047, 131053, 132001, 130497, 888_888])
def test_what_will_not_pass_is_rejected(api, loopback, answer, code):
    loopback.answers(answer(400, graph_error(code)))
    outcome = api.send(CREDENTIALS, PHONE, Text("x"), "c")
    assert outcome == Rejected(str(code), f"(#{code}) Something", rule_for(code))


def test_an_error_counts_even_under_a_good_status(api, loopback, answer):
    loopback.answers(answer(200, graph_error(131047) | ACCEPTED))
    assert isinstance(api.send(CREDENTIALS, PHONE, Text("x"), "c"), Rejected)


@pytest.mark.parametrize(("headers", "wait"), [({}, None), ({"Retry_After": "7"}, 7)])
def test_too_many_requests_wait_as_long_as_asked(api, loopback, answer, headers, wait):
    loopback.answers(answer(429, b"slow down", **headers))
    outcome = api.send(CREDENTIALS, PHONE, Text("x"), "c")
    assert (outcome.code, outcome.retry_after) == ("429", wait)


def test_a_reason_quotes_neither_token_nor_number(api, loopback, answer):
    message = "Malformed access token EAAGm0PX4ZCpsBAKZ\r\nfor +57 300 123 4567"
    loopback.answers(answer(401, {"error": {"code": 190, "message": message}}))
    reason = api.send(CREDENTIALS, PHONE, Text("x"), "c").reason
    assert reason == "Malformed access token … for …"


@pytest.mark.parametrize("message", [None, "", 5, {"a": 1}])
def test_a_refusal_without_words_still_has_a_reason(api, loopback, answer, message):
    loopback.answers(answer(400, {"error": {"code": 100, "message": message}}))
    assert api.send(CREDENTIALS, PHONE, Text("x"), "c").reason == "WhatsApp refused it (100)."


def test_nobody_there_is_for_later(nobody_listens):
    outcome = CloudApi(nobody_listens, "v21.0").send(CREDENTIALS, PHONE, Text("x"), "c")
    rule = rule_for("not_connected")
    assert outcome == TryLater("not_connected", "WhatsApp could not be reached.", rule)


@pytest.mark.parametrize("act", ["reset", "hang"])
def test_a_lost_answer_is_unknown_and_never_repeated(loopback, acts, act):
    loopback.answers(acts[act])
    api = CloudApi(loopback.url, "v21.0", read_seconds=0.1)
    assert isinstance(api.send(CREDENTIALS, PHONE, Text("x"), "c"), Unknown)
    assert len(loopback.requests) == loopback.connections == 1


def test_a_server_that_closes_kept_connections_sees_each_message_once(api, loopback, answer):
    loopback.answers(answer(200, ACCEPTED).replace(b"close", b"keep-alive"))
    for _ in range(3):
        assert isinstance(api.send(CREDENTIALS, PHONE, Text("x"), "c"), Accepted)
    assert len(loopback.requests) == 3


def test_a_token_shows_in_no_representation():
    assert "the-token" not in repr(CREDENTIALS)
