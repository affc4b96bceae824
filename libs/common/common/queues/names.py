"""The only home of queue, actor and topic names; a contract test ties them to the worker."""

_PREFIX = "messages:"

# What a worker declares: one consumer serves the queues of all its stores.
EVERY_STORE = "messages"
SHARED_LANE = "shared"

ANSWER = "answer_conversation"  # (store_id, conversation_id)
STATUSES = "apply_statuses"  # (store_id)
ACTORS = frozenset({ANSWER, STATUSES})
# Stands in the place of a conversation for a store's statuses; `rules.lua` knows it too.
STATUSES_PLACE = "statuses"


def queue_name(store_id: str) -> str:
    return f"{_PREFIX}{store_id}"


def store_of(queue: str) -> str:
    """Name the store of a queue; raises ValueError for a queue that is not a store's."""
    if not queue.startswith(_PREFIX):
        raise ValueError(f"{queue} is no store's queue")
    return queue.removeprefix(_PREFIX)


def rung_key(store_id: str) -> str:
    """Name the sorted set of every doorbell of a store, due or not."""
    return f"mostrador:rung:{store_id}"


def first_key(store_id: str) -> str:
    """Name the set of a store's doorbells that go first."""
    return f"mostrador:first:{store_id}"


def wake_topic(worker: str) -> str:
    return f"mostrador:wake:{worker}"
