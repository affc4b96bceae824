"""What the guides tell an installer is what the code needs and does."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.errors import ConfigurationError
from common.migrations import OLDEST_POSTGRESQL, refuse_old_server
from common.settings import Settings, environment_names
from devstack import postgres
from ingress import notice_rules, notices, payloads
from notifier.access import CookieRules
from worker.wiring import connections_of

from .test_manifests import config_map

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ON_KUBERNETES = (ROOT / "deploy/k8s/README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def test_the_guide_names_the_postgresql_that_everything_is_tried_on() -> None:
    (named,) = re.findall(r"\*\*PostgreSQL\*\* \((\d+) or newer\)", ON_KUBERNETES)
    assert named == postgres._VERSION == str(OLDEST_POSTGRESQL)
    with pytest.raises(ConfigurationError, match="This is PostgreSQL 17; Mostrador needs 18"):
        refuse_old_server(170_006)


def test_the_guides_count_a_workers_connections_as_it_does() -> None:
    usual = connections_of(Settings.from_environment().worker_threads)
    spare, most = connections_of(0), connections_of(10_000)
    assert f"{most - spare} at most, and {spare} more: {usual} as it comes" in ON_KUBERNETES
    assert f"`WORKER_THREADS` + {spare} database connections, {most} at most" in OPERATIONS


def test_the_readme_names_every_webhook_field_that_something_comes_of() -> None:
    table = README.split("<!-- webhook fields -->", 1)[1].split("<!-- end -->", 1)[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    acted_upon = {field for field, _ in notice_rules.EVENTS}
    acted_upon |= {
        field
        for field, (_, severity) in notice_rules.FIELDS.items()
        if severity != "notice" or field.startswith(notices._OF_TEMPLATES)
    }
    read = {payloads._MESSAGES, payloads._ECHOES, payloads._CALLS}
    assert named == acted_upon | read | {"user_preferences", "account_alerts"}


def test_in_production_the_consoles_cookies_are_secure(
    rendered: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment_names():
        monkeypatch.delenv(name, raising=False)
    given = config_map(rendered("production"))
    for unset in ("", "NOTIFIER_URL"):  # the origins alone say it too
        for name, value in given.items():
            monkeypatch.setenv(name, "" if name == unset else value)
        assert CookieRules.of(Settings.from_environment()).secure
