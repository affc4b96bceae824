"""The bytes of a webhook body, and the signature over exactly those bytes."""

import hashlib
import hmac
import json

from simulator.signatures import serialise, sign


def test_unicode_is_escaped_in_lower_case_and_slashes_too():
    raw = serialise({"text": "á Ñ 😀 a/b"})

    assert raw == b'{"text":"\\u00e1 \\u00d1 \\ud83d\\ude00 a\\/b"}'
    assert json.loads(raw) == {"text": "á Ñ 😀 a/b"}


def test_a_lone_surrogate_does_not_stop_a_delivery():
    assert serialise({"text": "\ud83d"}) == b'{"text":"\\ud83d"}'


def test_the_signature_is_over_the_escaped_bytes():
    raw = serialise({"text": "señor"})

    expected = hmac.new("clave-ñ".encode(), raw, hashlib.sha256).hexdigest()
    assert sign(raw, "clave-ñ") == f"sha256={expected}"
    assert sign(raw, "another") != sign(raw, "clave-ñ")
