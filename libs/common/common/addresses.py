"""From which address a request comes, behind proxies of ours or not. Pure."""

from collections.abc import Sequence


def client_address(peer: str, forwarded_for: Sequence[str], trusted_proxies: int) -> str:
    """Name the nearest address that no proxy of ours vouches for.

    Each proxy adds, at the end, the address it was called from. What stands before those entries
    was written by the caller and may be anything.
    """
    told = [each.strip() for header in forwarded_for for each in header.split(",")]
    if trusted_proxies < 1 or len(told) < trusted_proxies:
        return peer
    return told[-trusted_proxies] or peer
