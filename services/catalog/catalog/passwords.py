"""Passwords of agents: Argon2id, with the same work for an account that does not exist."""

import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's password storage sheet: 19 MiB, two passes, one lane.
_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1
# Two threads of their own for it: a thread's allocator keeps the memory of a hash, and in each of
# the sixteen that answer requests that made 400 MB.
_AT_ONCE = 2


class Passwords:
    """Hashes and compares. Safe to share between threads."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(_PASSES, _MEMORY_KIB, _LANES)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "passwords")
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        return self._threads.submit(self._hasher.hash, _same_letters(password)).result()

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare; without a hash the work is the same and the answer is no."""
        compared = (password_hash or self._nobodys, _same_letters(password))
        try:
            self._threads.submit(self._hasher.verify, *compared).result()
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def _same_letters(password: str) -> str:
    """Keyboards differ in how they write an accented letter (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
