"""Step 5. The doorbells: one Dramatiq queue per store, jobs that carry ids and nothing else.

All that knows Dramatiq and its keys stays in this package. A lost, repeated or reordered
doorbell breaks no promise: the inbox is the truth, the sweeper rings what was lost (P8).
"""

from common.queues.broker import StoreQueues, more_mail_in, redis_client, went_first
from common.queues.consumer import Service, TurnConsumer
from common.queues.doorbells import Doorbells
from common.queues.names import ANSWER, EVERY_STORE, SHARED_LANE, STATUSES, queue_name, store_of
from common.queues.pace import Pace
from common.queues.scripts import Ring

__all__ = [
    "ANSWER",
    "EVERY_STORE",
    "SHARED_LANE",
    "STATUSES",
    "Doorbells",
    "Pace",
    "Ring",
    "Service",
    "StoreQueues",
    "TurnConsumer",
    "more_mail_in",
    "queue_name",
    "redis_client",
    "store_of",
    "went_first",
]
