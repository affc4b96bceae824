"""Rendered documents as values: a manifest, the pod templates in it, and what breaks a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]

_POD_OWNERS = {"Deployment", "StatefulSet", "DaemonSet", "Job"}


@dataclass(frozen=True)
class Violation:
    """One sentence about one thing."""

    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.sentence}"


@dataclass(frozen=True)
class PodTemplate:
    """What a workload starts; `subject` is the workload, as in `Deployment/ingress`."""

    subject: str
    kind: str
    labels: Mapping[str, str]
    spec: Document

    @property
    def containers(self) -> list[Document]:
        """Init containers too: they run under the same rules."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    def about(self, container: Document) -> str:
        return f"{self.subject}, container {container['name']}"


def subject_of(document: Document) -> str:
    return f"{document['kind']}/{document['metadata']['name']}"


def of_kind(documents: Iterable[Document], *kinds: str) -> list[Document]:
    return [document for document in documents if document["kind"] in kinds]


def names_of(documents: Iterable[Document], kind: str) -> frozenset[str]:
    return frozenset(document["metadata"]["name"] for document in of_kind(documents, kind))


def pod_templates(documents: Iterable[Document]) -> list[PodTemplate]:
    """List what every workload starts, CronJobs and bare Pods included."""
    return [_pod_template(document) for document in documents if _template_of(document)]


def _pod_template(document: Document) -> PodTemplate:
    template = _template_of(document)
    labels = template.get("metadata", {}).get("labels", {})
    return PodTemplate(subject_of(document), document["kind"], labels, template["spec"])


def _template_of(document: Document) -> Document:
    kind = document["kind"]
    if kind == "Pod":
        return document
    if kind == "CronJob":
        template: Document = document["spec"]["jobTemplate"]["spec"]["template"]
        return template
    return document["spec"]["template"] if kind in _POD_OWNERS else {}
