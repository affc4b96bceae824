"""What a person who starts the stack is told when it cannot go on: one clear sentence."""


class DevstackError(Exception):
    """The stack cannot start or go on; its text is the whole explanation, free of secrets."""


class StopRequestedError(Exception):
    """SIGINT or SIGTERM arrived; raised only at the places that wait."""
