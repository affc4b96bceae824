"""All rules over one rendered overlay."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from k8s import deployments, environment, network, references, restricted, schemas, workloads
from k8s.documents import Document, Violation, of_kind, pod_templates, subject_of


@dataclass(frozen=True)
class Report:
    """What was looked at, what breaks a rule, and what no schema could be asked about."""

    documents: int
    pods: int
    violations: tuple[Violation, ...]
    not_validated: tuple[str, ...]


def check(documents: list[Document], root: Path, skipped_kinds: frozenset[str]) -> Report:
    """Check one overlay. Our own rules need sound documents, so they follow the schemas."""
    refused = tuple(schemas.violations(documents, skipped_kinds))
    return Report(
        documents=len(documents),
        pods=0 if refused else len(pod_templates(documents)),
        violations=refused or tuple(own_rules(documents, root)),
        not_validated=tuple(subject_of(each) for each in of_kind(documents, *skipped_kinds)),
    )


def own_rules(documents: list[Document], root: Path) -> Iterator[Violation]:
    """Name what breaks a rule that no schema knows; the documents must be sound."""
    pods = pod_templates(documents)
    yield from restricted.violations(pods)
    yield from workloads.violations(documents, pods, root)
    yield from deployments.violations(documents)
    yield from network.violations(documents, pods)
    yield from environment.violations(documents, pods)
    yield from references.violations(documents, pods)
    yield from _namespaces(documents)


def _namespaces(documents: list[Document]) -> Iterator[Violation]:
    for namespace in of_kind(documents, "Namespace"):
        labels = namespace["metadata"].get("labels", {})
        if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
            yield Violation(subject_of(namespace), "does not enforce the restricted profile.")
