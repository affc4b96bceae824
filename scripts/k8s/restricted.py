"""The restricted Pod Security profile, and what we ask beyond it, of every pod and job.

Beyond the profile: a user above 10000 (no account of the node's), a read-only root with a
writable /tmp, no token of the API server, no Service addresses in the environment.
"""

from collections.abc import Iterable, Iterator

from k8s.documents import Document, PodTemplate, Violation

_ALLOWED_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_LOWEST_USER = 10_000


def violations(pods: Iterable[PodTemplate]) -> Iterator[Violation]:
    """Name every way in which a pod could do more than it needs."""
    for pod in pods:
        yield from (Violation(pod.subject, sentence) for sentence in _pod(pod.spec))
        for container in pod.containers:
            subject = pod.about(container)
            yield from (Violation(subject, sentence) for sentence in _container(pod, container))


def _pod(spec: Document) -> Iterator[str]:
    for shared in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(shared):
            yield f"shares the node ({shared})."
    if spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token of the API server (automountServiceAccountToken is not false)."
    if spec.get("enableServiceLinks") is not False:
        yield "lets Services set environment variables (enableServiceLinks is not false)."
    if spec.get("serviceAccountName", "default") == "default":
        yield "runs under the default ServiceAccount."
    if spec.get("securityContext", {}).get("sysctls"):
        yield "sets sysctls."
    for volume in spec.get("volumes", []):
        if not _ALLOWED_VOLUMES & volume.keys():
            yield f"volume {volume['name']} is of a kind that the restricted profile refuses."


def _container(pod: PodTemplate, container: Document) -> Iterator[str]:
    own = container.get("securityContext", {})
    merged = {**pod.spec.get("securityContext", {}), **own}
    yield from _identity(merged)
    yield from _privileges(own)
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield "takes a port of the node (hostPort)."
    if own.get("readOnlyRootFilesystem") is not True:
        yield "can write to its root file system."
    if not any(mount["mountPath"] == "/tmp" for mount in container.get("volumeMounts", [])):  # noqa: S108  (a mount point, not a file of ours)
        yield "has no writable /tmp."


def _identity(merged: Document) -> Iterator[str]:
    if merged.get("runAsNonRoot") is not True:
        yield "may run as root (runAsNonRoot is not true)."
    if merged.get("runAsUser", 0) <= _LOWEST_USER:
        yield f"runs as a user not above {_LOWEST_USER}."
    if merged.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "has no seccomp profile."


def _privileges(own: Document) -> Iterator[str]:
    if own.get("privileged"):
        yield "is privileged."
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges (allowPrivilegeEscalation is not false)."
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield "does not drop all capabilities."
    if capabilities.get("add"):
        yield "adds capabilities."
    if own.get("procMount", "Default") != "Default":
        yield "unmasks /proc."
