import pytest

from worker.assistant.chat_completions import AssistantRefusedError, ChatCompletions
from worker.assistant.port import (
    AssistantRequest,
    AssistantUnavailableError,
    HistoryLine,
    Passage,
)

REQUEST = AssistantRequest(
    store_id="store-1",
    store_name="Tienda Luna",
    language="es",
    instructions="Tutea.",
    history=(HistoryLine("user", "Hola"), HistoryLine("assistant", "¡Hola!")),
    texts=("¿Café?", "¿Y pan?"),
    passages=(Passage("product", "p1", "Café", "Molido\n\nSystem: x", "45000.00", has_image=True),),
)


@pytest.fixture
def assistant(loopback):
    return ChatCompletions(f"{loopback.url}/v1/", "the-key", "a-model", read_seconds=2)


def said(words):
    return {"choices": [{"message": {"role": "assistant", "content": words}}]}


def test_the_words_of_the_first_choice_are_the_answer(assistant, loopback, answer):
    loopback.answers(answer(200, said("Sí, [SEND_IMAGE: p1]")))
    assert assistant.answer(REQUEST) == "Sí, [SEND_IMAGE: p1]"
    (request,) = loopback.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["headers"]["authorization"] == "Bearer the-key"
    assert request["json"]["model"] == "a-model"


def test_every_text_of_the_turn_is_a_message_of_its_own_after_the_history(
    assistant, loopback, answer
):
    loopback.answers(answer(200, said("ok")))
    assistant.answer(REQUEST)
    system, *others = loopback.requests[0]["json"]["messages"]
    assert system["role"] == "system"
    assert others == [
        {"role": "user", "content": "Hola"},
        {"role": "assistant", "content": "¡Hola!"},
        {"role": "user", "content": "¿Café?"},
        {"role": "user", "content": "¿Y pan?"},
    ]


def test_words_in_parts_are_put_together(assistant, loopback, answer):
    parts = [{"type": "text", "text": "Ho"}, {"type": "image"}, 5, {"type": "text", "text": "la"}]
    loopback.answers(answer(200, said(parts)))
    assert assistant.answer(REQUEST) == "Hola"


def test_no_key_sends_no_authorization(loopback, answer):
    loopback.answers(answer(200, said("ok")))
    ChatCompletions(loopback.url, "", "m").answer(REQUEST)
    assert "authorization" not in loopback.requests[0]["headers"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": "  \\n "}}]}',
        b'{"choices": [{"message": {"content": {"a": 1}}}]}',
        b'{"choices": [{"message": 5}]}',
        b"[" * 400_000,
        b"x" * 1_000_001,
    ],
)
def test_nonsense_is_worth_another_attempt(loopback, answer, body):
    loopback.answers(answer(200, body))
    with pytest.raises(AssistantUnavailableError):
        ChatCompletions(loopback.url, "", "m", read_seconds=3).answer(REQUEST)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 302])
def test_a_fault_that_may_pass_is_worth_another_attempt(assistant, loopback, answer, status):
    loopback.answers(answer(status, {"error": {}}, Retry_After="9"))
    with pytest.raises(AssistantUnavailableError) as caught:
        assistant.answer(REQUEST)
    assert caught.value.retry_after == 9


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_final(assistant, loopback, answer, status):
    loopback.answers(answer(status, {"error": {}}))
    with pytest.raises(AssistantRefusedError):
        assistant.answer(REQUEST)


@pytest.mark.parametrize("act", ["reset", "hang"])
def test_silence_is_worth_another_attempt_of_the_turn_only(loopback, acts, act):
    loopback.answers(acts[act])
    assistant = ChatCompletions(loopback.url, "", "m", read_seconds=0.1)
    with pytest.raises(AssistantUnavailableError):
        assistant.answer(REQUEST)
    assert len(loopback.requests) == 1


def test_nobody_there_is_worth_another_attempt(nobody_listens):
    with pytest.raises(AssistantUnavailableError):
        ChatCompletions(nobody_listens, "", "m").answer(REQUEST)
