"""Names that several places must agree on: queues, actors, events, settings."""

from pathlib import Path

import yaml

from common import events, queues
from common.queues import names
from common.settings import described, environment_names
from worker import actors

ROOT = Path(__file__).parents[2]


def test_every_actor_that_is_rung_exists_in_the_worker(redis_url):
    broker = queues.connect(queues.redis_client(redis_url))
    actors.declare(broker, runner=None, status_desk=None, doorbells=None)

    assert broker.get_declared_actors() == {names.ANSWER, names.STATUSES}


def test_a_stores_queue_has_the_name_and_the_redis_key_outsiders_rely_on(redis_url):
    broker = queues.connect(queues.redis_client(redis_url))
    queues.Doorbells(broker).ring("store-7", ["01890000-0000-7000-8000-000000000001"])

    assert names.queue_name("store-7") == "messages:store-7"
    assert broker.client.llen("dramatiq:messages:store-7") == 1
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
