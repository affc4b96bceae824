"""The figures this stage promises, measured through the real door (`-s` prints them)."""

import statistics
import time

import pytest

from .test_the_door_under_fire import envelope, post, store_facts

ANSWER_SECONDS = 0.05
REPLY_SECONDS = 1.5
_ROUNDS = 30


@pytest.mark.long
@pytest.mark.measures
def test_the_median_webhook_takes_under_50_ms_and_every_reply_goes_within_1500_ms(stack, phone):
    one = store_facts(stack, 1)
    answers, phones = [], [f"{phone}{number:02d}" for number in range(_ROUNDS)]
    posted = {}
    for each in phones:
        body = envelope(one["phone_number_id"], each, "hola", f"wamid.{each}")
        posted[each] = time.time()
        started = time.perf_counter()
        assert post(stack, "store-1", body, one["app_secret"]).status_code == 200
        answers.append(time.perf_counter() - started)
        stack.wait_until_handled(each)

    replies = [stack.sent(each)[0]["time"] - posted[each] for each in phones]
    print(
        f"\nwebhook to 200: median {statistics.median(answers) * 1000:.0f} ms,"
        f" worst {max(answers) * 1000:.0f} ms;"
        f" webhook to Graph request: median {statistics.median(replies) * 1000:.0f} ms,"
        f" worst {max(replies) * 1000:.0f} ms"
    )
    assert statistics.median(answers) < ANSWER_SECONDS
    assert max(replies) < REPLY_SECONDS
