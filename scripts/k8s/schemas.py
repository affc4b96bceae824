"""Is every document what Kubernetes expects? Asked of schemas that came in a wheel, strictly.

Strict: a field the schema does not know is a violation, so a misspelt one is found.
"""

from collections.abc import Iterable, Iterator

import kubernetes_validate

from k8s.documents import Document, Violation, subject_of

# preStop's `sleep` is on by default since 1.30.
OLDEST_VERSION = "1.30"
NEWEST_VERSION: str = ".".join(kubernetes_validate.latest_version().split(".")[:2])

# Resources of other projects, whose schemas are not Kubernetes'. Reported, never silently passed.
UNKNOWN_KINDS = frozenset({"ScaledObject"})


def violations(documents: Iterable[Document], skipped_kinds: frozenset[str]) -> Iterator[Violation]:
    """Name each document that the oldest or the newest supported Kubernetes would refuse."""
    for document in documents:
        if document["kind"] not in skipped_kinds:
            yield from _refusals(document)


def _refusals(document: Document) -> Iterator[Violation]:
    for version in (OLDEST_VERSION, NEWEST_VERSION):
        sentence = _refusal(document, version)
        if sentence:
            yield Violation(subject_of(document), sentence)
            return


def _refusal(document: Document, version: str) -> str | None:
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(part) for part in error.path) or "top level"
        return f"Kubernetes {version} refuses it at {path}: {error.message}."
    except kubernetes_validate.SchemaNotFoundError:
        return f"Kubernetes {version} has no {document['apiVersion']} {document['kind']}."
    return None
