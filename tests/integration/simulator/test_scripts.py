"""Limits that are kept by themselves, statuses on demand, and when to come again."""

from email.utils import parsedate_to_datetime
from time import time

from .stand import CUSTOMER, STORE, statuses_in, text_to


def code_of(answer):
    return answer.json().get("error", {}).get("code")


def test_a_number_over_its_limit_is_refused_by_itself(simulator):
    simulator.arm(outcome="error", code=131000, call=3)
    limit = {"store_id": STORE, "per_second": 100, "pair_per_6s": 2}
    assert simulator.control("POST", "/limits", limit).json() == limit

    codes = [code_of(simulator.send()) for _ in range(3)]
    other = simulator.send(text_to("573009998877"))

    assert codes == [None, None, 131056]
    assert code_of(other) == 131000  # what was over the limit met no fault
    assert simulator.control("GET", "/limits").json() == {"limits": [limit]}
    assert simulator.control("DELETE", "/limits").status_code == 204
    assert simulator.send().status_code == 200


def test_a_limit_of_nothing_or_of_no_store_is_refused(simulator):
    nothing = simulator.control("POST", "/limits", {"store_id": STORE})
    nobody = simulator.control("POST", "/limits", {"store_id": "store-9", "per_second": 1})

    assert (nothing.status_code, nobody.status_code) == (400, 404)


def test_a_status_of_a_former_attempt_is_sent_on_demand(simulator, ingress):
    simulator.arm(outcome="statuses", statuses={"none": True}, times=0)
    former = simulator.send(text_to(CUSTOMER, biz_opaque_callback_data="v1:a:1")).json()
    simulator.send(text_to(CUSTOMER, biz_opaque_callback_data="v1:a:2"))

    late = {"order": ["sent", "failed"], "failed": {"code": 131056, "details": "Too many."}}
    number = simulator.sent()[0]["number"]
    answer = simulator.control("POST", f"/{STORE}/sent/{number}/statuses", late)

    assert answer.status_code == 202
    reports = statuses_in(ingress.wait_for(2))
    assert [each["status"] for each in reports] == ["sent", "failed"]
    assert {each["id"] for each in reports} == {former["messages"][0]["id"]}
    assert {each["biz_opaque_callback_data"] for each in reports} == {"v1:a:1"}
    error = reports[1]["errors"][0]
    assert error["title"] == "Business account, consumer account pair rate limit hit"
    assert error["error_data"] == {"details": "Too many."}


def test_only_an_accepted_message_has_statuses(simulator):
    simulator.arm(outcome="error")
    simulator.send()

    refused = simulator.control("POST", f"/{STORE}/sent/1/statuses", {})
    nothing = simulator.control("POST", f"/{STORE}/sent/2/statuses", {})

    assert (refused.status_code, nothing.status_code) == (400, 404)


def test_when_to_come_again_may_be_a_date(simulator):
    simulator.arm(outcome="http", http_status=429, retry_after=30, retry_after_as="date")

    header = simulator.send().headers["Retry-After"]

    assert 29 <= parsedate_to_datetime(header).timestamp() - time() <= 31
