"""Names that several places must agree on: queues, actors, events, settings."""

from pathlib import Path

import dramatiq
import pytest
import yaml

from common import events, queues
from common.errors import ConfigurationError
from common.queues import names
from common.settings import described, environment_names
from worker import actors

ROOT = Path(__file__).parents[2]


@pytest.fixture
def broker(redis_url):
    service = queues.Service("worker-1", ("shared",), (), 1, 10_000, lambda _stores: {})
    client = queues.redis_client(redis_url)
    return queues.StoreQueues(queues.Doorbells(client), queues.TurnConsumer(client, service))


def test_every_actor_that_is_rung_exists_in_the_worker(broker):
    with pytest.raises(ConfigurationError, match="answer_conversation, apply_statuses"):
        broker.check()
    actors.declare(broker, runner=None, status_desk=None, computing=None)

    broker.check()
    assert broker.get_declared_actors() == {names.ANSWER, names.STATUSES}


def test_a_wrong_actor_or_queue_name_is_refused_with_one_clear_sentence(broker):
    with pytest.raises(ConfigurationError, match="There is no actor 'answer_everybody'"):
        dramatiq.actor(actor_name="answer_everybody", queue_name="messages", broker=broker)(print)
    with pytest.raises(ConfigurationError, match="'default' is no store's queue"):
        dramatiq.actor(actor_name=names.ANSWER, broker=broker)(print)
    with pytest.raises(ConfigurationError, match="'messages:Store 1' is no store's queue"):
        broker.enqueue(dramatiq.Message("messages:Store 1", names.ANSWER, ("Store 1", "a"), {}, {}))


def test_a_stores_queue_has_the_name_and_the_redis_key_outsiders_rely_on(broker, redis_url):
    client = queues.redis_client(redis_url)
    message = dramatiq.Message(names.queue_name("store-7"), names.ANSWER, ("store-7", "a"), {}, {})
    broker.enqueue(message)
    queues.Doorbells(client).ring("store-7", ["b"])

    assert names.queue_name("store-7") == "messages:store-7"
    assert client.lrange("dramatiq:messages:store-7", 0, -1) == [b"a", b"b"]
    assert names.store_of("messages:store-7") == "store-7"


def test_the_topic_has_the_name_outsiders_rely_on():
    assert events.topic("store-7") == "events:store-7"


def test_every_event_type_is_documented():
    page = (ROOT / "docs" / "events.md").read_text()

    assert [each for each in events.TYPES if f"`{each}`" not in page] == []


def test_the_contracts_settings_exist():
    promised = """DATA_DIR PORT_BASE DATABASE_URL MIGRATION_DATABASE_URL REDIS_URL REDIS_HOST
    REDIS_PORT REDIS_PASSWORD BASE_URL CATALOG_URL NOTIFIER_URL GRAPH_API_URL GRAPH_API_VERSION
    WHATSAPP_PHONE_ID WHATSAPP_ACCESS_TOKEN WHATSAPP_APP_SECRET WHATSAPP_VERIFY_TOKEN AI_BASE_URL
    AI_API_KEY OPENAI_API_KEY AI_MODEL SECRETS_KEYS SERVICE_KEYS CONSOLE_ORIGINS STORE_RATE
    STORE_CONCURRENCY HOLD_BACK_MS ATTEMPTS SEND_RATE PAIR_RATE PAIR_BURST LEASE_SECONDS
    UNKNOWN_SECONDS RETENTION_DAYS WORKER_STORES WORKER_PROCESSES WORKER_THREADS"""

    assert set(promised.split()) <= environment_names()
    assert all(each.doc for each in described())


def test_the_worker_of_the_manifests_serves_every_store():
    base = ROOT / "deploy" / "k8s" / "base"
    settings = (base / "settings.env").read_text().splitlines()
    manifests = yaml.safe_load_all((base / "worker" / "worker.yaml").read_text())
    (deployment,) = (each for each in manifests if each["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]

    assert "WORKER_STORES=all" in settings
    assert {"configMapRef": {"name": "mostrador-settings"}} in container["envFrom"]
    assert "WORKER_STORES" not in [each["name"] for each in container["env"]]
