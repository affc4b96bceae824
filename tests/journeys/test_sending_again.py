"""An agent's Retry: a message that failed goes again, as a new attempt with a wamid of its own."""

from tests.waiting import eventually

from .shops import Shop, attempt_of

WORDS = "Su pedido sale hoy."


def test_a_message_that_failed_after_all_goes_again_when_the_agent_asks(stack, phone):
    shop = Shop(stack)
    shop.write(phone)
    shop.handled(phone)
    agent = stack.agent("admin")
    session = f"/api/stores/{shop.id}/sessions/{stack.session_of(phone, shop.id)}"
    assert agent.post(f"{session}/takeover").status_code == 200
    failed = {"code": 131021, "title": "Recipient cannot be sender"}
    shop.fault(
        to=phone, outcome="statuses", statuses={"order": ["sent", "failed"], "failed": failed}
    )
    assert agent.post(f"{session}/messages", text=WORDS, client_id="1").status_code == 202

    def shown(status):
        message = agent.get(f"{session}/messages").json()["messages"][-1]
        return message if (message["content"], message["status"]) == (WORDS, status) else None

    lost = eventually(lambda: shown("failed"), what="the failure being shown")
    assert (lost["error_code"], lost["attempt"], lost["can_retry"]) == ("131021", 1, True)
    answer = agent.post(f"{session}/messages/{lost['id']}/retry")

    assert answer.status_code == 202, answer.text
    assert answer.json() == {"id": lost["id"], "status": "retrying", "attempt": 2}
    again = eventually(lambda: shown("read"), what="the new attempt being read")
    assert (again["id"], again["attempt"], again["can_retry"]) == (lost["id"], 2, False)
    first, second = shop.accepted(phone)[-2:]
    assert attempt_of(first).outbox_id == attempt_of(second).outbox_id == lost["id"]
    assert [attempt_of(each).attempt for each in (first, second)] == [1, 2]
    assert first["wamid"] != second["wamid"]
    refused = agent.post(f"{session}/messages/{lost['id']}/retry")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_failed")
