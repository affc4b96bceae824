"""Every name that one document uses for another leads somewhere."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from k8s.documents import Document, PodTemplate, Violation, names_of, of_kind, subject_of
from k8s.selectors import selects

# Created before an installation is applied (deploy/k8s/README.md); the last one may be absent.
EXTERNAL_SECRETS = frozenset(
    {
        "mostrador-database",
        "mostrador-migration",
        "mostrador-redis",
        "mostrador-keys",
        "mostrador-assistant",
        "mostrador-files",
    }
)


def violations(documents: list[Document], pods: list[PodTemplate]) -> Iterator[Violation]:
    """Name every reference to something that is not there."""
    for document in documents:
        sentences = (*_selections(document, pods), *_targets(document, documents))
        yield from (Violation(subject_of(document), sentence) for sentence in sentences)
    for service in of_kind(documents, "Service"):
        yield from (Violation(subject_of(service), each) for each in _ports(service, pods))
    for pod in pods:
        yield from (Violation(pod.subject, each) for each in _names_in(pod, documents))
    yield from _addresses(documents)


def _selections(document: Document, pods: list[PodTemplate]) -> Iterator[str]:
    spec = document.get("spec", {})
    selector = {
        "Service": {"matchLabels": spec.get("selector", {})},
        "PodDisruptionBudget": spec.get("selector", {}),
        "NetworkPolicy": spec.get("podSelector", {}),
    }.get(document["kind"], {})
    if not any(selects(selector, pod.labels) for pod in pods):
        yield "selects no pod."


def _ports(service: Document, pods: list[PodTemplate]) -> Iterator[str]:
    selector = {"matchLabels": service["spec"].get("selector", {})}
    chosen = [pod for pod in pods if selects(selector, pod.labels)]
    open_ports = {
        value
        for pod in chosen
        for container in pod.containers
        for port in container.get("ports", [])
        for value in (port.get("name"), port["containerPort"])
    }
    for port in service["spec"].get("ports", []):
        target = port.get("targetPort", port["port"])
        if target not in open_ports:
            yield f"sends to port {target}, which no pod of it opens."


def _targets(document: Document, documents: list[Document]) -> Iterator[str]:
    kind, spec = document["kind"], document.get("spec", {})
    if kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
        target = spec["scaleTargetRef"]
        if target["name"] not in names_of(documents, target.get("kind", "Deployment")):
            yield f"scales {target['name']}, which does not exist."
    if kind == "Ingress":
        for rule in spec.get("rules", []):
            for path in rule.get("http", {}).get("paths", []):
                yield from _backend(path["backend"]["service"], documents)


def _backend(backend: Mapping[str, Any], documents: list[Document]) -> Iterator[str]:
    ports = {
        value
        for service in of_kind(documents, "Service")
        if service["metadata"]["name"] == backend["name"]
        for port in service["spec"].get("ports", [])
        for value in (port.get("name"), port["port"])
    }
    if not ports & set(backend["port"].values()):
        yield f"leads to {backend['name']}, which has no such Service or port."


def _names_in(pod: PodTemplate, documents: list[Document]) -> Iterator[str]:
    secrets = EXTERNAL_SECRETS | names_of(documents, "Secret")
    config_maps = names_of(documents, "ConfigMap")
    for kind, name in _mentions(pod.spec):
        if name not in (secrets if kind == "Secret" else config_maps):
            yield f"needs the {kind} {name}, which nobody creates."
    account = pod.spec.get("serviceAccountName", "default")
    if account not in names_of(documents, "ServiceAccount") | {"default"}:
        yield f"runs under the ServiceAccount {account}, which does not exist."


def _mentions(spec: Any) -> Iterator[tuple[str, str]]:
    """Walk a pod's specification for everything it takes from ConfigMaps and Secrets."""
    if isinstance(spec, list):
        for each in spec:
            yield from _mentions(each)
    if not isinstance(spec, Mapping):
        return
    for key, value in spec.items():
        if key in {"configMapRef", "configMapKeyRef", "configMap"}:
            yield "ConfigMap", value["name"]
        elif key in {"secretRef", "secretKeyRef"}:
            yield "Secret", value["name"]
        elif key == "secret":
            yield "Secret", value.get("secretName", value.get("name"))
        else:
            yield from _mentions(value)


def _addresses(documents: list[Document]) -> Iterator[Violation]:
    services = {
        f"{service['metadata']['name']}:{port['port']}"
        for service in of_kind(documents, "Service")
        for port in service["spec"].get("ports", [])
    }
    for config_map in of_kind(documents, "ConfigMap"):
        for name, value in sorted(config_map.get("data", {}).items()):
            address = urlsplit(value).netloc if name.endswith("_URL") else ""
            inside = address and "." not in address and "localhost" not in address
            if inside and address not in services:
                sentence = f"{name} names {address}, which no Service answers."
                yield Violation(subject_of(config_map), sentence)
