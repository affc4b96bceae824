"""One thing at a time is broken in what production renders, and the checker names it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from k8s.check import check, own_rules
from k8s.documents import subject_of
from k8s.schemas import UNKNOWN_KINDS

ROOT = Path(__file__).resolve().parents[2]

Change = Callable[[dict[str, Any]], Any]


def broken(subject: str, change: Change, sentence: str) -> Any:
    return pytest.param(subject, change, sentence, id=sentence.replace(" ", "-"))


def container_of(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["spec"]["template"]["spec"]["containers"][0]
    return found


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize(
    ("subject", "change", "sentence"),
    [
        broken(
            "Deployment/ingress",
            lambda it: container_of(it).update(image="mostrador/ingress:latest"),
            "image mostrador/ingress:latest is latest",
        ),
        broken(
            "Deployment/ingress",
            lambda it: container_of(it).update(image="mostrador/ingress"),
            "names no version, which means latest",
        ),
        broken(
            "Deployment/worker",
            lambda it: container_of(it).update(image="mostrador/postman:1.0"),
            "services/postman/Dockerfile does not exist",
        ),
        broken(
            "Deployment/catalog",
            lambda it: container_of(it)["resources"]["limits"].pop("memory"),
            "has no memory limits",
        ),
        broken(
            "Job/migrations", lambda it: container_of(it).pop("resources"), "has no cpu requests"
        ),
        broken(
            "Job/migrations",
            lambda it: pod_of(it)["securityContext"].update(runAsUser=0),
            "runs as a user not above 10000",
        ),
        broken(
            "Deployment/worker",
            lambda it: pod_of(it)["securityContext"].pop("runAsNonRoot"),
            "may run as root",
        ),
        broken(
            "Deployment/worker",
            lambda it: container_of(it)["securityContext"].pop("readOnlyRootFilesystem"),
            "can write to its root file system",
        ),
        broken(
            "Deployment/worker",
            lambda it: container_of(it)["securityContext"].pop("capabilities"),
            "does not drop all capabilities",
        ),
        broken(
            "Deployment/notifier",
            lambda it: pod_of(it).update(hostNetwork=True),
            "shares the node (hostNetwork)",
        ),
        broken(
            "Deployment/notifier",
            lambda it: pod_of(it).pop("automountServiceAccountToken"),
            "mounts a token of the API server",
        ),
        broken(
            "Deployment/notifier",
            lambda it: pod_of(it).pop("enableServiceLinks"),
            "lets Services set environment variables",
        ),
        broken(
            "Deployment/ingress",
            lambda it: pod_of(it)["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
            "volume node is of a kind that the restricted profile refuses",
        ),
        broken(
            "Deployment/ingress",
            lambda it: container_of(it).pop("startupProbe"),
            "has no startupProbe",
        ),
        broken(
            "Deployment/ingress",
            lambda it: container_of(it)["livenessProbe"]["httpGet"].update(path="/readyz"),
            "its livenessProbe asks /readyz, not /healthz",
        ),
        broken(
            "Deployment/worker",
            lambda it: pod_of(it).update(terminationGracePeriodSeconds=10),
            "is killed after 10 s, within a lease of 10 s",
        ),
        broken(
            "Deployment/ingress",
            lambda it: it["spec"].update(replicas=1),
            "sets replicas, which its autoscaler owns",
        ),
        broken(
            "Deployment/ingress",
            lambda it: container_of(it)["env"].append({"name": "HOLDBACK_MS", "value": "1"}),
            "HOLDBACK_MS is no setting",
        ),
        broken(
            "Deployment/worker",
            lambda it: container_of(it)["env"].append({"name": "AI_API_KEY", "value": "sk-1"}),
            "AI_API_KEY is a secret and does not come from a Secret",
        ),
        broken(
            "Deployment/worker",
            lambda it: container_of(it)["env"][0].update(name="MIGRATION_DATABASE_URL"),
            "MIGRATION_DATABASE_URL is for the migrations alone",
        ),
        broken(
            "NetworkPolicy/default-deny",
            lambda it: it["spec"].update(policyTypes=["Ingress"]),
            "none denies Egress to every pod",
        ),
        broken(
            "NetworkPolicy/worker-to-internet",
            lambda it: it["spec"].update(podSelector={}),
            "opens the Internet to ingress",
        ),
        broken(
            "NetworkPolicy/worker-to-internet",
            lambda it: it["spec"]["egress"][0]["to"][0]["ipBlock"].pop("except"),
            "includes the cloud's metadata service",
        ),
        broken(
            "Service/catalog",
            lambda it: it["spec"]["selector"].update({"app.kubernetes.io/name": "catalogue"}),
            "selects no pod",
        ),
        broken(
            "Namespace/mostrador",
            lambda it: it["metadata"]["labels"].pop("pod-security.kubernetes.io/enforce"),
            "does not enforce the restricted profile",
        ),
    ],
)
def test_a_broken_manifest_is_named(
    subject: str, change: Change, sentence: str, rendered: Callable[[str], list[Any]]
) -> None:
    documents = copy.deepcopy(rendered("production"))
    change(the(subject, documents))
    violations = [str(violation) for violation in own_rules(documents, ROOT)]
    assert any(sentence in violation for violation in violations), violations


def test_a_misspelt_field_is_named(rendered: Callable[[str], list[Any]]) -> None:
    documents = copy.deepcopy(rendered("production"))
    container_of(the("Deployment/ingress", documents)).update(livenesProbe={})
    (violation,) = check(documents, ROOT, UNKNOWN_KINDS).violations
    assert violation.subject == "Deployment/ingress"
    assert "refuses it at spec.template.spec.containers.0" in violation.sentence
    assert "'livenesProbe' was unexpected" in violation.sentence


def the(subject: str, documents: list[Any]) -> Any:
    (found,) = [each for each in documents if subject_of(each) == subject]
    return found
