"""The only home of queue and actor names; a contract test ties them to the worker."""

_PREFIX = "messages:"

ANSWER = "answer_conversation"  # (store_id, conversation_id)
STATUSES = "apply_statuses"  # (store_id)


def queue_name(store_id: str) -> str:
    return f"{_PREFIX}{store_id}"


def store_of(queue: str) -> str:
    """Name the store of a queue; raises ValueError for a queue that is not a store's."""
    if not queue.startswith(_PREFIX):
        raise ValueError(f"{queue} is no store's queue")
    return queue.removeprefix(_PREFIX)
