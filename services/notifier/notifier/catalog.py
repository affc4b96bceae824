"""Asks the catalog: who an account is, and whatever the console changes there.

The one place of this service that speaks HTTP to another. It never follows a redirect, and
what the catalog says against our own token is our fault, not the browser's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

from common.errors import InvalidRequestError, TemporaryError
from common.tokens import EVERY_STORE, InternalTokens
from notifier.agents import Agent

_AUDIENCE = "catalog"
_TIMEOUT = (1.0, 10.0)  # seconds to connect, and to wait for the answer
_CONNECTIONS = 32
_OK, _BAD_REQUEST, _UNAUTHENTICATED, _NOT_FOUND, _SERVER_ERROR = 200, 400, 401, 404, 500


class CatalogUnavailableError(TemporaryError):
    """The catalog does not answer, or not as it should."""

    code = "catalog_unavailable"

    def __init__(self) -> None:
        super().__init__("The catalog cannot be reached.", retry_after=5)


@dataclass(frozen=True)
class CatalogAnswer:
    """An answer to be handed on as it is."""

    status: int
    body: bytes


class Catalog:
    """A client of the catalog; safe to share between threads."""

    def __init__(self, url: str, tokens: InternalTokens) -> None:
        self._url = url
        self._tokens = tokens
        self._http = requests.Session()
        self._http.trust_env = False  # only common.settings reads the environment
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(_CONNECTIONS, _CONNECTIONS))

    def verify(self, email: str, password: str) -> Agent | None:
        """Check a log-in; None when it is wrong. Raises CatalogUnavailableError."""
        form = {"email": email, "password": password}
        answer = self._ask("POST", "/agents/verify", json=form)
        if answer.status_code == _BAD_REQUEST or _code(answer) == "invalid_credentials":
            return None
        return _agent(answer, _content(answer).get("agent"))

    def agent(self, agent_id: str) -> Agent | None:
        """Read an account; None when it is gone. Raises CatalogUnavailableError."""
        answer = self._ask("GET", f"/agents/{quote(agent_id, safe='')}")
        if answer.status_code == _NOT_FOUND:
            return None
        return _agent(answer, _content(answer))

    def agents_of(self, store_id: str) -> dict[str, str]:
        """Name the agents of a store by their ids. Raises CatalogUnavailableError."""
        answer = self._ask("GET", f"/stores/{quote(store_id, safe='')}/agents", store_id)
        listed = _content(answer).get("agents")
        if answer.status_code != _OK or not isinstance(listed, list):
            raise CatalogUnavailableError
        return {str(each["id"]): str(each["name"]) for each in listed}

    def change_password(self, agent_id: str, old: str, new: str) -> Agent | None:
        """Replace an agent's password; None when the old one is wrong.

        Raises InvalidRequestError for a new one that will not do, and CatalogUnavailableError.
        """
        form = {"old": old, "new": new}
        answer = self._ask("POST", f"/agents/{quote(agent_id, safe='')}/password", json=form)
        if answer.status_code == _BAD_REQUEST:
            error = _content(answer).get("error") or {}
            raise InvalidRequestError("The new password will not do.", **error.get("details", {}))
        if _code(answer) == "invalid_credentials":
            return None
        return _agent(answer, _content(answer))

    def forward(
        self, method: str, path: str, scope: str, query: Mapping[str, Any], body: bytes
    ) -> CatalogAnswer:
        """Hand a request on, allowed for one store or for every store; path is quoted already."""
        answer = self._ask(method, path, scope, params=query, data=body)
        if answer.status_code == _UNAUTHENTICATED or answer.status_code >= _SERVER_ERROR:
            raise CatalogUnavailableError
        return CatalogAnswer(answer.status_code, answer.content)

    def close(self) -> None:
        self._http.close()

    def _ask(
        self, method: str, path: str, scope: str = EVERY_STORE, **content: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._tokens.issue(_AUDIENCE, scope)}"}
        if content.get("data"):
            headers["Content-Type"] = "application/json"
        try:
            return self._http.request(
                method,
                self._url + path,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                **content,
            )
        except requests.RequestException as error:
            raise CatalogUnavailableError from error


def _agent(answer: requests.Response, account: object) -> Agent:
    if answer.status_code != _OK or not isinstance(account, Mapping):
        raise CatalogUnavailableError
    try:
        return Agent.of(account)
    except (KeyError, TypeError) as error:
        raise CatalogUnavailableError from error


def _content(answer: requests.Response) -> Mapping[str, Any]:
    try:
        content = answer.json()
    except requests.JSONDecodeError as error:
        raise CatalogUnavailableError from error
    return content if isinstance(content, Mapping) else {}


def _code(answer: requests.Response) -> str:
    if answer.status_code != _UNAUTHENTICATED:
        return ""
    error = _content(answer).get("error")
    return str(error.get("code")) if isinstance(error, Mapping) else ""
