"""The catalog as the worker sees it: search before answering, pictures after.

Speaks HTTP with an internal token that opens one store only. Short time-outs: a customer is
waiting, and the pipeline can do without pictures.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from common.errors import PermanentError, TemporaryError
from common.tokens import InternalTokens
from worker.assistant.port import Passage

_TIMEOUTS = (1.0, 3.0)  # seconds to connect, to answer
_SERVER_FAULT = 500


class CatalogUnavailableError(TemporaryError):
    """The catalog does not answer now."""

    code = "catalog_unavailable"


class CatalogRefusedError(PermanentError):
    """The catalog answers, but not this: a defect or a wrong key of ours."""

    code = "catalog_refused"


@dataclass(frozen=True)
class ResolvedImage:
    """A product's picture, as a link that WhatsApp can fetch."""

    product_id: str
    url: str


@dataclass(frozen=True)
class ResolvedImages:
    """Pictures in the order asked, and the ids that have none in this store."""

    images: tuple[ResolvedImage, ...]
    missing: tuple[str, ...]


class CatalogClient:
    """Asks the catalog; safe to share, each thread keeps a connection of its own."""

    def __init__(self, base_url: str, tokens: InternalTokens) -> None:
        self._base_url = base_url
        self._tokens = tokens
        self._local = threading.local()

    def search(self, store_id: str, question: str, limit: int = 5) -> tuple[Passage, ...]:
        """Find what the store has on a question, best first.

        Raises CatalogUnavailableError or CatalogRefusedError.
        """
        answer = self._ask("GET", store_id, "search", params={"q": question, "limit": limit})
        products = [_product(each) for each in answer.get("products", ())]
        knowledge = [_knowledge(each) for each in answer.get("knowledge", ())]
        return (*products, *knowledge)

    def resolve_images(self, store_id: str, product_ids: Sequence[str]) -> ResolvedImages:
        """Turn product ids into links; another store's ids are among the missing.

        Raises CatalogUnavailableError or CatalogRefusedError.
        """
        body = {"product_ids": list(product_ids)}
        answer = self._ask("POST", store_id, "images/resolve", json=body)
        return ResolvedImages(
            images=tuple(
                ResolvedImage(each["product_id"], each["url"]) for each in answer["images"]
            ),
            missing=tuple(answer["missing"]),
        )

    def _ask(self, method: str, store_id: str, path: str, **arguments: Any) -> Mapping[str, Any]:
        token = self._tokens.issue("catalog", store_id)
        try:
            response = self._session().request(
                method,
                f"{self._base_url}/stores/{store_id}/{path}",
                headers={"Authorization": f"Bearer {token}"},
                timeout=_TIMEOUTS,
                **arguments,
            )
            if response.status_code >= _SERVER_FAULT:
                raise CatalogUnavailableError("The catalog is in trouble.")
            if not response.ok:
                raise CatalogRefusedError(f"The catalog answered {response.status_code}.")
            answer: Mapping[str, Any] = response.json()
        except requests.RequestException as error:
            raise CatalogUnavailableError("The catalog does not answer.") from error
        return answer

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session


def _product(found: Mapping[str, Any]) -> Passage:
    return Passage(
        kind="product",
        id=found["id"],
        title=found["name"],
        text=found["description"],
        price=found["price"],
        currency=found["currency"],
        has_image=found["has_image"],
        score=found["score"],
    )


def _knowledge(found: Mapping[str, Any]) -> Passage:
    return Passage(
        kind="knowledge",
        id=found["id"],
        title=found["title"],
        text=found["text"],
        score=found["score"],
    )
