"""How a Deployment of ours grows, is released and is moved between nodes."""

from collections.abc import Iterator

from k8s.documents import Document, Violation, of_kind, subject_of
from k8s.selectors import selects
from k8s.workloads import service_of


def violations(documents: list[Document]) -> Iterator[Violation]:
    """Name what would leave a service with too few pods, or all of them on one node."""
    for document in of_kind(documents, "Deployment"):
        if any(map(service_of, document["spec"]["template"]["spec"]["containers"])):
            sentences = (*_size(document, documents), *_spread(document, documents))
            yield from (Violation(subject_of(document), sentence) for sentence in sentences)


def _size(deployment: Document, documents: list[Document]) -> Iterator[str]:
    spec = deployment["spec"]
    scaled = {
        each["spec"]["scaleTargetRef"]["name"]
        for each in of_kind(documents, "HorizontalPodAutoscaler", "ScaledObject")
    }
    if deployment["metadata"]["name"] in scaled and "replicas" in spec:
        yield "sets replicas, which its autoscaler owns."
    if spec.get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
        yield "may have fewer pods during a release (maxUnavailable is not 0)."


def _spread(deployment: Document, documents: list[Document]) -> Iterator[str]:
    template = deployment["spec"]["template"]
    labels = template["metadata"]["labels"]
    constraints = template["spec"].get("topologySpreadConstraints", [])
    if not any(selects(each["labelSelector"], labels) for each in constraints):
        yield "may have all its pods on one node (no topologySpreadConstraints)."
    budgets = of_kind(documents, "PodDisruptionBudget")
    if not any(selects(each["spec"]["selector"], labels) for each in budgets):
        yield "may lose all its pods to a drain (no PodDisruptionBudget)."
