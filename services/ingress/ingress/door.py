"""Step 1. One delivery, from its bytes to its answer; whatever server brought it.

Nothing here waits for a disk or another service in the event loop. What is large is read in a
thread, so that one store's thousand updates hold up nobody.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog

from common import failpoints, metrics
from common.errors import NotAuthenticatedError, ServiceError, StoreNotFoundError
from common.logs import traceback_of
from ingress.answers import TAKEN, Answer, refusal
from ingress.body_budget import BodyBudget
from ingress.element_limits import TooManyElementsError
from ingress.failure_limits import FailureLimits, TooManyFailuresError
from ingress.group_commit import GroupCommit
from ingress.intake import Intake, Prepared
from ingress.payloads import looks_large, parse
from ingress.signature import is_signed
from ingress.store_lookup import OpenStore, StoreLookup

BODY_LIMIT = 3 * 1024 * 1024  # whatsapp.md 1.2: Meta sends up to 3 MB
# Meta gets its 503 within two seconds, whatever holds the database up.
PATIENCE_SECONDS = 1.7
_READERS = 2
_LOG = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """What came: the store of its route, the signature headers, the bytes, and from where."""

    store_id: str
    signatures: Sequence[str]
    body: bytes
    address: str


@dataclass(frozen=True)
class Door:
    """Takes deliveries for one event loop."""

    lookup: StoreLookup
    intake: Intake
    commits: GroupCommit
    limits: FailureLimits
    budget: BodyBudget = field(default_factory=BodyBudget)
    _readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_READERS, "reader")
    )

    async def receive(self, delivery: Delivery) -> Answer:
        """Take a delivery and answer it: 200 when all of it is committed."""
        began = time.perf_counter()
        outcome = "broken"
        try:
            outcome = await self._take(delivery)
            failpoints.reach("ingress.before_answer")
        except ServiceError as error:
            outcome = error.code
            return refusal(error)
        except Exception as error:  # noqa: BLE001  # a door: who calls gets an answer
            _LOG.error("unexpected_error", **traceback_of(error))
            return refusal(ServiceError("Something broke on our side."))
        else:
            return TAKEN
        finally:
            label = self._label(delivery.store_id)
            metrics.webhook_deliveries.labels(label, outcome).inc()
            metrics.webhook_seconds.labels(label).observe(time.perf_counter() - began)

    def refuse(self, error: ServiceError, store_id: str = "") -> Answer:
        """Refuse, and count, what did not come so far as to be a delivery."""
        metrics.webhook_deliveries.labels(self._label(store_id), error.code).inc()
        return refusal(error)

    async def _take(self, delivery: Delivery) -> str:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        store = await self._store_of(delivery, deadline)
        if looks_large(delivery.body):
            prepared = await loop.run_in_executor(self._readers, self._read, store, delivery)
        else:
            prepared = self._read(store, delivery)
        return await self.commits.commit(prepared, deadline)

    async def _store_of(self, delivery: Delivery, deadline: float) -> OpenStore:
        # Made-up names each cost a question to the database: who has failed often may ask few.
        is_doubtful = self.lookup.is_unknown(delivery.store_id) and self.lookup.is_asked_much
        if is_doubtful and self.limits.is_exhausted(delivery.address):
            raise TooManyFailuresError
        try:
            return await self.lookup.find(delivery.store_id, deadline)
        except StoreNotFoundError:
            if self.limits.count(delivery.address):
                raise TooManyFailuresError from None
            raise

    def _read(self, store: OpenStore, delivery: Delivery) -> Prepared:
        if not is_signed(delivery.body, delivery.signatures, store.app_secrets):
            if self.limits.count(delivery.address):
                raise TooManyFailuresError
            raise NotAuthenticatedError("The signature is missing or wrong.", code="bad_signature")
        try:
            changes = parse(delivery.body)
        except TooManyElementsError:
            return self.intake.set_whole_aside(store, delivery.body)
        return self.intake.prepare(store, delivery.body, changes)

    def _label(self, store_id: str) -> str:
        """Keep made-up store ids out of the metrics' labels."""
        return "unknown" if self.lookup.is_unknown(store_id) else store_id
