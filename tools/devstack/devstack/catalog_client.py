"""The catalog over its internal REST, as far as seeding needs it."""

from typing import Any

import requests

from common.tokens import InternalTokens
from devstack.errors import DevstackError

_SECONDS = 15


class CatalogClient:
    """Speaks with every store's rights; a refusal is a DevstackError naming what was asked."""

    def __init__(self, url: str, tokens: InternalTokens) -> None:
        self._url = url
        self._tokens = tokens
        self._session = requests.Session()

    def exists(self, path: str) -> bool:
        return bool(self._ask("GET", path).status_code != requests.codes.not_found)

    def get(self, path: str) -> Any:
        return self._accepted("GET", path).json()

    def put(self, path: str, body: object) -> Any:
        return self._accepted("PUT", path, body).json()

    def patch(self, path: str, body: object) -> Any:
        return self._accepted("PATCH", path, body).json()

    def post_new(self, path: str, body: object) -> bool:
        """Create something; False when it exists already."""
        response = self._ask("POST", path, body)
        if response.status_code == requests.codes.conflict:
            return False
        _require_success(response, "POST", path)
        return True

    def accepts_password(self, email: str, password: str) -> bool:
        login = {"email": email, "password": password}
        answer = self._ask("POST", "/agents/verify", login)
        return bool(answer.status_code == requests.codes.ok)

    def _accepted(self, method: str, path: str, body: object = None) -> requests.Response:
        response = self._ask(method, path, body)
        _require_success(response, method, path)
        return response

    def _ask(self, method: str, path: str, body: object = None) -> requests.Response:
        authorization = {"Authorization": f"Bearer {self._tokens.issue('catalog')}"}
        try:
            return self._session.request(
                method, self._url + path, json=body, headers=authorization, timeout=_SECONDS
            )
        except requests.RequestException as error:
            reason = type(error).__name__
            raise DevstackError(f"The catalog did not answer {method} {path}: {reason}.") from error


def _require_success(response: requests.Response, method: str, path: str) -> None:
    if response.ok:
        return
    try:
        message = response.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = "no explanation"
    raise DevstackError(
        f"The catalog refused the demo: {method} {path} answered {response.status_code}, {message}"
    )
