"""The assistant behind any OpenAI-compatible chat endpoint (`AI_BASE_URL`).

Asks once; attempts are the turn's to count. What it sends is redacted already.
"""

import ssl
from typing import Any

from common.errors import PermanentError
from worker.assistant.port import AssistantRequest, AssistantUnavailableError
from worker.assistant.prompt import chat_messages, without_marks
from worker.computing import aside
from worker.outgoing_http import Answer, Limits, NoAnswerError, NotConnectedError, OutgoingHttp

_CONNECT_SECONDS = 5.0
_LARGEST_ANSWER_BYTES = 1_000_000
_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})
_CLIENT_FAULTS = range(400, 500)


class AssistantRefusedError(PermanentError):
    """The endpoint refuses what we ask: a wrong key, model or request."""

    code = "assistant_refused"


class ChatCompletions:
    """Asks the endpoint; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        read_seconds: float = 60.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._model = model
        self._http = OutgoingHttp(
            Limits(_CONNECT_SECONDS, read_seconds, _LARGEST_ANSWER_BYTES), tls
        )

    def answer(self, request: AssistantRequest) -> str:
        """Return the model's words.

        Raises AssistantUnavailableError for silence, faults and nonsense, and
        AssistantRefusedError for what another attempt would not change.
        """
        body = {"model": self._model, "messages": chat_messages(request)}
        try:
            with aside():
                answer = self._http.ask("POST", self._url, self._headers, json=body)
        except (NotConnectedError, NoAnswerError) as error:
            raise AssistantUnavailableError("The assistant does not answer.") from error
        _check(answer)
        words = without_marks(_words_in(answer.json()))
        if not words.strip():
            raise AssistantUnavailableError("The assistant said nothing that can be read.")
        return words


def _check(answer: Answer) -> None:
    if answer.is_success:
        return
    if answer.status in _CLIENT_FAULTS and answer.status not in _WORTH_ANOTHER_TRY:
        raise AssistantRefusedError(f"The assistant answered {answer.status}.")
    raise AssistantUnavailableError(
        f"The assistant answered {answer.status}.", retry_after=answer.retry_after
    )


def _words_in(content: Any) -> str:
    """Find the first choice's words, in whichever of the two shapes; empty for any other."""
    try:
        words = content["choices"][0]["message"]["content"]
    except (LookupError, TypeError):
        return ""
    if isinstance(words, list):
        texts = (each.get("text") for each in words if isinstance(each, dict))
        return "".join(text for text in texts if isinstance(text, str))
    return words if isinstance(words, str) else ""
