"""Encryption at rest: AES-256-GCM whose associated data names the place of a value.

Master keys (`SECRETS_KEYS`, newest first) seal the stores' secrets and each store's own data
key; the data key seals what customers write. A value moved to another store or column does
not open, because its place is authenticated with it.
"""

import hashlib
import hmac
import os
import threading

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.errors import ConfigurationError, ServiceError

_VERSION = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, random
_DRAWN_AT_ONCE = 256
_LEAST_KEY_LENGTH = 32


class SealBrokenError(ServiceError):
    """A sealed value does not open: wrong key, wrong place, or tampered with."""

    code = "seal_broken"


class Keyring:
    """Seals with the newest key and opens with any that is still listed."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ConfigurationError("SECRETS_KEYS is not set.")
        if any(len(key) < _LEAST_KEY_LENGTH for key in keys):
            raise ConfigurationError("Each of SECRETS_KEYS needs 32 characters or more.")
        derived = [hashlib.sha256(key.encode()).digest() for key in keys]
        self._newest = _key_id(derived[0])
        self._ciphers = {_key_id(key): AESGCM(key) for key in derived}

    def seal(self, value: bytes, place: str) -> bytes:
        """Seal a value for one place, such as `store-1/app_secret`."""
        return _VERSION + self._newest + _encrypt(self._ciphers[self._newest], value, place)

    def open(self, sealed: bytes, place: str) -> bytes:
        """Open a sealed value; raises SealBrokenError."""
        start = len(_VERSION) + _KEY_ID_BYTES
        cipher = self._ciphers.get(bytes(sealed[len(_VERSION) : start]))
        if cipher is None:
            raise SealBrokenError("The key that sealed this value is not listed any more.")
        return _decrypt(cipher, bytes(sealed[start:]), place)


class StoreSeal:
    """Seals what a store's customers and agents write, with that store's own key."""

    def __init__(self, store_id: str, key: bytes) -> None:
        self.store_id = store_id
        self._place = f"{store_id}/text"
        self._cipher = AESGCM(key)
        self._tag_key = hashlib.sha256(b"tag" + key).digest()

    def tag(self, text: str) -> str:
        """Sign a short text with the store's key; 16 hex digits."""
        return hmac.new(self._tag_key, text.encode(), hashlib.sha256).hexdigest()[:16]

    def seal(self, value: bytes) -> bytes:
        return _encrypt(self._cipher, value, self._place)

    def open(self, sealed: bytes) -> bytes:
        return _decrypt(self._cipher, bytes(sealed), self._place)

    def seal_text(self, text: str) -> bytes:
        return self.seal(text.encode())

    def open_text(self, sealed: bytes) -> str:
        return self.open(sealed).decode()


class _Nonces(threading.local):
    """Random nonces of one thread, drawn from the system for many seals at a time.

    A draw for each seal lets go of the interpreter each time, and a busy event loop waits for it
    to come back. What was drawn before a fork belongs to the parent.
    """

    def __init__(self) -> None:
        self._drawn = memoryview(b"")
        self._of = 0

    def next(self) -> bytes:
        if not self._drawn or self._of != os.getpid():
            self._drawn, self._of = (
                memoryview(os.urandom(_NONCE_BYTES * _DRAWN_AT_ONCE)),
                os.getpid(),
            )
        nonce, self._drawn = bytes(self._drawn[:_NONCE_BYTES]), self._drawn[_NONCE_BYTES:]
        return nonce


_nonces = _Nonces()


def new_store_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:_KEY_ID_BYTES]


def _encrypt(cipher: AESGCM, value: bytes, place: str) -> bytes:
    nonce = _nonces.next()
    return nonce + cipher.encrypt(nonce, value, place.encode())


def _decrypt(cipher: AESGCM, sealed: bytes, place: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("A sealed value does not open.") from error
