import json
import time

import jwt
import pytest

from common.errors import ConfigurationError, NotAuthenticatedError
from common.tokens import EVERY_STORE, Claims, InternalTokens

KEY, OLD_KEY, FOREIGN_KEY = "k" * 32, "o" * 32, "f" * 32


def signed(key=KEY, algorithm="HS256", **changes):
    now = int(time.time())
    claims = {"aud": "catalog", "sub": "store-1", "iat": now, "exp": now + 60} | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm)


def refused(token, audience="catalog", keys=(KEY,)):
    with pytest.raises(NotAuthenticatedError):
        InternalTokens(keys).verify(token, audience)


def test_a_token_carries_the_store_it_opens():
    tokens = InternalTokens((KEY,))

    claims = tokens.verify(tokens.issue("catalog", "store-1"), "catalog")

    assert claims == Claims("store-1")
    assert claims.opens("store-1")
    assert not claims.opens("store-2")


def test_a_token_of_the_installation_opens_every_store():
    tokens = InternalTokens((KEY,))

    claims = tokens.verify(tokens.issue("catalog"), "catalog")

    assert claims.store_id == EVERY_STORE
    assert claims.opens("store-1")


def test_a_token_for_one_service_does_not_open_another():
    refused(InternalTokens((KEY,)).issue("catalog", "store-1"), "notifier")


def test_a_token_lives_a_minute():
    claims = jwt.decode(
        InternalTokens((KEY,)).issue("catalog"), KEY, algorithms=["HS256"], audience="catalog"
    )

    assert claims["exp"] - claims["iat"] == 60


def test_an_expired_token_is_refused():
    now = int(time.time())
    refused(signed(iat=now - 120, exp=now - 10))


def test_a_token_from_the_future_is_refused():
    now = int(time.time())
    refused(signed(iat=now + 600, exp=now + 660))


def test_a_token_under_a_foreign_key_is_refused():
    refused(signed(key=FOREIGN_KEY))


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_another_algorithm_is_refused(algorithm):
    key = None if algorithm == "none" else KEY * 2
    refused(signed(key=key, algorithm=algorithm), keys=(KEY * 2,))


@pytest.mark.parametrize("missing", ["exp", "iat", "aud", "sub"])
def test_a_token_without_one_of_its_claims_is_refused(missing):
    refused(signed(**{missing: None}))


def test_a_token_whose_store_is_no_text_is_refused():
    now = int(time.time())
    claims = {"aud": "catalog", "sub": 1, "iat": now, "exp": now + 60}
    refused(jwt.PyJWS().encode(json.dumps(claims).encode(), KEY, algorithm="HS256"))


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "ñandú", ".", "a" * 10_000])
def test_garbage_is_refused(garbage):
    refused(garbage)


def test_keys_rotate_without_a_token_lost():
    by_old = InternalTokens((OLD_KEY,)).issue("catalog", "store-1")
    rotating = InternalTokens((KEY, OLD_KEY))

    assert rotating.verify(by_old, "catalog").opens("store-1")
    assert InternalTokens((KEY,)).verify(rotating.issue("catalog"), "catalog").opens("store-1")
    refused(by_old)


@pytest.mark.parametrize("keys", [(), ("short",), (KEY, "x" * 31)])
def test_missing_or_short_keys_keep_the_process_from_starting(keys):
    with pytest.raises(ConfigurationError, match="SERVICE_KEYS"):
        InternalTokens(keys)
