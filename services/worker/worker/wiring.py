"""Composes the worker: the one place of this service that constructs anything."""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import redis
from dramatiq import Worker

from common import failpoints, logs
from common.database import Database
from common.errors import ConfigurationError, TemporaryError
from common.events import Announcer
from common.queues import Doorbells, Pace, Service, StoreQueues, TurnConsumer, redis_client
from common.sealing import Keyring
from common.settings import Settings
from common.storages import storage_of
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
from worker.channels.media_upload import MediaUpload
from worker.computing import Computing
from worker.lanes import Lanes
from worker.lease_keeper import RENEWALS_PER_LEASE, LeaseKeeper
from worker.media_desk import Fetcher, MediaDesk
from worker.media_download import MediaDownload
from worker.media_fetching import MediaFetching
from worker.media_sources import ForbiddenSourceError, MediaSources, Origin
from worker.owner_watch import OwnerWatch
from worker.ownership_clock import OwnershipClock
from worker.part_sending import PartSender
from worker.picture_sources import PictureSources
from worker.pipeline import Pipeline
from worker.probes import Probes
from worker.refusals import Refusals
from worker.send_gate import SendGate
from worker.send_gate.scripts import GateScripts
from worker.sending import Sender
from worker.sweeper import Sweeper
from worker.template_lists import TemplateLists
from worker.template_reading import TemplateReading
from worker.turn_runner import TurnRunner
from worker.turnstile import Turnstile
from worker.uploads import Uploads

# Turns share the pool with renewals, the sweeper, the consumer and what fetches media. Greenlets
# by the hundred wait for an assistant, not for the database, so they share as many as these.
_MOST_CONNECTIONS = 32
_SPARE_CONNECTIONS = 6
_POOL_SECONDS = 10.0
# Of the consumer, its wake-ups, claims, hints, the sweeper and the probes.
_MORE_REDIS_CONNECTIONS = 16
# A claim outlives so many missed words of its process.
_HOLD_SECONDS = 1.0
# Three missed words of its process end a claim. Shorter than a lease: a worker that dies between
# its claim and its lease costs the conversation no second lease's time.
_LONGEST_CLAIM_SECONDS = 3.0
_FIRST_SWEEP_SECONDS = 0.1
_OWNER_LOOK_SECONDS = 0.5  # how long an assistant is still waited for after a takeover
_THREAD_WAKES_MS = 250  # how soon an idle thread hears that the worker stops
# How long a send may hesitate, as a share of a lease: beyond it the lease may be another's.
_PAUSE_PER_LEASE = 0.5
_INCOMING = "incoming"  # below DATA_DIR: files that are on their way


@dataclass(frozen=True)
class Machinery:
    """Everything a worker process runs, in the order it starts."""

    broker: StoreQueues
    worker: Worker
    announcer: Announcer
    keeper: LeaseKeeper
    renewals: Ticker
    claims: Ticker
    sweeps: Ticker
    owner_ticks: Ticker
    clock_ticks: Ticker
    media: MediaDesk
    media_ticks: Ticker
    templates: TemplateLists
    template_ticks: Ticker
    probes: Probes

    def start(self) -> None:
        self.renewals.start()
        self.claims.start()
        self.worker.start()
        self.sweeps.start()
        self.owner_ticks.start()
        self.clock_ticks.start()
        self.media.start()
        self.media_ticks.start()
        self.template_ticks.start()
        self.probes.start()

    def stop(self, grace_seconds: float) -> None:
        """Finish the turns that run, within the grace; hand back what is left, and end."""
        self.sweeps.stop()
        self.clock_ticks.stop()
        self.media.rest()
        self.templates.rest()
        self.worker.stop(timeout=round(grace_seconds * 1000))
        self.owner_ticks.stop()
        self.claims.stop()
        self.renewals.stop()
        self.keeper.hand_back()
        self.broker.consumer.hand_back()
        self.media_ticks.stop()
        self.media.hand_back()
        self.template_ticks.stop()  # after the rest: its one request may hang for a moment
        self.announcer.close()
        self.probes.stop()


def build(settings: Settings) -> Machinery:
    """Build a worker process; raises ConfigurationError when a setting is missing or wrong."""
    logs.configure(settings, "worker")
    failpoints.arm(settings.fail_points_file)
    lanes = Lanes.of(settings.worker_stores)
    client = redis_client(settings.redis_url, settings.worker_threads + _MORE_REDIS_CONNECTIONS)
    connections = connections_of(settings.worker_threads)
    database = Database(settings.database_url, connections, _POOL_SECONDS)
    database.announce = announcer = Announcer(client)
    stores = Stores(database, Keyring(settings.secrets_keys), settings)
    doorbells = Doorbells(client)
    holder = f"{socket.gethostname()}/{os.getpid()}"
    keeper = LeaseKeeper(database, holder, settings.lease_seconds)
    refusals = _refusals(settings, database, stores, client)
    media = _media_desk(settings, database, stores, lanes)
    templates = TemplateLists(database, stores, _template_reading(settings), lanes.own_stores)
    owners = OwnerWatch(database)
    broker = StoreQueues(doorbells, TurnConsumer(client, _service(settings, stores, lanes, holder)))
    runner = TurnRunner(
        database=database,
        stores=stores,
        keeper=keeper,
        pipeline=_pipeline(settings, stores, media, refusals, owners),
        holder=holder,
        lease_seconds=settings.lease_seconds,
    )
    desk = StatusDesk(database, stores, doorbells, refusals)
    actors.declare(broker, runner, desk, Computing())
    broker.check()
    return Machinery(
        broker=broker,
        worker=Worker(
            broker, worker_threads=settings.worker_threads, worker_timeout=_THREAD_WAKES_MS
        ),
        announcer=announcer,
        keeper=keeper,
        renewals=Ticker("lease-keeper", settings.lease_seconds / RENEWALS_PER_LEASE, keeper.renew),
        claims=Ticker("claims", _HOLD_SECONDS, broker.consumer.hold),
        sweeps=_sweeps(settings, Sweeper(database, doorbells)),
        owner_ticks=Ticker("owner-watch", _OWNER_LOOK_SECONDS, owners.look),
        clock_ticks=_clock_ticks(settings, OwnershipClock(database, stores, doorbells)),
        media=media,
        media_ticks=Ticker("media", settings.sweep_seconds, media.tick),
        templates=templates,
        template_ticks=Ticker("templates", settings.sweep_seconds, templates.tick),
        probes=Probes(settings, {"database": database.ping, "redis": _redis_check(client)}),
    )


def connections_of(threads: int) -> int:
    """Count the database connections of a worker process with so many turns at once."""
    return min(threads, _MOST_CONNECTIONS) + _SPARE_CONNECTIONS


def _sweeps(settings: Settings, sweeper: Sweeper) -> Ticker:
    # Where workers keep dying, the next sweep may be one that a new one makes as it starts.
    return Ticker(
        "sweeper", settings.sweep_seconds, sweeper.sweep, first_after=_FIRST_SWEEP_SECONDS
    )


def _clock_ticks(settings: Settings, clock: OwnershipClock) -> Ticker:
    return Ticker("ownership-clock", settings.sweep_seconds, clock.tick)


def _service(settings: Settings, stores: Stores, lanes: Lanes, holder: str) -> Service:
    def paces_of(store_ids: Sequence[str]) -> dict[str, Pace]:
        known = stores.get_many(store_ids)
        return {store_id: Pace.of(store.settings) for store_id, store in known.items()}

    return Service(
        process=holder,
        lanes=lanes.served,
        own_stores=lanes.own_stores,
        seats=settings.worker_threads,
        claim_ms=round(min(settings.lease_seconds, _LONGEST_CLAIM_SECONDS) * 1000),
        read_paces=paces_of,
    )


def _media_desk(settings: Settings, database: Database, stores: Stores, lanes: Lanes) -> MediaDesk:
    try:
        sources = MediaSources(Origin.of(settings.graph_api_url))
    except ForbiddenSourceError as error:
        raise ConfigurationError("GRAPH_API_URL is no plain address.") from error
    download = MediaDownload(sources)
    fetching = MediaFetching(settings.graph_api_url, settings.graph_api_version, download)
    storage = storage_of(settings)
    fetcher = Fetcher(database, stores, storage, fetching, settings.data_dir / _INCOMING)
    return MediaDesk(fetcher, lanes.own_stores, settings.sweep_seconds)


def _template_reading(settings: Settings) -> TemplateReading:
    return TemplateReading(settings.graph_api_url, settings.graph_api_version)


def _refusals(
    settings: Settings, database: Database, stores: Stores, client: "redis.Redis"
) -> Refusals:
    gate = SendGate(GateScripts(client), stores)
    return Refusals(database, stores, gate, _catalog(settings))


def _catalog(settings: Settings) -> CatalogClient:
    return CatalogClient(settings.catalog_url, InternalTokens(settings.service_keys))


def _pipeline(
    settings: Settings,
    stores: Stores,
    media: MediaDesk,
    refusals: Refusals,
    owners: OwnerWatch,
) -> Pipeline:
    database = refusals.database
    channel = CloudApi(
        settings.graph_api_url,
        settings.graph_api_version,
        read_seconds=settings.graph_timeout_seconds,
    )
    longest_pause = settings.lease_seconds * _PAUSE_PER_LEASE
    part_sender = PartSender(
        database,
        stores,
        channel,
        refusals,
        _uploads(settings, database),
        longest_pause,
    )
    return Pipeline(
        database=database,
        stores=stores,
        catalog=_catalog(settings),
        assistant=_assistant(settings),
        attention=Attention(stores, channel),
        sender=Sender(database, stores, part_sender, Turnstile(refusals.gate)),
        media=media,
        owners=owners,
    )


def _uploads(settings: Settings, database: Database) -> Uploads:
    own = (settings.base_url, settings.catalog_url)
    try:
        sources = PictureSources(own)
    except ForbiddenSourceError as error:
        raise ConfigurationError("BASE_URL or CATALOG_URL is no plain address.") from error
    return Uploads(
        database=database,
        storage=storage_of(settings),
        road=MediaUpload(settings.graph_api_url, settings.graph_api_version),
        pictures=MediaDownload(sources),
        scratch=settings.data_dir / _INCOMING,
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
