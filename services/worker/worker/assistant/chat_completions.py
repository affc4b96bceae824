"""The assistant behind any OpenAI-compatible chat endpoint (`AI_BASE_URL`)."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from common.errors import PermanentError
from worker.assistant.port import AssistantRequest, AssistantUnavailableError
from worker.assistant.prompt import chat_messages

_CONNECT_SECONDS = 5.0
_LONGEST_ANSWER_BYTES = 1_000_000
_CHUNK_BYTES = 65_536
_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})
_SERVER_FAULT = 500


class AssistantRefusedError(PermanentError):
    """The endpoint refuses what we ask: a wrong key, model or request."""

    code = "assistant_refused"


class ChatCompletions:
    """Asks the endpoint once; attempts are the turn's to count. Safe to share."""

    def __init__(
        self, base_url: str, api_key: str, model: str, read_seconds: float = 60.0
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._model = model
        self._timeouts = (_CONNECT_SECONDS, read_seconds)
        self._local = threading.local()

    def answer(self, request: AssistantRequest) -> str:
        """Return the model's words.

        Raises AssistantUnavailableError for silence, faults and nonsense, and
        AssistantRefusedError for what another attempt would not change.
        """
        body = {"model": self._model, "messages": chat_messages(request)}
        try:
            with self._session().post(
                self._url, json=body, headers=self._headers, timeout=self._timeouts, stream=True
            ) as response:
                _check(response)
                return _words_of(_read(response))
        except requests.RequestException as error:
            raise AssistantUnavailableError("The assistant does not answer.") from error

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            session = requests.Session()
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=Retry(0, read=False)))
            self._local.session = session
        kept: requests.Session = self._local.session
        return kept


def _check(response: requests.Response) -> None:
    status = response.status_code
    if response.ok:
        return
    if status in _WORTH_ANOTHER_TRY or status >= _SERVER_FAULT:
        given = response.headers.get("Retry-After", "")
        wait = float(given) if given.isascii() and given.isdigit() else None
        raise AssistantUnavailableError("The assistant is busy or broken.", retry_after=wait)
    raise AssistantRefusedError(f"The assistant answered {status}.")


def _read(response: requests.Response) -> bytes:
    """Read a bounded answer: an endless one must not fill the worker."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > _LONGEST_ANSWER_BYTES:
            raise AssistantUnavailableError("The assistant's answer is too long.")
    return bytes(body)


def _words_of(body: bytes) -> str:
    try:
        answer: Mapping[str, Any] = json.loads(body.decode("utf-8"))
        words = answer["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError) as error:
        raise AssistantUnavailableError("The assistant's answer cannot be read.") from error
    if not isinstance(words, str) or not words.strip():
        raise AssistantUnavailableError("The assistant said nothing.")
    return words
