"""Every variable that our containers get is a setting that `common.settings` knows.

A misspelt name would silently mean the default; a secret in a ConfigMap would be no secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from common.settings import described
from k8s.documents import Document, PodTemplate, Violation, of_kind
from k8s.workloads import service_of

_KNOWN = {setting.name: setting for setting in described()}
_OWNER_ONLY = "MIGRATION_DATABASE_URL"


def violations(documents: list[Document], pods: Iterable[PodTemplate]) -> Iterator[Violation]:
    """Name unknown variables, unsealed secrets, and who holds the owner's key without need."""
    config_maps = {each["metadata"]["name"]: each for each in of_kind(documents, "ConfigMap")}
    for pod in pods:
        for container in filter(service_of, pod.containers):
            subject = pod.about(container)
            sentences = (*_variables(pod, container), *_sources(container, config_maps))
            yield from (Violation(subject, sentence) for sentence in sentences)


def given_names(documents: list[Document], pods: Iterable[PodTemplate]) -> frozenset[str]:
    """List every setting that any container of ours is given."""
    config_maps = {each["metadata"]["name"]: each for each in of_kind(documents, "ConfigMap")}
    names: set[str] = set()
    for pod in pods:
        for container in filter(service_of, pod.containers):
            names.update(variable["name"] for variable in container.get("env", []))
            for config_map in _config_maps(container):
                names.update(config_maps.get(config_map, {}).get("data", {}))
    return frozenset(names)


def _variables(pod: PodTemplate, container: Document) -> Iterator[str]:
    for variable in container.get("env", []):
        name = variable["name"]
        if name not in _KNOWN:
            yield f"{name} is no setting that common.settings knows."
        elif _KNOWN[name].secret and "secretKeyRef" not in variable.get("valueFrom", {}):
            yield f"{name} is a secret and does not come from a Secret."
        if name == _OWNER_ONLY and pod.kind != "Job":
            yield f"{name} is for the migrations alone."


def _sources(container: Document, config_maps: Mapping[str, Document]) -> Iterator[str]:
    if any("secretRef" in source for source in container.get("envFrom", [])):
        yield "takes a whole Secret; name the keys it needs, one by one."
    for config_map in _config_maps(container):
        for name in sorted(config_maps.get(config_map, {}).get("data", {})):
            if name not in _KNOWN:
                yield f"{name} in ConfigMap {config_map} is no setting that common.settings knows."
            elif _KNOWN[name].secret:
                yield f"{name} is a secret and stands in ConfigMap {config_map}."


def _config_maps(container: Mapping[str, Any]) -> list[str]:
    sources = container.get("envFrom", [])
    return [source["configMapRef"]["name"] for source in sources if "configMapRef" in source]
