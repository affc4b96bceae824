"""From which address a request comes, behind proxies of ours or not. Pure."""

import ipaddress
from collections.abc import Sequence

# Who has one address of IPv6 has all of such a network.
_IPV6_NETWORK = 64


def client_address(peer: str, forwarded_for: Sequence[str], trusted_proxies: int) -> str:
    """Name the nearest address that no proxy of ours vouches for.

    Each proxy adds, at the end, the address it was called from. What stands before those entries
    was written by the caller and may be anything.
    """
    told = [each.strip() for header in forwarded_for for each in header.split(",")]
    if trusted_proxies < 1 or len(told) < trusted_proxies:
        return peer
    return told[-trusted_proxies] or peer


def network_of(address: str) -> str:
    """Name what one caller commands: an address, or with IPv6 the network around it."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(known), _IPV6_NETWORK), strict=False))
