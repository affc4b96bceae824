"""What every container needs to live well: limits, probes, a fixed image, an orderly end."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from k8s.documents import Document, PodTemplate, Violation, of_kind

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
# What gunicorn gives requests under way (its graceful_timeout).
_GRACEFUL_SECONDS = 30
_DEFAULT_GRACE_SECONDS = 30


def service_of(container: Document) -> str | None:
    """Name the service of ours that a container runs: `mostrador/worker:1.0` is the worker."""
    parts = _repository(container.get("image", "")).split("/")
    return parts[-1] if "mostrador" in parts[:-1] else None


def violations(
    documents: list[Document], pods: Iterable[PodTemplate], root: Path
) -> Iterator[Violation]:
    """Name what would hurt a node, a release or a message on its way."""
    lease = _lease_seconds(documents)
    for pod in pods:
        for container in pod.containers:
            subject = pod.about(container)
            yield from (Violation(subject, each) for each in _resources(container))
            yield from (Violation(subject, each) for each in _image(container, root))
        if pod.kind not in {"Job", "CronJob"}:
            yield from _lasting(pod, lease)


def _resources(container: Document) -> Iterator[str]:
    resources = container.get("resources", {})
    for part in ("requests", "limits"):
        for what in ("cpu", "memory"):
            if what not in resources.get(part, {}):
                yield f"has no {what} {part}."


def _image(container: Document, root: Path) -> Iterator[str]:
    image, service = container.get("image", ""), service_of(container)
    tag = image.removeprefix(_repository(image))
    if not tag:
        yield f"image {image} names no version, which means latest."
    if tag == ":latest":
        yield f"image {image} is latest, which is another one tomorrow."
    if service and not (root / "services" / service / "Dockerfile").is_file():
        yield f"image {image} is of no service: services/{service}/Dockerfile does not exist."


def _lasting(pod: PodTemplate, lease: float) -> Iterator[Violation]:
    for container in pod.spec["containers"]:
        subject = pod.about(container)
        for probe in _PROBES:
            if probe not in container:
                yield Violation(subject, f"has no {probe}.")
        if service_of(container):
            yield from (Violation(subject, each) for each in _own_probes(container))
            yield from (Violation(subject, each) for each in _ending(pod, container, lease))


def _own_probes(container: Document) -> Iterator[str]:
    for probe, path in (("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
        asked = container.get(probe, {}).get("httpGet", {}).get("path")
        if asked != path:
            yield f"its {probe} asks {asked}, not {path}."


def _ending(pod: PodTemplate, container: Document, lease: float) -> Iterator[str]:
    grace = pod.spec.get("terminationGracePeriodSeconds", _DEFAULT_GRACE_SECONDS)
    if grace <= lease:
        yield f"is killed after {grace} s, within a lease of {lease:g} s."
    if service_of(container) == "worker":
        return
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    if not pause:
        yield "closes its port at once: no preStop sleep lets the proxies forget it first."
    if grace <= pause + _GRACEFUL_SECONDS:
        yield f"is killed after {grace} s, before requests under way end."


def _lease_seconds(documents: list[Document]) -> float:
    config_maps = of_kind(documents, "ConfigMap")
    given = [each.get("data", {}).get("LEASE_SECONDS", 0) for each in config_maps]
    return max((float(seconds) for seconds in given), default=0.0)


def _repository(image: str) -> str:
    """Cut tag and digest; a colon before a slash is a port."""
    bare = image.split("@", 1)[0]
    head, separator, last = bare.rpartition("/")
    return head + separator + last.split(":", 1)[0]
