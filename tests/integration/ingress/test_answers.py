"""What the door answers, as contracts.md promises."""

from urllib.parse import urlencode

import pytest

from common.store_registration import StoreChange

from .door import change, delivery, message, signature

BODY = delivery(change(message("wamid.a")))


def code(response):
    return response.get_json()["error"]["code"]


def test_a_signed_delivery_is_committed_and_answered_with_nothing(door):
    response = door.post(BODY)

    assert (response.status_code, response.data) == (200, b"")
    assert door.counts() == {"inbox": 1, "contacts": 1, "conversations": 1}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": signature(BODY, "app-secret-of-store-2")},
        {"X-Hub-Signature-256": signature(BODY + b" ", "app-secret-of-store-1")},
        {"X-Hub-Signature-256": signature(BODY, "app-secret-of-store-1").upper()},
        {"X-Hub-Signature-256": signature(BODY, "app-secret-of-store-1")[:-1]},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
        [("X-Hub-Signature-256", signature(BODY, "app-secret-of-store-1"))] * 2,
    ],
)
def test_a_wrong_signature_is_refused_and_leaves_no_row(door, headers):
    response = door.post(BODY, headers=headers)

    assert (response.status_code, code(response)) == (401, "bad_signature")
    assert door.counts() == {}
    assert door.counts("store-2") == {}


def test_a_wrong_signature_is_refused_before_the_body_is_read_as_json(door):
    response = door.post(b"not json", headers={"X-Hub-Signature-256": "sha256=" + "0" * 64})

    assert response.status_code == 401


@pytest.mark.parametrize("store_id", ["store-9", "Store-1", "store-1%00", "..", "%F0%9F%8C%B5"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_store_is_not_found_whatever_its_name(door, store_id, method):
    response = door.server.call(method, f"/webhooks/{store_id}", body=BODY)

    assert (response.status_code, code(response)) == (404, "store_not_found")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"hola", "not_json"),
        (b"", "not_json"),
        (b'{"entry": NaN}', "not_json"),
        (b"\xff\xfe\xfd", "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"entry":' * 500 + b"1" + b"}" * 500, "too_deep"),
    ],
)
def test_what_is_signed_but_no_json_is_refused(door, body, why):
    response = door.post(body)

    assert (response.status_code, code(response)) == (400, why)
    assert door.counts() == {}


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'"hola"', b'{"entry": [{}]}'])
def test_json_of_another_shape_is_accepted_and_means_nothing(door, body):
    assert door.post(body).status_code == 200
    assert door.counts() == {}


def test_a_body_over_three_megabytes_is_refused(door):
    padding = b" " * (3 * 1024 * 1024 - len(BODY))

    assert door.post(BODY + padding).status_code == 200
    response = door.post(BODY + padding + b" ")
    assert (response.status_code, code(response)) == (413, "too_large")


@pytest.mark.parametrize(("spaces", "status"), [(1000, 200), (3 * 1024 * 1024, 413)])
def test_a_body_of_unknown_length_is_measured_while_it_is_read(door, spaces, status):
    body = BODY + b" " * spaces
    headers = {"X-Hub-Signature-256": signature(body, "app-secret-of-store-1")}
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)]

    answered = door.server.call("POST", "/webhooks/store-1", headers, [b"", *pieces])

    assert answered.status_code == status


def test_a_rotated_secret_is_valid_beside_the_new_one(door, registration):
    registration.change("store-1", StoreChange(secrets={"app_secret": "the-new-one"}))
    by_new = {"X-Hub-Signature-256": signature(BODY, "the-new-one")}

    assert door.post(BODY).status_code == 200
    assert door.post(BODY, headers=by_new).status_code == 200


def test_a_store_without_a_secret_takes_nothing_not_even_signed_with_nothing(door, registration):
    registration.register("store-3", StoreChange(name="Tres", phone_number_id="3"))
    registration.register(
        "store-4", StoreChange(name="Cuatro", phone_number_id="4", secrets={"app_secret": ""})
    )

    for store_id in ("store-3", "store-4"):
        headers = {"X-Hub-Signature-256": signature(BODY, "")}
        assert door.post(BODY, store_id, headers=headers).status_code == 401


def verification(door, store_id="store-1", **query):
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": "verify-token-of-store-1",
        "hub.challenge": "1158201444",
    } | {name.replace("_", ".", 1): value for name, value in query.items()}
    kept = {name: value for name, value in asked.items() if value is not None}
    return door.get(f"/webhooks/{store_id}?{urlencode(kept)}")


def test_the_challenge_comes_back_as_plain_text(door):
    response = verification(door)

    assert (response.status_code, response.data) == (200, b"1158201444")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_challenge_is_text_whatever_it_says(door):
    response = verification(door, hub_challenge="<script>" + "x" * 1000)

    assert response.headers["content-type"].startswith("text/plain")
    assert len(response.data) == 256


@pytest.mark.parametrize(
    "query",
    [
        {"hub_verify_token": "wrong"},
        {"hub_verify_token": ""},
        {"hub_verify_token": None},
        {"hub_verify_token": "verify-token-of-store-2"},
        {"hub_verify_token": "ñ\x00🌵"},
        {"hub_mode": "unsubscribe"},
        {"hub_mode": None},
    ],
)
def test_a_wrong_verification_is_refused(door, query):
    response = verification(door, **query)

    assert (response.status_code, code(response)) == (403, "not_allowed")


def test_who_knows_the_word_is_answered_whoever_guesses_from_the_same_address(door):
    guesses = [verification(door, hub_verify_token="wrong").status_code for _ in range(32)]

    assert (guesses[0], guesses[-1]) == (403, 429)
    assert verification(door).status_code == 200


def test_names_without_dots_are_not_the_platforms(door):
    response = door.get(
        "/webhooks/store-1?hub_mode=subscribe&hub_verify_token=verify-token-of-store-1"
    )

    assert response.status_code == 403


def test_a_store_without_a_token_verifies_nobody(door, registration):
    registration.register("store-3", StoreChange(name="Tres", phone_number_id="3"))

    assert verification(door, "store-3", hub_verify_token=None).status_code == 403


def test_the_door_says_that_it_lives_and_what_it_reaches(door):
    assert door.get("/healthz").status_code == 200
    assert door.get("/readyz").get_json() == {"status": "ready", "missing": {}}
    assert b"mostrador_webhook_deliveries_total" in door.get("/metrics").data
    assert door.get("/nothing").get_json()["error"]["code"] == "not_found"
