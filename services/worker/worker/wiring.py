"""Composes the worker: the one place of this service that constructs anything."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

import redis
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker

from common import failpoints, logs
from common.database import Database
from common.errors import TemporaryError
from common.events import Announcer
from common.queues import Doorbells, connect, redis_client
from common.sealing import Keyring
from common.settings import Settings
from common.stores import Stores
from common.ticking import Ticker
from common.tokens import InternalTokens
from worker import actors
from worker.actors import StatusDesk
from worker.assistant.chat_completions import ChatCompletions
from worker.assistant.offline import OfflineAssistant
from worker.assistant.port import Assistant
from worker.attention import Attention
from worker.catalog import CatalogClient
from worker.channels.cloud_api import CloudApi
from worker.lease_keeper import RENEWALS_PER_LEASE, LeaseKeeper
from worker.part_sending import PartSender
from worker.pipeline import Pipeline
from worker.probes import Probes
from worker.sending import Sender
from worker.store_watch import StoreWatch
from worker.sweeper import Sweeper
from worker.turn_runner import TurnRunner

# Turns, renewals, the sweeper and the store watch share the pool.
_SPARE_CONNECTIONS = 4
# A new store is served within 2 s of its registration.
_STORE_LOOK_SECONDS = 0.5
# How long a send may hesitate, as a share of a lease: beyond it the lease may be another's.
_PAUSE_PER_LEASE = 0.5


@dataclass(frozen=True)
class Machinery:
    """Everything a worker process runs, in the order it starts."""

    broker: RedisBroker
    worker: Worker
    renewals: Ticker
    store_looks: Ticker
    sweeps: Ticker
    probes: Probes

    def start(self) -> None:
        self.renewals.start()
        self.worker.start()
        self.store_looks.start()
        self.sweeps.start()
        self.probes.start()

    def stop(self, grace_seconds: float) -> None:
        """Finish the turns that run, within the grace; then let go of everything."""
        self.store_looks.stop()
        self.sweeps.stop()
        self.worker.stop(timeout=round(grace_seconds * 1000))
        self.renewals.stop()
        self.probes.stop()


def build(settings: Settings) -> Machinery:
    """Build a worker process; raises ConfigurationError when a setting is missing or wrong."""
    logs.configure(settings, "worker")
    failpoints.arm(settings.fail_points_file)
    client = redis_client(settings.redis_url)
    database = Database(settings.database_url, settings.worker_threads + _SPARE_CONNECTIONS)
    database.announce = Announcer(client)
    stores = Stores(database, Keyring(settings.secrets_keys), settings)
    broker = connect(client)
    doorbells = Doorbells(broker)
    keeper = LeaseKeeper(database, settings.lease_seconds)
    watch = StoreWatch(broker, stores, settings.worker_stores)
    runner = TurnRunner(
        database=database,
        stores=stores,
        keeper=keeper,
        pipeline=_pipeline(settings, database, stores),
        holder=f"{socket.gethostname()}/{os.getpid()}",
        lease_seconds=settings.lease_seconds,
    )
    actors.declare(broker, runner, StatusDesk(database, stores, doorbells), doorbells)
    return Machinery(
        broker=broker,
        worker=Worker(broker, worker_threads=settings.worker_threads, worker_timeout=100),
        renewals=Ticker("lease-keeper", settings.lease_seconds / RENEWALS_PER_LEASE, keeper.renew),
        store_looks=Ticker("store-watch", _STORE_LOOK_SECONDS, watch.look),
        sweeps=Ticker("sweeper", settings.sweep_seconds, Sweeper(database, doorbells).sweep),
        probes=Probes(settings, {"database": database.ping, "redis": _redis_check(client)}),
    )


def _pipeline(settings: Settings, database: Database, stores: Stores) -> Pipeline:
    tokens = InternalTokens(settings.service_keys)
    channel = CloudApi(
        settings.graph_api_url,
        settings.graph_api_version,
        read_seconds=settings.graph_timeout_seconds,
    )
    return Pipeline(
        database=database,
        stores=stores,
        catalog=CatalogClient(settings.catalog_url, tokens),
        assistant=_assistant(settings),
        attention=Attention(stores, channel),
        sender=Sender(
            database,
            stores,
            PartSender(database, stores, channel, settings.lease_seconds * _PAUSE_PER_LEASE),
        ),
    )


def _assistant(settings: Settings) -> Assistant:
    if not settings.ai_base_url:
        return OfflineAssistant()
    return ChatCompletions(
        settings.ai_base_url,
        settings.ai_api_key,
        settings.ai_model,
        read_seconds=settings.ai_timeout_seconds,
    )


def _redis_check(client: "redis.Redis") -> Callable[[], None]:
    def check() -> None:
        try:
            client.ping()
        except redis.RedisError as error:
            raise TemporaryError("Redis cannot be reached.") from error

    return check
