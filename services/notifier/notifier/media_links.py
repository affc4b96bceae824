"""The address of a message's media. A stand-in: the route behind it signs and checks it."""


def media_url(store_id: str, message_id: str) -> str:
    """Name the place where an agent's browser gets a message's media."""
    return f"/api/stores/{store_id}/media/{message_id}"
