"""Step 5. The doorbells: one Dramatiq queue per store, jobs that carry ids and nothing else.

All that knows Dramatiq and its keys stays in this package. A lost, repeated or reordered
doorbell breaks no promise: the inbox is the truth, the sweeper rings what was lost (P8).
"""

from common.queues.broker import connect, redis_client
from common.queues.doorbells import Doorbells
from common.queues.names import ANSWER, STATUSES, queue_name, store_of

__all__ = ["ANSWER", "STATUSES", "Doorbells", "connect", "queue_name", "redis_client", "store_of"]
