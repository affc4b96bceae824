"""What is deployed is what the settings and the services promise, and the checker would notice."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from k8s import environment, rendering
from k8s.check import check
from k8s.documents import of_kind, pod_templates
from k8s.schemas import UNKNOWN_KINDS

from common.settings import Settings, described, environment_names

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = rendering.overlays(ROOT)
Rendered: TypeAlias = Callable[[str], list[Any]]

NOT_IN_CLUSTER = {
    "REDIS_HOST": "REDIS_URL comes whole from a secret",
    "REDIS_PORT": "REDIS_URL comes whole from a secret",
    "REDIS_PASSWORD": "REDIS_URL comes whole from a secret",
    "OPENAI_API_KEY": "another name of AI_API_KEY",
    "SIMULATOR_URL": "the simulator is a developer's tool",
    "WHATSAPP_PHONE_ID": "stores are registered through the catalog",
    "WHATSAPP_ACCESS_TOKEN": "stores are registered through the catalog",
    "WHATSAPP_APP_SECRET": "stores are registered through the catalog",
    "WHATSAPP_VERIFY_TOKEN": "stores are registered through the catalog",
    "WORKER_PROCESSES": "a pod is one process; replicas make more",
    "WORKER_INDEX": "a pod has its ports to itself",
    "FAIL_POINTS_FILE": "only tests kill a process on purpose",
}
ADDRESSES = {
    "BIND_ADDRESS",
    "DATA_DIR",
    "INGRESS_URL",
    "CATALOG_URL",
    "NOTIFIER_URL",
    "BASE_URL",
    "CONSOLE_ORIGINS",
    "TRUSTED_PROXIES",
    "MEDIA_STORAGE",
    "S3_ENDPOINT_URL",
    "S3_BUCKET",
}


def test_every_setting_is_given_in_the_cluster_or_listed_with_a_reason(rendered: Rendered) -> None:
    documents = rendered("production")
    given = environment.given_names(documents, pod_templates(documents))
    assert environment_names() - given == NOT_IN_CLUSTER.keys()


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda overlay: overlay.name)
def test_the_settings_of_an_overlay_can_be_read(
    overlay: Path, rendered: Rendered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment_names():
        monkeypatch.delenv(name, raising=False)
    for name, value in config_map(rendered(overlay.name)).items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    assert settings.catalog_url == "http://catalog:8002"
    assert settings.port(1) == 8001


def test_the_cluster_repeats_the_defaults_but_for_addresses(rendered: Rendered) -> None:
    defaults = {setting.name: setting.default for setting in described()}
    changed = {
        name
        for name, value in config_map(rendered("production")).items()
        if value != defaults[name] and not same_number(value, defaults[name])
    }
    assert changed == ADDRESSES


@pytest.mark.parametrize("service", ["ingress", "catalog", "notifier", "worker"])
def test_an_image_listens_where_its_pod_expects_it_and_runs_as_the_same_user(
    service: str, rendered: Rendered
) -> None:
    dockerfile = (ROOT / "services" / service / "Dockerfile").read_text()
    (pod,) = [
        each
        for each in pod_templates(rendered("production"))
        if each.subject == f"Deployment/{service}"
    ]
    (container,) = pod.spec["containers"]
    identity = pod.spec["securityContext"]
    assert f"USER {identity['runAsUser']}:{identity['runAsGroup']}\n" in dockerfile
    assert f"EXPOSE {container['ports'][0]['containerPort']}\n" in dockerfile
    assert f"COPY requirements/{service}.txt" in dockerfile
    assert "--require-hashes" in dockerfile
    assert (ROOT / "requirements" / f"{service}.txt").is_file()


def test_an_internet_facing_pod_holds_no_key_that_opens_the_catalog(rendered: Rendered) -> None:
    (pod,) = [
        each
        for each in pod_templates(rendered("production"))
        if each.subject == "Deployment/ingress"
    ]
    assert "SERVICE_KEYS" not in str(pod.spec)


@pytest.mark.long  # `make contracts`; `make k8s-check` validates what is there
def test_a_kind_without_a_schema_is_refused_unless_it_is_skipped_by_name(
    rendered: Rendered,
) -> None:
    documents = rendered("production-large")
    refused = check(documents, ROOT, frozenset()).violations
    skipped = check(documents, ROOT, UNKNOWN_KINDS)
    assert [each.subject for each in refused] == ["ScaledObject/worker"]
    assert skipped.not_validated == ("ScaledObject/worker",)


@pytest.mark.long  # `make contracts`; `make k8s-check` validates what is there
def test_the_command_fails_with_a_sentence_on_a_broken_overlay(
    tmp_path: Path, kubectl: str
) -> None:
    production = os.path.relpath(ROOT / "deploy/k8s/overlays/production", tmp_path)
    (tmp_path / "kustomization.yaml").write_text(
        f"resources:\n  - {production}\nimages:\n  - name: mostrador/worker\n    newTag: latest\n"
    )
    run = k8s_check(str(tmp_path))
    assert run.returncode == 1
    assert "Deployment/worker, container worker: image mostrador/worker:latest" in run.stdout


def test_the_command_says_in_one_sentence_that_there_is_no_kubectl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(rendering.RenderingError, match="There is no kubectl: install"):
        rendering.render(OVERLAYS[0])


def config_map(documents: list[Any]) -> dict[str, str]:
    maps = of_kind(documents, "ConfigMap")
    (found,) = [each for each in maps if each["metadata"]["name"].startswith("mostrador-settings")]
    return dict(found["data"])


def same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def k8s_check(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/k8s_check.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
