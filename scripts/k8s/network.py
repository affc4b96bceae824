"""Default deny in both directions, and the Internet for the worker alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from k8s.documents import Document, PodTemplate, Violation, of_kind, subject_of
from k8s.selectors import selects

_EVERYWHERE = {"0.0.0.0/0", "::/0"}
_CLOUD_METADATA = {"0.0.0.0/0": "169.254.0.0/16", "::/0": "fe80::/10"}
_MAY_REACH_THE_INTERNET = {"worker"}


def violations(documents: list[Document], pods: Iterable[PodTemplate]) -> Iterator[Violation]:
    """Name every road that is open without a reason."""
    policies = of_kind(documents, "NetworkPolicy")
    for direction in ("Ingress", "Egress"):
        if not any(_denies_all(policy["spec"], direction) for policy in policies):
            yield Violation("NetworkPolicy", f"none denies {direction} to every pod.")
    for policy in policies:
        yield from _open_roads(policy, pods)


def _denies_all(spec: Document, direction: str) -> bool:
    return (
        not spec.get("podSelector")
        and direction in spec.get("policyTypes", [])
        and not spec.get(direction.lower())
    )


def _open_roads(policy: Document, pods: Iterable[PodTemplate]) -> Iterator[Violation]:
    subject, spec = subject_of(policy), policy["spec"]
    for rule in spec.get("ingress", []):
        if not rule.get("from"):
            yield Violation(subject, "lets anybody in.")
    for rule in spec.get("egress", []):
        if not rule.get("to"):
            yield Violation(subject, "lets its pods out to anywhere.")
        blocks = [peer["ipBlock"] for peer in rule.get("to", []) if "ipBlock" in peer]
        wide = [block for block in blocks if block["cidr"] in _EVERYWHERE]
        if wide:
            yield from _internet(subject, wide, _reached(spec, pods))


def _internet(
    subject: str, blocks: Iterable[Mapping[str, Any]], names: set[str]
) -> Iterator[Violation]:
    for name in sorted(names - _MAY_REACH_THE_INTERNET):
        yield Violation(subject, f"opens the Internet to {name}.")
    for block in blocks:
        if _CLOUD_METADATA[block["cidr"]] not in block.get("except", []):
            yield Violation(subject, f"{block['cidr']} includes the cloud's metadata service.")


def _reached(spec: Document, pods: Iterable[PodTemplate]) -> set[str]:
    return {
        pod.labels.get("app.kubernetes.io/name", pod.subject)
        for pod in pods
        if selects(spec.get("podSelector", {}), pod.labels)
    }
