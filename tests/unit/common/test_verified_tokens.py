import time

import jwt
import pytest

from common import verified_tokens
from common.errors import NotAuthenticatedError
from common.tokens import Claims, InternalTokens
from common.verified_tokens import VerifiedTokens

KEY = "k" * 32


class CountingTokens(InternalTokens):
    """Counts how often a signature is looked at."""

    looks = 0

    def verify(self, token: str, audience: str) -> Claims:
        self.looks += 1
        return super().verify(token, audience)


@pytest.fixture
def real():
    return CountingTokens((KEY,))


@pytest.fixture
def remembering(real):
    return VerifiedTokens(real)


def _token(expires_in, **claims):
    now = int(time.time())
    content = {"aud": "catalog", "sub": "store-1", "iat": now, "exp": now + expires_in, **claims}
    return jwt.encode(content, KEY, algorithm="HS256")


def test_a_token_that_lives_is_looked_at_once(real, remembering):
    token = _token(60)
    assert [remembering.verify(token, "catalog").store_id for _ in range(3)] == ["store-1"] * 3
    assert real.looks == 1


def test_a_remembered_token_is_still_for_its_own_service_only(real, remembering):
    token = _token(60)
    remembering.verify(token, "catalog")
    with pytest.raises(NotAuthenticatedError):
        remembering.verify(token, "notifier")


def test_past_its_end_a_token_is_looked_at_again(real, remembering):
    token = _token(-1)  # within the leeway
    remembering.verify(token, "catalog")
    remembering.verify(token, "catalog")
    assert real.looks == 2


def test_a_refused_token_stays_refused_and_is_not_remembered(real, remembering):
    for _ in range(2):
        with pytest.raises(NotAuthenticatedError):
            remembering.verify(_token(60) + "x", "catalog")
    assert real.looks == 2
    assert remembering._known == {}


def test_what_is_remembered_is_bounded(real, remembering, monkeypatch):
    monkeypatch.setattr(verified_tokens, "_MOST_REMEMBERED", 3)
    for number in range(10):
        remembering.verify(_token(60, sub=f"store-{number}"), "catalog")
    assert len(remembering._known) <= 3
