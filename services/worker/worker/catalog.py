"""The catalog as the worker sees it: search before answering, pictures after.

Speaks HTTP with an internal token that opens one store only. Short time-outs: a customer is
waiting, and the pipeline can do without pictures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from common.errors import TemporaryError
from worker.assistant.port import Passage
from worker.outgoing_http import (
    Answer,
    ConnectionClosedError,
    Limits,
    NoAnswerError,
    NotConnectedError,
    OutgoingHttp,
)

_LIMITS = Limits(connect_seconds=1.0, answer_seconds=3.0, answer_bytes=4_000_000)
# It travels in an address: 600 emoji are 7 KB there. The catalog's server takes far more.
_LONGEST_QUESTION = 600
_OK, _NO_CONTENT, _NOT_FOUND = 200, 204, 404


class CatalogUnavailableError(TemporaryError):
    """The catalog did not answer usefully; another attempt may go better."""

    code = "catalog_unavailable"


class Tokens(Protocol):
    """Issues what another service lets us in with."""

    def issue(self, audience: str, store_id: str) -> str: ...


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
    """Asks the catalog; safe to share between threads."""

    def __init__(self, base_url: str, tokens: Tokens) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._http = OutgoingHttp(_LIMITS, keeps_connections=True)

    def search(self, store_id: str, question: str, limit: int = 5) -> tuple[Passage, ...]:
        """Find what the store has on a question: products, then knowledge, each best first.

        At most `limit` of each. Raises CatalogUnavailableError.
        """
        asked = question[:_LONGEST_QUESTION].strip()
        if not asked:
            return ()
        answer = self._ask("GET", store_id, "search", params={"q": asked, "limit": limit})
        return _read(answer, _passages)

    def resolve_images(self, store_id: str, product_ids: Sequence[str]) -> ResolvedImages:
        """Turn product ids into links; what is not this store's is among the missing.

        Raises CatalogUnavailableError.
        """
        asked = tuple(dict.fromkeys(product_ids))
        if not asked:
            return ResolvedImages((), ())
        answer = self._ask("POST", store_id, "images/resolve", json={"product_ids": list(asked)})
        links = {} if answer.status == _NOT_FOUND else _read(answer, _links)
        return ResolvedImages(
            images=tuple(ResolvedImage(each, links[each]) for each in asked if each in links),
            missing=tuple(each for each in asked if each not in links),
        )

    def picture_problem(self, store_id: str, product_id: str, code: str, url: str) -> None:
        """Tell that WhatsApp could not load a product's picture; again changes nothing.

        A product that is gone is no problem. Raises CatalogUnavailableError.
        """
        path = f"products/{quote(product_id, safe='')}/picture-problem"
        answer = self._ask("POST", store_id, path, json={"code": code, "url": url})
        if answer.status not in (_NO_CONTENT, _NOT_FOUND):
            raise CatalogUnavailableError(f"The catalog answered {answer.status}.")

    def _ask(self, method: str, store_id: str, path: str, **content: Any) -> Answer:
        token = self._tokens.issue("catalog", store_id)
        url = f"{self._base_url}/stores/{quote(store_id, safe='')}/{path}"
        headers = {"Authorization": f"Bearer {token}"}
        try:
            try:
                return self._http.ask(method, url, headers, **content)
            except ConnectionClosedError:  # a kept one, at the wrong moment: twice does no harm
                return self._http.ask(method, url, headers, **content)
        except (NotConnectedError, NoAnswerError) as error:
            raise CatalogUnavailableError("The catalog does not answer.") from error


_Content = TypeVar("_Content")


def _read(answer: Answer, read: Callable[[Any], _Content]) -> _Content:
    if answer.status != _OK:
        raise CatalogUnavailableError(
            f"The catalog answered {answer.status}.", retry_after=answer.retry_after
        )
    try:
        return read(answer.json())
    except (LookupError, TypeError, ValueError) as error:
        raise CatalogUnavailableError("The catalog's answer cannot be read.") from error


def _links(content: Any) -> dict[str, str]:
    return {str(each["product_id"]): str(each["url"]) for each in content["images"] if each["url"]}


def _passages(content: Any) -> tuple[Passage, ...]:
    products = (_product(each) for each in content["products"])
    knowledge = (_knowledge(each) for each in content["knowledge"])
    return (*products, *knowledge)


def _product(found: Mapping[str, Any]) -> Passage:
    return Passage(
        kind="product",
        id=found["id"],
        title=found["name"],
        text=found["description"],
        price=found["price"],
        currency=found["currency"],
        has_image=bool(found["has_image"]),
        score=float(found["score"]),
    )


def _knowledge(found: Mapping[str, Any]) -> Passage:
    return Passage(
        kind="knowledge",
        id=found["id"],
        title=found["title"],
        text=found["text"],
        score=float(found["score"]),
    )
