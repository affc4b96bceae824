from pathlib import Path

import pytest

from common.errors import ConfigurationError
from common.settings import Settings, described, environment_names


@pytest.fixture
def environment(monkeypatch):
    """An environment that sets nothing but what a test sets."""
    for name in environment_names():
        monkeypatch.delenv(name, raising=False)

    def setting(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return Settings.from_environment()

    return setting


def test_without_an_environment_every_setting_has_its_documented_default(environment):
    settings = environment()

    assert settings.data_dir == Path(".data").absolute()
    assert settings.port_base == 8000
    assert settings.graph_api_url == "https://graph.facebook.com"
    assert settings.graph_api_version == "v21.0"
    assert (settings.store_rate, settings.hold_back_ms, settings.attempts) == (10.0, 400, 3)
    assert (settings.send_rate, settings.pair_rate, settings.pair_burst) == (80.0, 6.0, 45)
    assert (settings.lease_seconds, settings.unknown_seconds) == (10.0, 60.0)
    assert settings.retention_days == 90
    assert settings.worker_stores == "all"
    assert (settings.database_url, settings.redis_url) == ("", "")
    assert (settings.secrets_keys, settings.service_keys) == ((), ())


def test_addresses_follow_from_the_first_port(environment):
    settings = environment(PORT_BASE="9100")

    assert settings.ingress_url == "http://127.0.0.1:9101"
    assert settings.catalog_url == "http://127.0.0.1:9102"
    assert settings.notifier_url == "http://127.0.0.1:9103"
    assert settings.simulator_url == "http://127.0.0.1:9104"
    assert settings.base_url == settings.catalog_url
    assert settings.console_origins == ("http://localhost:9103", "http://127.0.0.1:9103")
    assert settings.port(1) == 9101


def test_an_address_that_is_given_wins_and_loses_its_last_slash(environment):
    settings = environment(
        CATALOG_URL="http://catalog/",
        BASE_URL="https://cdn.example/fotos/",
        GRAPH_API_URL="http://g/",
    )

    assert settings.catalog_url == "http://catalog"
    assert settings.base_url == "https://cdn.example/fotos"
    assert settings.graph_api_url == "http://g"


def test_a_console_elsewhere_is_an_origin_of_its_own(environment):
    settings = environment(NOTIFIER_URL="https://consola.example/")

    assert settings.console_origins[-1] == "https://consola.example"


def test_lists_are_separated_by_commas(environment):
    settings = environment(
        SECRETS_KEYS=" new , old ,", CONSOLE_ORIGINS="https://a.example,https://b.example"
    )

    assert settings.secrets_keys == ("new", "old")
    assert settings.console_origins == ("https://a.example", "https://b.example")


def test_redis_may_be_named_in_parts(environment):
    settings = environment(REDIS_HOST="redis.local", REDIS_PORT="6380", REDIS_PASSWORD="p@ss:/w")

    assert settings.redis_url == "redis://:p%40ss%3A%2Fw@redis.local:6380/0"


def test_redis_without_a_password_is_named_without_one(environment):
    assert environment(REDIS_HOST="redis.local").redis_url == "redis://redis.local:6379/0"


def test_a_redis_url_wins_over_its_parts(environment):
    settings = environment(REDIS_URL="redis://one:1/0", REDIS_HOST="two")

    assert settings.redis_url == "redis://one:1/0"


def test_what_is_unset_is_taken_from_its_neighbour(environment):
    settings = environment(DATABASE_URL="postgresql://a@b/c", OPENAI_API_KEY="key")

    assert settings.migration_database_url == "postgresql://a@b/c"
    assert settings.ai_api_key == "key"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT_BASE", "eight thousand"),
        ("PORT_BASE", ""),
        ("ATTEMPTS", "3.5"),
        ("STORE_RATE", "fast"),
        ("ATTEMPTS", "0"),
        ("WORKER_THREADS", "0"),
        ("LEASE_SECONDS", "0"),
        ("SWEEP_SECONDS", "nan"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_number_or_word_is_one_clear_error_that_names_it(environment, name, value):
    with pytest.raises(ConfigurationError, match=name):
        environment(**{name: value})


def test_a_dollar_in_a_value_is_a_dollar(environment):
    assert environment(WHATSAPP_APP_SECRET="a${HOME}b").whatsapp_app_secret == "a${HOME}b"


def test_every_setting_is_described_and_the_secret_ones_are_marked():
    by_name = {each.name: each for each in described()}

    assert all(each.doc for each in by_name.values())
    assert by_name["STORE_RATE"].default == "10.0"
    assert by_name["WHATSAPP_APP_SECRET"].secret
    assert not by_name["PORT_BASE"].secret
