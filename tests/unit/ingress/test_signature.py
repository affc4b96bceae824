import hashlib
import hmac
import json

import pytest

from ingress.signature import is_signed

SECRET = "app-secret"


def header(body, secret=SECRET, algorithm="sha256"):
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        '{"body":"á 🌵"}'.encode(),  # raw UTF-8, signed raw
        rb'{"body":"\u00e1"}',  # as Meta escapes
        rb'{"body":"\ud83c\udf35"}',  # an emoji as a pair of surrogates
        rb'{"url":"https:\/\/example.com\/a"}',
        b"\xff\xfe not even text",
    ],
)
def test_the_bytes_as_they_came_are_what_is_signed(body):
    assert is_signed(body, [header(body)], [SECRET])


def test_the_same_json_written_otherwise_is_not_what_was_signed():
    escaped = rb'{"body":"\u00e1"}'
    raw = json.dumps(json.loads(escaped), ensure_ascii=False).encode()

    assert not is_signed(raw, [header(escaped)], [SECRET])


@pytest.mark.parametrize("at", range(9))
def test_one_flipped_bit_is_noticed(at):
    body = b'{"a": 12}'
    flipped = bytearray(body)
    flipped[at] ^= 1

    assert not is_signed(bytes(flipped), [header(body)], [SECRET])


BODY = b'{"entry":[]}'
GOOD = header(BODY)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [""],
        [GOOD, GOOD],  # doubled
        [f"{GOOD},{GOOD}"],  # doubled, as a server joins them
        [GOOD[:-1]],
        [GOOD + "0"],
        [f"{GOOD} "],
        [f" {GOOD}"],
        [GOOD.upper()],
        [f"sha256={GOOD.removeprefix('sha256=').upper()}"],
        [GOOD.removeprefix("sha256=")],
        [header(BODY, algorithm="sha1")],
        [f"sha1={GOOD.removeprefix('sha256=')}"],
        [f"sha256={hashlib.sha256(BODY).hexdigest()}"],  # no key at all
        ["sha256=" + "é" * 64],
        ["sha256=" + "0" * 64],
    ],
)
def test_anything_but_one_well_formed_header_is_refused(headers):
    assert not is_signed(BODY, headers, [SECRET])


def test_another_stores_secret_does_not_fit():
    assert not is_signed(BODY, [header(BODY, "other-secret")], [SECRET])


def test_while_a_secret_rotates_both_fit_and_then_only_the_new_one():
    by_old, by_new = header(BODY, "old"), header(BODY, "new")

    assert is_signed(BODY, [by_old], ["new", "old"])
    assert is_signed(BODY, [by_new], ["new", "old"])
    assert not is_signed(BODY, [by_old], ["new"])


def test_a_store_without_a_secret_accepts_nothing():
    assert not is_signed(BODY, [header(BODY, "")], [])
